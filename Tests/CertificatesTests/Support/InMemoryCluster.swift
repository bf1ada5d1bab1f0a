import HTTP
import JSON
import Kubernetes
import LocalCluster
import Logging
import Synchronization
import Transport

@testable import Certificates

/// An API server in memory, reached without sockets, with the namespace and the webhook configurations of an install.
final class InMemoryCluster: Sendable {
    let api: APIClient
    private let server: LocalAPIServer

    /// 2026-11-23T22:30:36Z.
    static let start = Timestamp(secondsSinceEpoch: 1_795_473_036)
    static let settings = CertificateSettings()
    static let secretName = NamespacedName(namespace: "kubeflow-system", name: "optimizationjob-webhook-cert")
    static let jobs = ServedKind(type: .jobs)
    static let deployments = ServedKind(type: .deployments)

    init() {
        let server = LocalAPIServer(
            kinds: ServedKind.standard + [Self.jobs, Self.deployments],
            token: "token",
            webhooks: Unreachable(),
            logger: .silent
        )
        self.server = server
        api = APIClient(exchange: InProcessExchange(handler: server), bearerToken: { "token" })
    }

    /// A cluster on which `webhooks/` was applied.
    static func installed() async throws -> InMemoryCluster {
        let cluster = InMemoryCluster()
        try await cluster.createNamespace("kubeflow-system")
        for kind in WebhookConfiguration.Kind.allCases { try await cluster.apply(Samples.configuration(kind)) }
        return cluster
    }

    func createNamespace(_ name: String) async throws {
        _ = try await api.create(
            ServedKind.namespaces.type,
            namespace: "",
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
        )
    }

    /// Creates a webhook configuration, or puts another in its place, as `kubectl replace` does.
    func apply(_ configuration: JSONValue) async throws {
        let type: ResourceType =
            configuration["kind"] == "MutatingWebhookConfiguration"
            ? .mutatingWebhookConfigurations : .validatingWebhookConfigurations
        let name = NamespacedName(namespace: "", name: ObjectMeta(configuration).name)
        try? await api.delete(type, name)
        _ = try await api.create(type, namespace: "", configuration)
    }

    func createSecret(type: String = "kubernetes.io/tls", _ data: [String: String], extra: JSONObject = [:])
        async throws
    {
        var secret: JSONObject = [
            "apiVersion": "v1", "kind": "Secret", "type": .string(type),
            "metadata": ["name": .string(Self.secretName.name), "namespace": .string(Self.secretName.namespace)],
            "data": .object(JSONObject(data.map { ($0.key, .string(Base64.encode(Array($0.value.utf8)))) })),
        ]
        for (key, value) in extra { secret[key] = value }
        _ = try await api.create(.secrets, namespace: Self.secretName.namespace, .object(secret))
    }

    func secret() async throws -> CertificateSecret {
        CertificateSecret(try await api.get(.secrets, Self.secretName))
    }

    /// What a key of the Secret holds, as text.
    func text(_ key: String) async throws -> String? {
        try await api.get(.secrets, Self.secretName)["data"]?[key]?.stringValue
            .flatMap { Base64.decode($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    func configuration(_ kind: WebhookConfiguration.Kind) async throws -> WebhookConfiguration {
        let name = NamespacedName(namespace: "", name: kind.name(in: Self.settings))
        return WebhookConfiguration(try await api.get(kind.type, name), kind: kind, settings: Self.settings)
    }

    /// Whether the API server would believe the Secret's certificate for both kinds of webhooks.
    func isConvinced(at time: Timestamp, host: String = settings.primaryHost) async throws -> Bool {
        let identity = try await secret().current.get()
        for kind in WebhookConfiguration.Kind.allCases {
            let ours = try await configuration(kind).ours
            guard let trusted = ours.first?.trusted else { return false }
            let anchors = trusted.vouching(for: identity.chain, host: host, at: time.secondsSinceEpoch)
            if anchors.isEmpty { return false }
        }
        return true
    }

    private struct Unreachable: WebhookCaller {
        func call(url: String, caBundle: [UInt8], body: [UInt8], timeout: Duration) async throws -> HTTPResponse {
            throw WebhookCallFailure("no webhook is served here")
        }
    }

    private struct InProcessExchange: HTTPExchanging {
        let handler: any HTTPHandler

        func send(_ request: HTTPRequest, timeout: Duration) async throws -> HTTPResponse {
            switch handler.respond(to: request) {
            case .now(let response): response
            case .later(let response): await response()
            }
        }

        func stream(_ request: HTTPRequest, headTimeout: Duration) async throws -> HTTPResponseStream {
            throw HTTPClientError.closedBeforeResponse
        }
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
