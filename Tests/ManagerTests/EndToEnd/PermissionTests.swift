import Certificates
import Foundation
import HTTP
import JSON
import Kubernetes
import LocalCluster
import OptimizationAPI
import Synchronization
import Testing

/// `manifests/rbac` against the calls of the process.
@Suite("The controller's rights", .timeLimit(.minutes(5)))
struct PermissionTests {
    /// Rights that no call shows: an API server looks for them when a TrainJob says that it blocks the deletion of its job.
    private static let uncalled: Set = ["update optimizationjobs/finalizers.trainer.kubeflow.org"]

    /// What the roles of the controller's ServiceAccount allow.
    private func granted() throws -> Set<String> {
        func texts(_ value: JSONValue?) -> [String] { (value?.arrayValue ?? []).compactMap(\.stringValue) }
        var rights: Set<String> = []
        for file in ["rbac/cluster-role.yaml", "rbac/role.yaml"] {
            for rule in try Manifests.objects(in: file).flatMap({ $0["rules"]?.arrayValue ?? [] }) {
                let names = rule["resourceNames"].map(texts) ?? [""]
                for (verb, resource, name) in texts(rule["verbs"]).flatMap({ verb in
                    texts(rule["resources"]).flatMap { resource in names.map { (verb, resource, $0) } }
                }) {
                    let group = texts(rule["apiGroups"]).first ?? ""
                    rights.insert(Right(verb: verb, resource: resource, group: group, name: name).description)
                }
            }
        }
        return rights
    }

    @Test("are just the calls it makes in the life of a few jobs")
    func rights() async throws {
        let granted = try granted()
        let cluster = try EmbeddedCluster()
        let front = try RecordingFront(before: cluster.handler)
        let folder = try Folder()
        try folder.mount(try ServingCertificate.make())
        try folder.write(Array(front.kubeconfig.utf8), to: "kubeconfig")
        let program = try Program([
            "controller", "--kubeconfig=\(folder.path)/kubeconfig", "--cert-dir=\(folder.path)", "--webhook-port=0",
            "--webhook-host=127.0.0.1", "--metrics-addr=0", "--health-probe-addr=0", "--log-format=json",
            "--drain-delay=0", "--drain-deadline=1s", "--enable-leader-election", "--leader-election-namespace=default",
        ])
        defer { program.end() }
        _ = try await program.record("controller started")

        // Trials end and are cleared away, then their job is.
        try await cluster.create("short", ["trialRetention": "None", "ttlSecondsAfterFinished": 0])
        try await eventually("the job has come and gone", program) {
            try await cluster.completeTrials(of: "short")
            return try await cluster.api.list(.optimizationJobs, namespace: nil).items.isEmpty
        }
        // One loses a trial, and is suspended twice, which repeats an event.
        try await cluster.create("held", [:])
        let name = NamespacedName(namespace: "default", name: "held")
        try await eventually("a trial that is on record is deleted", program) {
            let status = try await cluster.api.get(.optimizationJobs, name)["status"]
            // Without a UID it was never created, and none is looked for.
            guard let trial = status?["trials"]?[0], trial["trainJobUID"] != nil,
                let trainJob = trial["trainJobName"]?.stringValue
            else { return false }
            try await cluster.api.delete(.trainJobs, NamespacedName(namespace: "default", name: trainJob))
            return true
        }
        for suspend in [true, false, true, false] {
            _ = try await cluster.api.patch(.optimizationJobs, name, .merge(["spec": ["suspend": .bool(suspend)]]))
            try await eventually("it follows", program) {
                let trials = try await cluster.trainJobs(of: "held")
                return !trials.isEmpty && trials.allSatisfy { ($0["spec"]?["suspend"] ?? false) == .bool(suspend) }
            }
        }
        let expected = granted.subtracting(Self.uncalled)
        do {
            try await eventually("it has made every call it may make", program) { expected.isSubset(of: front.calls) }
        } catch {
            Issue.record("granted and not used: \(expected.subtracting(front.calls).sorted())")
            throw error
        }
        #expect(front.calls.subtracting(granted) == [])
        program.send(SIGTERM)
        #expect(try await program.exitStatus() == 0)
        await front.stop()
        await cluster.stop()
    }
}

/// One right of RBAC, in words: a verb on a resource, on all objects or on the one of a name.
private struct Right: CustomStringConvertible {
    var verb: String
    var resource: String
    var group: String
    var name: String

    var description: String {
        "\(verb) \(resource)\(group.isEmpty ? "" : ".")\(group)\(name.isEmpty ? "" : " ")\(name)"
    }

    /// The right that a call needs, if all objects or that of a name are what rules speak of.
    ///
    /// - Parameter namedResources: Resources whose rules name objects.
    init?(of request: HTTPRequest, namedResources: Set<String>) {
        var parts = request.path.split(separator: "/").map(String.init)
        guard parts.count > 2 else { return nil }
        group = parts[0] == "apis" ? parts[1] : ""
        parts.removeFirst(parts[0] == "apis" ? 3 : 2)
        if parts.first == "namespaces", parts.count > 2 { parts.removeFirst(2) }
        guard let plural = parts.first else { return nil }
        resource = parts.count > 2 ? "\(plural)/\(parts[2])" : plural
        let query = request.target.split(separator: "?").dropFirst().first.map(String.init) ?? ""
        let isWatch = query.contains("watch=")
        let methods = ["GET": parts.count > 1 ? "get" : isWatch ? "watch" : "list", "POST": "create", "PUT": "update"]
        verb = methods[request.method] ?? request.method.lowercased()
        name = ""
        if namedResources.contains(plural) {
            let selected = query.components(separatedBy: "fieldSelector=metadata.name%3D").dropFirst().first
            name = parts.count > 1 ? parts[1] : selected.map { String($0.prefix { $0 != "&" }) } ?? ""
        }
    }

    init(verb: String, resource: String, group: String, name: String) {
        self.verb = verb
        self.resource = resource
        self.group = group
        self.name = name
    }
}

/// Another door to an API server, which notes what comes in.
private final class RecordingFront: HTTPHandler {
    private let api: LocalAPIServer
    private let certificate: ServingCertificate
    private let rights = Mutex<Set<String>>([])
    private let server = Mutex<HTTPServer?>(nil)

    init(before api: LocalAPIServer) throws {
        self.api = api
        certificate = try ServingCertificate.make()
        let configuration = HTTPServerConfiguration(tls: certificate.serverConfiguration, loops: 1)
        let server = try HTTPServer(configuration: configuration, handler: self)
        try server.start()
        self.server.withLock { $0 = server }
    }

    func stop() async {
        await server.withLock { $0 }?.stop(within: .zero)
    }

    var calls: Set<String> { rights.withLock { $0 } }

    func respond(to request: HTTPRequest) -> HTTPReply {
        let named: Set = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations", "leases"]
        if let right = Right(of: request, namedResources: named) {
            rights.withLock { _ = $0.insert(right.description) }
        }
        return api.respond(to: request)
    }

    var kubeconfig: String {
        """
        apiVersion: v1
        kind: Config
        current-context: test
        contexts: [{name: test, context: {cluster: test, user: test}}]
        users: [{name: test, user: {token: secret}}]
        clusters:
          - name: test
            cluster:
              server: https://127.0.0.1:\(server.withLock { $0?.port ?? 0 })
              certificate-authority-data: \(Base64.encode(certificate.authorityPEM))
        """
    }
}

extension EmbeddedCluster {
    fileprivate func create(_ name: String, _ spec: JSONValue) async throws {
        var job = Calls.job
        job["metadata"]?["name"] = .string(name)
        for member in spec.objectValue ?? [:] { job["spec"]?[member.key] = member.value }
        _ = try await api.create(.optimizationJobs, namespace: "default", job)
    }

    fileprivate func trainJobs(of job: String) async throws -> [JSONValue] {
        let selector = "\(Labels.optimizationJobName)=\(job)"
        let list = try await api.list(
            .trainJobs,
            namespace: "default",
            labelSelector: selector,
            fieldSelector: nil
        )
        return list.items
    }

    fileprivate func completeTrials(of job: String) async throws {
        let ended: JSONValue = [
            "conditions": [
                [
                    "type": "Complete", "status": "True", "reason": "AllJobsCompleted", "message": "done",
                    "lastTransitionTime": .string("\(Timestamp.now())"),
                ]
            ],
            "trainerStatus": ["metrics": [["name": "loss", "value": "0.5"]]],
        ]
        for trainJob in try await trainJobs(of: job) {
            do throws(APIError) {
                let name = ObjectMeta(trainJob).namespacedName
                _ = try await api.patch(.trainJobs, name, .merge(["status": ended]), subresource: "status")
            } catch {
                // Cleared away meanwhile.
                guard error.isNotFound else { throw error }
            }
        }
    }
}
