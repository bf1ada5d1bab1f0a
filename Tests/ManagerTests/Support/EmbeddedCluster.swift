import Certificates
import HTTP
import Kubernetes
import LocalCluster
import Logging

/// The embedded API server on a socket, with a client of it.
struct EmbeddedCluster: Sendable {
    let api: APIClient
    private let server: HTTPServer
    let handler: LocalAPIServer
    private let client: HTTPClient

    init() throws {
        let certificate = try ServingCertificate.make()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        handler = LocalAPIServer(token: "secret", webhooks: try HTTPWebhookCaller(), logger: logger)
        server = try HTTPServer(
            configuration: HTTPServerConfiguration(tls: certificate.serverConfiguration, loops: 1),
            handler: handler
        )
        try server.start()
        client = try HTTPClient(
            origin: HTTPOrigin(host: "127.0.0.1", port: server.port, tls: certificate.clientConfiguration)
        )
        // A call to a server that is away should fail at once.
        let impatient = APIClient.Configuration(retry: RetryPolicy(attempts: 1))
        api = APIClient(exchange: client, bearerToken: { "secret" }, configuration: impatient)
    }

    func stop() async {
        await handler.stop()
        await server.stop(within: .zero)
    }
}
