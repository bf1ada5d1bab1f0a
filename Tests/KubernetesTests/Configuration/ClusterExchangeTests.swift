import HTTP
import Logging
import Synchronization
import Testing
import Transport

@testable import Kubernetes

@Suite("The exchange with a cluster")
struct ClusterExchangeTests {
    /// A server that knows which `Authorization` it accepts, and the origins of the clients made for it.
    private final class Server: Sendable {
        private let accepted = Mutex<[String]>([""])
        let origins = Mutex<[HTTPOrigin]>([])

        func accept(_ authorizations: String...) { accepted.withLock { $0 = authorizations } }

        func answer(_ request: HTTPRequest) -> FakeExchange.Answer {
            let isAccepted = accepted.withLock { $0.contains(request.headers["Authorization"] ?? "") }
            return isAccepted ? .text("{}") : .text("", status: 401)
        }
    }

    private let folder: TemporaryFolder
    private let time = ManualTime()
    private let server: Server
    private let http: FakeExchange
    private let messages = MessageLog()

    init() throws {
        let server = Server()
        folder = try TemporaryFolder()
        self.server = server
        http = FakeExchange { request, _ in server.answer(request) }
    }

    private func exchange(
        _ configuration: ClusterConfiguration,
        makeExec: (ExecPlugin) -> ExecCredentials = { ExecCredentials($0) }
    ) throws -> ClusterExchange {
        try ClusterExchange(
            configuration,
            credentials: CredentialSource(configuration.user, time: time, makeExec: makeExec),
            logger: messages.logger,
            time: time
        ) { [server, http] origin in
            server.origins.withLock { $0.append(origin) }
            return http
        }
    }

    private func configuration(_ authorization: UserCredentials.Authorization? = nil) -> ClusterConfiguration {
        ClusterConfiguration(
            server: ServerURL(host: "h", port: 6443),
            user: UserCredentials(authorization: authorization)
        )
    }

    private func get(_ exchange: ClusterExchange) async throws -> Int {
        try await exchange.send(HTTPRequest(method: "GET", target: "/version"), timeout: .seconds(10)).status
    }

    private var authorizations: [String?] { http.requests.map { $0.headers["Authorization"] } }

    @Test(
        "sends what the user is configured with",
        arguments: [
            (nil, nil), (.token(" abc\n"), "Bearer abc"),
            (.basic(username: "me", password: "pä:ss"), "Basic bWU6cMOkOnNz"),
            (.tokenFile("/nowhere", otherwise: "abc"), "Bearer abc"),
        ] as [(UserCredentials.Authorization?, String?)]
    )
    func authorization(_ configured: UserCredentials.Authorization?, _ expected: String?) async throws {
        server.accept(expected ?? "")
        #expect(try await get(exchange(configuration(configured))) == 200)
        #expect(authorizations == [expected])
    }

    @Test("puts the server's prefix before every path, and whom it acts for into the header")
    func prefix() async throws {
        var configuration = configuration()
        configuration.server.prefix = "/k8s/c-1"
        configuration.compresses = false
        configuration.impersonation = Impersonation(
            user: "jane",
            uid: "7",
            groups: ["a", "b"],
            extra: ["example.com/x": ["1"]]
        )
        #expect(try await get(exchange(configuration)) == 200)
        let request = try #require(http.requests.first)
        #expect(request.target == "/k8s/c-1/version")
        #expect(request.headers["Impersonate-User"] == "jane")
        #expect(request.headers["Impersonate-Uid"] == "7")
        #expect(request.headers.values(of: "Impersonate-Group") == ["a", "b"])
        #expect(request.headers["Impersonate-Extra-example.com%2Fx"] == "1")
        #expect(request.headers["Accept-Encoding"] == "identity")
    }

    @Test("reads a rotated token within a minute")
    func rotation() async throws {
        let path = try folder.write("old\n", to: "token")
        let exchange = try exchange(configuration(.tokenFile(path, otherwise: nil)))
        server.accept("Bearer old", "Bearer new")
        #expect(try await get(exchange) == 200)
        try folder.write("new\n", to: "token")
        time.advance(by: .seconds(59))
        #expect(try await get(exchange) == 200)
        time.advance(by: .seconds(1))
        #expect(try await get(exchange) == 200)
        #expect(authorizations == ["Bearer old", "Bearer old", "Bearer new"])
    }

    @Test("reads the token again at once when it is refused, and sends the request once more")
    func refusedToken() async throws {
        let path = try folder.write("old", to: "token")
        let exchange = try exchange(configuration(.tokenFile(path, otherwise: nil)))
        server.accept("Bearer old")
        #expect(try await get(exchange) == 200)
        try folder.write("new", to: "token")
        server.accept("Bearer new")
        #expect(try await get(exchange) == 200)
        #expect(authorizations == ["Bearer old", "Bearer old", "Bearer new"])
    }

    @Test("hands on the refusal when there is no other token, or that is refused, too")
    func refusedForGood() async throws {
        let path = try folder.write("old", to: "token")
        let exchange = try exchange(configuration(.tokenFile(path, otherwise: nil)))
        server.accept("Bearer other")
        #expect(try await get(exchange) == 401)
        #expect(authorizations == ["Bearer old"])
        try folder.write("new", to: "token")
        #expect(try await get(exchange) == 401)
        #expect(authorizations == ["Bearer old", "Bearer old", "Bearer new"])
    }

    @Test("goes on with the last token while the file is away")
    func tokenAway() async throws {
        let path = try folder.write("t", to: "token")
        let exchange = try exchange(configuration(.tokenFile(path, otherwise: nil)))
        server.accept("Bearer t")
        #expect(try await get(exchange) == 200)
        try folder.remove("token")
        time.advance(by: .seconds(3600))
        #expect(try await get(exchange) == 200)
    }

    @Test("does not let a token's file write other fields of the header", arguments: ["a\r\nX: y", "", " \n"])
    func strangeToken(_ content: String) async throws {
        let path = try folder.write(content, to: "token")
        let exchange = try exchange(configuration(.tokenFile(path, otherwise: nil)))
        let error = await #expect(throws: ConfigurationError.self) { try await get(exchange) }
        #expect(error?.file == path)
        #expect(http.requests.isEmpty)
    }

    @Test("refreshes a refused watch's credentials, too")
    func stream() async throws {
        let path = try folder.write("old", to: "token")
        let exchange = try exchange(configuration(.tokenFile(path, otherwise: nil)))
        _ = try await get(exchange)
        try folder.write("new", to: "token")
        server.accept("Bearer new")
        let request = HTTPRequest(method: "GET", target: "/watch")
        #expect(try await exchange.stream(request, headTimeout: .seconds(1)).status == 200)
    }

    @Test("opens new connections when a plugin gives another certificate")
    func pluginCertificate() async throws {
        let authority = try TestAuthority()
        let pairs = try (0..<2).map { _ in try authority.issue("me", .client) }
        let runs = Mutex(0)
        let clock = Mutex(Timestamp(secondsSinceEpoch: 0))
        let exchange = try exchange(configuration(.exec(ExecPlugin(command: "p")))) { plugin in
            ExecCredentials(plugin, now: { clock.withLock { $0 } }) { _ in
                let run = runs.withLock { runs in
                    defer { runs += 1 }
                    return runs
                }
                let pair = pairs[min(run, 1)]
                return ExecCredential(
                    identity: ClientIdentity(certificatePEM: pair.certificate, keyPEM: pair.key),
                    expiration: Timestamp(secondsSinceEpoch: Int64(run + 1) * 100)
                )
            }
        }
        _ = try await get(exchange)
        _ = try await get(exchange)
        clock.withLock { $0 = Timestamp(secondsSinceEpoch: 100) }
        _ = try await get(exchange)
        #expect(runs.withLock { $0 } == 2)
        let certificates = server.origins.withLock { $0.map(\.tls?.clientCertificatePEM) }
        #expect(certificates == pairs.map(\.certificate))
    }

    @Test("trusts a renewed authority without a restart")
    func renewedAuthority() async throws {
        let (old, new) = (try TestAuthority().pem, try TestAuthority().pem)
        var configuration = configuration()
        configuration.authority = .file(try folder.write(String(pem: old), to: "ca.crt"))
        let exchange = try exchange(configuration)
        _ = try await get(exchange)
        try folder.write(String(pem: new), to: "ca.crt")
        time.advance(by: .seconds(60))
        _ = try await get(exchange)
        #expect(server.origins.withLock { $0.map(\.tls?.trustRootsPEM) } == [old, new])
    }

    @Test("takes the name to prove, and whether to check at all, from the configuration")
    func verification() async throws {
        var configuration = configuration()
        configuration.serverName = "kubernetes.default"
        configuration.insecureSkipVerify = true
        configuration.warnings = ["not checked"]
        _ = try await get(exchange(configuration))
        let tls = try #require(server.origins.withLock { $0.first }?.tls)
        #expect(tls.serverName == "kubernetes.default" && tls.insecureSkipVerify)
        #expect(messages.all == ["not checked"])
    }

    @Test("tells at once which certificate or key cannot be used")
    func unusableCertificates() throws {
        let authority = try TestAuthority()
        let pair = try authority.issue("me", .client)
        func label(_ field: String) -> ConfigurationLabel { ConfigurationLabel(file: "config", field: field) }
        func pem(_ text: [UInt8], _ field: String) -> PEMSource {
            PEMSource(location: .data(text), label: label(field))
        }
        var broken = configuration()
        broken.authority = pem(Array("no".utf8), "ca")
        let error = #expect(throws: ConfigurationError.self) { try exchange(broken) }
        #expect(error?.field == "ca")

        for (certificate, key, field) in [
            (Array("no".utf8), pair.key, "certificate"), (pair.certificate, Array("no".utf8), "key"),
            (pair.certificate, try authority.issue("other", .client).key, "key"),
        ] {
            var broken = configuration()
            broken.user.clientCertificate = .init(certificate: pem(certificate, "certificate"), key: pem(key, "key"))
            let error = #expect(throws: ConfigurationError.self) { try exchange(broken) }
            #expect(error?.field == field)
        }
    }

    @Test("ends a call in time while a plugin takes its own")
    func slowPlugin() async throws {
        let configuration = configuration(.exec(ExecPlugin(command: "p")))
        let never = Channel<Void>()
        let exchange = try ClusterExchange(
            configuration,
            credentials: CredentialSource(configuration.user, time: time) { plugin in
                ExecCredentials(plugin) { () -> Timestamp in
                    Timestamp(secondsSinceEpoch: 0)
                } run: { _ in
                    _ = await never.next()
                    throw CancellationError()
                }
            },
            logger: messages.logger,
            time: time
        ) { [http] _ in http }
        let call = Task { try await get(exchange) }
        await time.untilSleeping(for: .seconds(10))
        time.advance(by: .seconds(10))
        await #expect(throws: ConfigurationError(message: "no credentials within 10.0 seconds")) {
            try await call.value
        }
        never.close()
    }

    @Test("works over TLS with the credentials of a kubeconfig: a client certificate, a server's name, an authority")
    func overTLS() async throws {
        let authority = try TestAuthority()
        let serving = try authority.issue("server", .server, hosts: ["kubernetes.test"])
        let me = try authority.issue("me", .client)
        let listener = try HTTPServer(
            configuration: HTTPServerConfiguration(
                host: "127.0.0.1",
                port: 0,
                tls: TLSServerConfiguration(
                    certificateChainPEM: serving.certificate,
                    privateKeyPEM: serving.key,
                    clientCA: authority.pem
                ),
                loops: 1
            ),
            handler: VersionHandler()
        )
        try listener.start()
        try folder.write(String(pem: authority.pem), to: "ca.crt")
        try folder.write(String(pem: me.key), to: "me.key")
        let path = try folder.write(
            """
            current-context: k
            contexts: [{name: k, context: {cluster: c, user: u}}]
            clusters:
            - name: c
              cluster: {server: "https://127.0.0.1:\(listener.port)", certificate-authority: ca.crt,
                tls-server-name: kubernetes.test}
            users:
            - name: u
              user: {client-certificate-data: \(Base64.encode(me.certificate)), client-key: me.key}
            """,
            to: "config"
        )
        let exchange = try ClusterExchange(ClusterConfiguration.load(kubeconfig: path))
        let answer = try await exchange.send(
            HTTPRequest(method: "GET", target: "/version"),
            timeout: .seconds(600)
        )
        #expect(answer.status == 200)
        await exchange.shutdown()
        await listener.stop(within: .zero)
    }

    private struct VersionHandler: HTTPHandler {
        func respond(to request: HTTPRequest) -> HTTPReply {
            .now(.text("{}", status: request.target == "/version" ? 200 : 404))
        }
    }
}
