import HTTP
import Logging
import Synchronization
import Transport

/// Carries requests to the API server of a cluster, with the credentials it takes.
///
/// Credentials are asked for with every request, since they are renewed. If the server refuses them (401) and there are
/// others by then, such as a token that was rotated or a fresh one from a plugin, the request is sent once more. A renewed
/// certificate, the client's or the authority's, takes effect with the next request: requests under way keep their connection.
public final class ClusterExchange: HTTPExchanging {
    /// What connections depend on.
    private struct Identity: Equatable {
        var authority: [UInt8]?
        var client: ClientIdentity?
    }

    private let configuration: ClusterConfiguration
    private let credentials: CredentialSource
    private let authority: RereadFile?
    private let logger: Logger
    private let time: any MonotonicTime
    private let loop: EventLoop?
    private let makeClient: @Sendable (HTTPOrigin) throws -> any HTTPExchanging
    private let current = Mutex<(identity: Identity, client: any HTTPExchanging)?>(nil)

    /// Makes an exchange; nothing is sent before the first request.
    ///
    /// - Parameters:
    ///   - configuration: Where the cluster is, and who the client is.
    ///   - logger: Told of the configuration's warnings and of certificates that cannot be used.
    /// - Throws: When a certificate or a key cannot be read or used.
    public convenience init(
        _ configuration: ClusterConfiguration,
        logger: Logger = Logger(label: "kubernetes.client")
    ) throws(ConfigurationError) {
        let loop: EventLoop
        do {
            loop = try EventLoop(name: "kubernetes")
        } catch {
            throw ConfigurationError(message: "\(error)")
        }
        let time = SystemTime()
        try self.init(
            configuration,
            credentials: CredentialSource(configuration.user, time: time),
            logger: logger,
            time: time,
            loop: loop
        ) { try HTTPClient(origin: $0, loop: loop) }
    }

    init(
        _ configuration: ClusterConfiguration,
        credentials: CredentialSource,
        logger: Logger,
        time: any MonotonicTime,
        loop: EventLoop? = nil,
        makeClient: @escaping @Sendable (HTTPOrigin) throws -> any HTTPExchanging
    ) throws(ConfigurationError) {
        self.configuration = configuration
        self.credentials = credentials
        self.logger = logger
        self.time = time
        self.loop = loop
        self.makeClient = makeClient
        authority = configuration.authority.map { RereadFile($0, time: time) }
        for warning in configuration.warnings { logger.warning("\(warning)") }
        try checkConfiguredCertificates()
    }

    deinit {
        loop?.stop()
    }

    /// Closes every connection; requests at hand fail.
    public func shutdown() async {
        loop?.stop()
        await loop?.ended()
    }

    /// Sends a request and reads the whole response.
    public func send(_ request: HTTPRequest, timeout: Duration) async throws -> HTTPResponse {
        try await attempt(request, within: timeout, status: { $0.status }) { client, request, timeout in
            try await client.send(request, timeout: timeout)
        }
    }

    /// Sends a request and returns when the response's head is there.
    public func stream(_ request: HTTPRequest, headTimeout: Duration) async throws -> HTTPResponseStream {
        try await attempt(request, within: headTimeout, status: { $0.status }) { client, request, timeout in
            try await client.stream(request, headTimeout: timeout)
        }
    }

    private func attempt<Answer>(
        _ request: HTTPRequest,
        within limit: Duration,
        status: (Answer) -> Int,
        _ send: (any HTTPExchanging, HTTPRequest, Duration) async throws -> Answer
    ) async throws -> Answer {
        let deadline = time.now + limit
        let credential = try await beforeSending(limit) { [credentials] in try await credentials.credential() }
        let answer = try await send(client(for: credential), prepared(request, credential), deadline - time.now)
        guard status(answer) == 401 else { return answer }
        let other = try? await beforeSending(deadline - time.now) { [credentials] in
            try await credentials.replacement(for: credential)
        }
        guard let other = other ?? nil else { return answer }
        return try await send(client(for: other), prepared(request, other), deadline - time.now)
    }

    /// Gets credentials in time.
    private func beforeSending<Value: Sendable>(
        _ limit: Duration,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        do {
            return try await withTimeLimit(limit, time, operation)
        } catch is TimeLimitExceeded {
            throw ConfigurationError(message: "no credentials within \(limit)")
        }
    }

    private func prepared(_ request: HTTPRequest, _ credential: Credential) -> HTTPRequest {
        var request = request
        request.target = configuration.server.prefix + request.target
        if let authorization = credential.authorization { request.headers["Authorization"] = authorization }
        configuration.impersonation?.add(to: &request.headers)
        if !configuration.compresses { request.headers["Accept-Encoding"] = "identity" }
        return request
    }

    // MARK: - Connections

    private func client(for credential: Credential) throws -> any HTTPExchanging {
        let identity = Identity(authority: try authority?.content(), client: credential.certificate)
        return try current.withLock { current in
            if let current, current.identity == identity { return current.client }
            do {
                let client = try makeClient(origin(for: identity))
                current = (identity, client)
                return client
            } catch {
                // A certificate may be read while its key is just being replaced; the next look finds both.
                guard let current else { throw ConfigurationError(message: "\(error)") }
                logger.warning("renewed certificates cannot be used", metadata: ["error": "\(error)"])
                return current.client
            }
        }
    }

    private func origin(for identity: Identity) -> HTTPOrigin {
        let server = configuration.server
        let tls = TLSClientConfiguration(
            trustRootsPEM: identity.authority,
            serverName: configuration.serverName,
            clientCertificatePEM: identity.client?.certificatePEM,
            clientKeyPEM: identity.client?.keyPEM,
            insecureSkipVerify: configuration.insecureSkipVerify
        )
        return HTTPOrigin(host: server.host, port: server.port, tls: server.isTLS ? tls : nil)
    }

    private func checkConfiguredCertificates() throws(ConfigurationError) {
        if let authority {
            let text = try authority.content()
            do {
                _ = try Certificate.all(inPEM: text)
            } catch {
                throw authority.label.error("\(error)")
            }
        }
        if let pair = configuration.user.clientCertificate {
            let identity = ClientIdentity(
                certificatePEM: try pair.certificate.read(),
                keyPEM: try pair.key.read()
            )
            try identity.check(certificate: pair.certificate.label, key: pair.key.label)
        }
    }
}

extension APIClient {
    /// Makes a client of a cluster.
    ///
    /// - Parameters:
    ///   - cluster: As `ClusterConfiguration.load` finds it.
    ///   - userAgent: How the server shall know the client.
    ///   - configuration: Limits and patience.
    ///   - observer: Told of every request and of the server's warnings.
    ///   - logger: Told of the configuration's warnings.
    /// - Throws: When a certificate or a key cannot be read or used.
    public init(
        cluster: ClusterConfiguration,
        userAgent: String = "optimizationjob",
        configuration: Configuration = Configuration(),
        observer: (any APIClientObserver)? = nil,
        logger: Logger = Logger(label: "kubernetes.client")
    ) throws(ConfigurationError) {
        self.init(
            exchange: try ClusterExchange(cluster, logger: logger),
            userAgent: userAgent,
            configuration: configuration,
            observer: observer
        )
    }
}
