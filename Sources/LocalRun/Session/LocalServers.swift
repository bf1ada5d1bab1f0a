import Certificates
import HTTP
import JSON
import Kubernetes
import LocalCluster
import Logging
import Transport

/// The servers of a local run, both on loopback over TLS with an authority of their own: the API server, and the server
/// trials report to.
struct LocalServers: Sendable {
    /// The API server, asked as any client asks it.
    let api: APIClient
    /// Where trials report: `https://127.0.0.1:port`.
    let progressOrigin: String
    /// The authority of both, in PEM.
    let authorityPEM: [UInt8]
    /// The tokens that the progress server accepts.
    let tokens: ProgressTokens
    /// What that server refused.
    let refused: RefusedReports

    private let client: HTTPClient
    private let apiServer: LocalAPIServer
    private let servers: [HTTPServer]

    private static let host = "127.0.0.1"
    /// More than the progress server takes: a body in between is for it to refuse, in Kubeflow Trainer's words.
    private static let progressBody = 16 * ProgressServer.maximumBody

    /// Starts them all; if one does not start, those before it are stopped again.
    static func start(logger: Logger) async throws -> LocalServers {
        // The authority's key is forgotten at the end of this function, so nobody can ever sign anything else with it.
        let now = Timestamp.now().secondsSinceEpoch
        let identity = try CertificateAuthority.make(commonName: "optimizationjob local run", now: now)
            .issueServing(hosts: [host, "localhost"], now: now)
        var started: [HTTPServer] = []
        do {
            let token = AccessToken.random()
            let apiServer = LocalAPIServer(token: token, webhooks: try HTTPWebhookCaller(), logger: logger)
            let front = try serve(apiServer, identity, maximumBody: 4 << 20)
            started.append(front)
            let client = try HTTPClient(
                origin: HTTPOrigin(host: host, port: front.port, tls: identity.clientConfiguration)
            )
            let api = APIClient(exchange: client, bearerToken: { token })

            let tokens = ProgressTokens()
            let refused = RefusedReports()
            let progress = try serve(
                ProgressServer(api: api, tokens: tokens, refused: refused, logger: logger),
                identity,
                maximumBody: progressBody
            )
            started.append(progress)

            let servers = LocalServers(
                api: api,
                progressOrigin: "https://\(host):\(progress.port)",
                authorityPEM: identity.authorityPEM,
                tokens: tokens,
                refused: refused,
                client: client,
                apiServer: apiServer,
                servers: [progress, front]
            )
            return servers
        } catch {
            for server in started.reversed() { await server.stop(within: .zero) }
            throw error
        }
    }

    /// Stops them: first the one trials report to, last the API server.
    func stop() async {
        await client.shutdown()
        await apiServer.stop()
        for server in servers { await server.stop(within: .seconds(1)) }
    }

    private static func serve(
        _ handler: any HTTPHandler,
        _ identity: ServingCertificate,
        maximumBody: Int
    ) throws -> HTTPServer {
        var configuration = HTTPServerConfiguration()
        configuration.host = host
        configuration.port = 0
        configuration.tls = identity.serverConfiguration
        configuration.loops = 1
        configuration.limits.bodyBytes = maximumBody
        let server = try HTTPServer(configuration: configuration, handler: handler)
        try server.start()
        return server
    }
}
