import JSON
import Kubernetes
import Testing

@testable import Certificates

@Suite("The rights in certs/", .timeLimit(.minutes(5)))
struct PermissionTests {
    /// One right of RBAC: a verb on a resource, on one object or on all.
    private struct Right: Hashable, Comparable, CustomStringConvertible {
        let verb: String
        let resource: String
        let name: String
        let isClusterWide: Bool

        var description: String { "\(verb) \(resource) \(name.isEmpty ? "(any)" : name)" }
        static func < (left: Right, right: Right) -> Bool { left.description < right.description }
    }

    /// What the Roles and ClusterRoles of a folder allow.
    private func granted(_ folder: ManifestFolder) -> Set<Right> {
        var rights: Set<Right> = []
        for role in folder.of("Role") + folder.of("ClusterRole") {
            for rule in role["rules"]?.arrayValue ?? [] {
                for verb in rule["verbs"]?.texts ?? [] {
                    for group in rule["apiGroups"]?.texts ?? [] {
                        for plural in rule["resources"]?.texts ?? [] {
                            for name in rule["resourceNames"]?.texts ?? [""] {
                                rights.insert(
                                    Right(
                                        verb: verb,
                                        resource: group.isEmpty ? plural : "\(plural).\(group)",
                                        name: name,
                                        isClusterWide: role["kind"] == "ClusterRole"
                                    )
                                )
                            }
                        }
                    }
                }
            }
        }
        return rights
    }

    private func used(_ log: CallLog) -> Set<Right> {
        Set(
            log.calls.map { call in
                Right(
                    verb: call.verb,
                    resource: call.type.qualifiedPlural,
                    name: call.name,
                    isClusterWide: !call.type.isNamespaced
                )
            }
        )
    }

    @Test("are just those the generator needs from an empty cluster to a renewal")
    func generator() async throws {
        let cluster = try await InMemoryCluster.installed()
        let deployment: JSONValue = [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "optimizationjob-controller"],
        ]
        _ = try await cluster.api.create(.deployments, namespace: "kubeflow-system", deployment)
        var settings = CertificateSettings()
        settings.owner = SecretOwner("Deployment/optimizationjob-controller")
        let log = CallLog()
        let time = TestTime()
        for days in [0, 250, 1] {
            time.advance(by: .seconds(days * 86_400))
            try await CertificateGenerator(
                api: log.recording(cluster.api),
                settings: settings,
                logger: .silent,
                time: time,
                now: { time.date }
            ).run()
        }
        #expect(try granted(ManifestFolder("certs")).sorted() == used(log).sorted())
        #expect(log.calls.filter { $0.type.isNamespaced }.allSatisfy { $0.namespace == "kubeflow-system" })
    }

    @Test("are just those a rotation needs from an empty cluster to a renewal")
    func rotation() async throws {
        let site = try await TestSite.start()
        let log = CallLog()
        let rotation = CertificateRotation(
            api: log.recording(site.api),
            settings: CertificateSettings(),
            logger: .silent,
            now: { site.now }
        )
        let running = Task { try? await rotation.run() }
        try await site.until { (try? await site.secret()) != nil }
        try await site.until { try await site.trusted().allSatisfy { !$0.isEmpty } }
        try await site.pass(.seconds(250 * 86_400))
        try await site.until { try await site.secret().hasNextKeys }
        let granted = try granted(ManifestFolder("certs/rotation"))
        await log.until { _ in used(log).count >= granted.count }
        running.cancel()
        await running.value
        await site.stop()
        #expect(granted.sorted() == used(log).sorted())
    }
}
