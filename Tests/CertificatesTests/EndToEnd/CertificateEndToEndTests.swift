import JSON
import Kubernetes
import Logging
import Synchronization
import Testing

@testable import Certificates

@Suite("Certificates on a cluster, over TLS", .timeLimit(.minutes(5)))
struct CertificateEndToEndTests {
    private func onSite(_ body: (TestSite) async throws -> Void) async throws {
        let site = try await TestSite.start()
        do {
            try await body(site)
        } catch {
            await site.stop()
            throw error
        }
        await site.stop()
    }

    private func generator(_ site: TestSite) -> CertificateGenerator {
        CertificateGenerator(api: site.api, settings: CertificateSettings(), logger: .silent, now: { site.now })
    }

    private func rotation(_ site: TestSite) -> CertificateRotation {
        CertificateRotation(api: site.api, settings: CertificateSettings(), logger: .silent, now: { site.now })
    }

    @Test("are made once by generators that run at the same time and again, and the API server believes the webhook")
    func generatorsAtOnce() async throws {
        try await onSite { site in
            await #expect(throws: APIError.self) { try await site.admit() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await generator(site).run() } }
                try await group.waitForAll()
            }
            let pair = try await site.secret().current.get()
            try await site.until { site.servedIdentity == pair }
            try await site.admit()

            try await generator(site).run()
            #expect(try await site.secret().current.get() == pair)
            #expect(try await site.trusted() == Array(repeating: site.secret().authorities, count: 2))
            #expect(try await site.secret().authorities.certificates.count == 1)
            try await site.admit()
        }
    }

    @Test("are rotated by two replicas at once under load, and no admission call fails at any moment")
    func rotationUnderLoad() async throws {
        try await onSite { site in
            // In force, yet with more than two thirds of its lifetime over.
            let old = try Samples.pair(made: site.now.advanced(by: .seconds(-250 * 86_400)))
            let data = ["tls.crt": old.certificate, "tls.key": old.key, "ca.crt": old.authority]
            let secret: JSONValue = [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(InMemoryCluster.secretName.name)],
                "type": "kubernetes.io/tls",
                "data": .object(JSONObject(data.map { ($0.key, .string(Base64.encode(Array($0.value.utf8)))) })),
            ]
            _ = try await site.api.create(.secrets, namespace: "kubeflow-system", secret)
            for kind in WebhookConfiguration.Kind.allCases {
                let name = NamespacedName(namespace: "", name: kind.name(in: CertificateSettings()))
                let configuration = WebhookConfiguration(
                    try await site.api.get(kind.type, name),
                    kind: kind,
                    settings: CertificateSettings()
                )
                let patch = configuration.patch(trusting: Array(old.authority.utf8))
                _ = try await site.api.patch(kind.type, name, .json(patch))
            }
            let oldPair = try await site.secret().current.get()
            try await site.until { site.servedIdentity == oldPair }

            let load = Load(site)
            let calls = Task { await load.run(workers: 3) }
            try await load.untilCalls(5)
            let rotations = (0..<2).map { _ in
                Task { [rotation = rotation(site)] in try? await rotation.run() }
            }

            // Both are trusted, then time passes, then the new one is served, then time passes, then it alone is trusted.
            try await site.until {
                let secret = try await site.secret()
                return secret.next != nil && secret.stepTime != nil
            }
            #expect(try await site.trusted().map(\.certificates.count) == [2, 2])
            #expect(try await site.secret().current.get() == oldPair)
            try await load.untilCalls(10)
            try await site.pass(.seconds(121))
            try await site.until { try await site.secret().current.get() != oldPair }
            let newPair = try await site.secret().current.get()
            try await site.until { site.servedIdentity == newPair }
            try await load.untilCalls(10)
            try await site.pass(.seconds(3601))
            try await site.until { try await site.trusted().map(\.certificates.count) == [1, 1] }
            try await load.untilCalls(10)
            calls.cancel()
            await calls.value
            #expect(load.failures == [])
            // Neither undid what the other did.
            #expect(try await site.secret().current.get() == newPair)

            for rotation in rotations { rotation.cancel() }
            for rotation in rotations { await rotation.value }
        }
    }

    @Test(
        "are trusted again by themselves when manifests are applied that wipe the caBundle, or a configuration is made anew"
    )
    func restoresBundles() async throws {
        try await onSite { site in
            let rotation = Task { [rotation = rotation(site)] in try? await rotation.run() }
            // With nothing there at all, a rotation begins as a generator would.
            try await site.until { (try? await site.secret())?.authorities.certificates.count == 1 }
            let authorities = try await site.secret().authorities
            try await site.until { try await site.trusted() == [authorities, authorities] }

            let name = NamespacedName(namespace: "", name: CertificateSettings().mutatingConfiguration)
            var wiped = Samples.configuration(.mutating)
            let version = ObjectMeta(try await site.api.get(.mutatingWebhookConfigurations, name)).resourceVersion
            wiped["metadata"]?["resourceVersion"] = .string(version)
            _ = try await site.api.update(.mutatingWebhookConfigurations, wiped)
            try await site.until { try await site.trusted() == [authorities, authorities] }

            try await site.api.delete(.mutatingWebhookConfigurations, name)
            _ = try await site.api.create(
                .mutatingWebhookConfigurations,
                namespace: "",
                Samples.configuration(.mutating)
            )
            try await site.until { try await site.trusted() == [authorities, authorities] }

            let pair = try await site.secret().current.get()
            try await site.until { site.servedIdentity == pair }
            try await site.admit()
            rotation.cancel()
            await rotation.value
        }
    }
}

/// Admission calls, one after another, from several clients.
private final class Load: Sendable {
    private struct State {
        var calls = 0
        var failures: [String] = []
    }

    private let site: TestSite
    private let state = Mutex(State())
    private let done: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(_ site: TestSite) {
        self.site = site
        (done, signal) = AsyncStream.makeStream()
    }

    var failures: [String] { state.withLock { $0.failures } }

    /// Calls until the task is cancelled.
    func run(workers: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<workers {
                group.addTask {
                    while !Task.isCancelled {
                        do throws(APIError) {
                            try await self.site.admit()
                        } catch {
                            if error != .cancelled { self.state.withLock { $0.failures.append("\(error)") } }
                        }
                        self.state.withLock { $0.calls += 1 }
                        self.signal.yield()
                    }
                }
            }
        }
        signal.finish()
    }

    /// Waits for so many calls that began from now on.
    func untilCalls(_ count: Int) async throws {
        // Those already under way, one for each worker, began earlier.
        let wanted = state.withLock { $0.calls } + count + 3
        for await _ in done where state.withLock({ $0.calls }) >= wanted { return }
        throw CancellationError()
    }
}
