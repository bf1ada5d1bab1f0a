import Admission
import HTTP
import JSON
import Kubernetes
import LocalCluster
import Synchronization
import Testing
import Transport

@testable import Certificates

/// A cluster over real sockets and TLS: an API server that calls a webhook server, which serves what a kubelet puts into
/// its volume from the Secret.
final class TestSite: Sendable {
    let api: APIClient
    /// How programs find the API server.
    let kubeconfig: String
    /// Makes certificates late or early, as a test likes.
    let clock = Mutex<Timestamp>(.now())
    /// What the webhook server shows to those who connect now.
    private let served = Shared<ServingIdentity?>(nil)
    private let volume: SecretVolume
    private let apiServer: LocalAPIServer
    private let servers: [HTTPServer]
    private let client: HTTPClient
    private let background: Task<Void, Never>
    private let changes: AsyncStream<Void>

    /// For every call: on a busy machine a process may stand still for a while, and a call that was merely slow is no
    /// call that failed.
    fileprivate static let patience: Duration = .seconds(240)

    static func start() async throws -> TestSite {
        let volume = try SecretVolume()
        try volume.mount()
        let identity = try CertificateAuthority.make(commonName: "API server", now: Timestamp.now().secondsSinceEpoch)
            .issueServing(hosts: ["127.0.0.1"], now: Timestamp.now().secondsSinceEpoch)

        // Whom it is served by is replaced as soon as the volume has a certificate.
        let webhooks = try HTTPServer(
            configuration: HTTPServerConfiguration(tls: identity.serverConfiguration, loops: 1),
            handler: AdmissionHandler(logger: .silent)
        )
        try webhooks.start()
        let port = webhooks.port
        let apiServer = LocalAPIServer(
            kinds: ServedKind.standard + [InMemoryCluster.deployments],
            token: "token",
            webhooks: HandshakingCaller(endpoint: HTTPWebhookCaller.Endpoint(host: "127.0.0.1", port: port)),
            logger: .silent
        )
        let front = try HTTPServer(
            configuration: HTTPServerConfiguration(tls: identity.serverConfiguration, loops: 1),
            handler: apiServer
        )
        try front.start()
        let client = try HTTPClient(
            origin: HTTPOrigin(host: "127.0.0.1", port: front.port, tls: identity.clientConfiguration)
        )
        let api = APIClient(
            exchange: client,
            bearerToken: { "token" },
            configuration: APIClient.Configuration(callTimeout: patience)
        )
        _ = try await api.create(
            ServedKind.namespaces.type,
            namespace: "",
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "kubeflow-system"]]
        )
        for kind in WebhookConfiguration.Kind.allCases {
            _ = try await api.create(kind.type, namespace: "", Samples.configuration(kind))
        }
        let kubeconfig = """
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{name: test, context: {cluster: test, user: test}}]
            users: [{name: test, user: {token: token}}]
            clusters:
              - name: test
                cluster:
                  server: https://127.0.0.1:\(front.port)
                  certificate-authority-data: \(Base64.encode(identity.authorityPEM))
            """
        return TestSite(api, kubeconfig, volume, apiServer, webhooks, front, client)
    }

    private init(
        _ api: APIClient,
        _ kubeconfig: String,
        _ volume: SecretVolume,
        _ apiServer: LocalAPIServer,
        _ webhooks: HTTPServer,
        _ front: HTTPServer,
        _ client: HTTPClient
    ) {
        self.api = api
        self.kubeconfig = kubeconfig
        self.volume = volume
        self.apiServer = apiServer
        servers = [front, webhooks]
        self.client = client
        let (changes, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.changes = changes
        let types: [ResourceType] = [.secrets, .mutatingWebhookConfigurations, .validatingWebhookConfigurations]
        let caches = types.map { type in
            WatchCache(api: api, type: type, logger: .silent) { $0 }
        }
        for cache in caches { cache.onChange { _ in signal.yield() } }
        // The kubelet.
        caches[0].onChange { change in
            guard change.name == InMemoryCluster.secretName, let secret = change.new else { return }
            let files = (secret["data"]?.objectValue ?? [:]).map { key, value in
                (key, String(decoding: Base64.decode(value.stringValue ?? "") ?? [], as: UTF8.self))
            }
            do {
                try volume.swap(Dictionary(uniqueKeysWithValues: files))
            } catch {
                Issue.record(error)
            }
        }
        let served = served
        let directory = CertificateDirectory(path: volume.path, logger: .silent)
        background = Task {
            await withTaskGroup(of: Void.self) { group in
                for cache in caches { group.addTask { await cache.run() } }
                group.addTask {
                    await directory.run(replacing: nil) { identity in
                        try webhooks.replaceIdentity(identity.configuration())
                        served.withLock { $0 = identity }
                        signal.yield()
                    }
                }
            }
        }
    }

    func stop() async {
        background.cancel()
        await client.shutdown()
        await apiServer.stop()
        for server in servers { await server.stop(within: .seconds(1)) }
        await background.value
    }
}

// MARK: - What tests do with it

extension TestSite {
    /// The time of day for whoever keeps the certificates.
    var now: Timestamp { clock.withLock { $0 } }
    var servedIdentity: ServingIdentity? { served.withLock { $0 } }

    /// Lets time pass for whoever keeps the certificates, and gives them a reason to look.
    func pass(_ duration: Duration) async throws {
        clock.withLock { $0 = $0.advanced(by: duration) }
        let reason = Patch.merge(["metadata": ["annotations": ["example.com/time": .string("\(now)")]]])
        _ = try await api.patch(.secrets, InMemoryCluster.secretName, reason)
    }

    func secret() async throws -> CertificateSecret {
        CertificateSecret(try await api.get(.secrets, InMemoryCluster.secretName))
    }

    func trusted() async throws -> [Authorities] {
        var trusted: [Authorities] = []
        for kind in WebhookConfiguration.Kind.allCases {
            let name = NamespacedName(namespace: "", name: kind.name(in: CertificateSettings()))
            let object = try await api.get(kind.type, name)
            trusted += WebhookConfiguration(object, kind: kind, settings: CertificateSettings()).ours.map(\.trusted)
        }
        return trusted
    }

    /// Waits until something holds, which is looked at whenever an object or the served certificate changes.
    func until(_ condition: () async throws -> Bool) async throws {
        if try await condition() { return }
        for await _ in changes where try await condition() { return }
        throw CancellationError()
    }

    /// Creates an OptimizationJob, which calls both webhooks.
    func admit() async throws(APIError) {
        let type = ResourceType(
            group: "trainer.kubeflow.org",
            version: "v1alpha1",
            plural: "optimizationjobs",
            kind: "OptimizationJob"
        )
        _ = try await api.create(
            type,
            namespace: "default",
            [
                "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "OptimizationJob",
                "metadata": ["generateName": "load-"],
                "spec": [
                    "objectives": [["metric": "loss"]],
                    "parameters": [
                        ["name": "lr", "searchSpace": ["uniform": ["min": "0.1", "max": "0.2", "type": "Float"]]]
                    ],
                    "trainJobTemplate": ["spec": ["runtimeRef": ["name": "torch"]]],
                ],
            ]
        )
    }
}

/// A value that a task and a test share.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        value.withLock { value in body(&value) }
    }
}

/// Shakes hands anew with every call, as an API server may at any moment: a connection that stands would hide that the
/// certificate is not trusted any more.
private struct HandshakingCaller: WebhookCaller {
    let endpoint: HTTPWebhookCaller.Endpoint

    func call(url: String, caBundle: [UInt8], body: [UInt8], timeout: Duration) async throws -> HTTPResponse {
        let caller = try HTTPWebhookCaller { [endpoint] _ in endpoint }
        do {
            let response = try await caller.call(url: url, caBundle: caBundle, body: body, timeout: TestSite.patience)
            await caller.shutdown()
            return response
        } catch {
            await caller.shutdown()
            throw error
        }
    }
}
