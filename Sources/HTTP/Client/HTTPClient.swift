import Synchronization
public import Transport

/// An HTTP/1.1 client for one origin, on raw sockets, with TLS or without.
///
/// Connections are reused, one request at a time on each; as many are opened as there are requests at once. A request
/// that meets a connection which the server is just closing is sent again when its method is safe (RFC 9110 §9.2.1).
public final class HTTPClient: HTTPExchanging {
    private let origin: HTTPOrigin
    private let limits: HTTPLimits
    private let tls: TLSContext?
    private let loop: EventLoop
    private let ownsLoop: Bool
    private let pool: ConnectionPool

    /// Makes a client; nothing is sent before the first request.
    ///
    /// - Parameters:
    ///   - loop: The event loop to use; `nil` starts one, which `shutdown` ends.
    /// - Throws: `TLSError` when a certificate or key cannot be used, `SyscallError` when no thread can be had.
    public init(
        origin: HTTPOrigin,
        configuration: HTTPClientConfiguration = HTTPClientConfiguration(),
        loop: EventLoop? = nil
    ) throws {
        self.origin = origin
        limits = configuration.limits
        tls = try origin.tls.map { try TLSContext(client: $0) }
        pool = ConnectionPool(idle: configuration.idle, maximum: configuration.idleConnections)
        ownsLoop = loop == nil
        self.loop = try loop ?? EventLoop(name: "http-client")
    }

    deinit {
        if ownsLoop { loop.stop() }
    }

    /// Closes every connection; requests at hand fail.
    public func shutdown() async {
        pool.close(on: loop)
        guard ownsLoop else { return }
        loop.stop()
        await loop.ended()
    }

    /// Sends a request and reads the whole response, unpacked if it came compressed.
    public func send(_ request: HTTPRequest, timeout: Duration) async throws -> HTTPResponse {
        var request = request
        if request.headers["Accept-Encoding"] == nil { request.headers["Accept-Encoding"] = "gzip" }
        return try await within(timeout) { [request] in
            let (head, reader) = try await self.exchange(request)
            var body: [UInt8] = []
            while let piece = try await reader.next() {
                guard piece.count <= self.limits.bodyBytes - body.count else {
                    throw HTTPClientError.malformed("the body is over \(self.limits.bodyBytes) bytes")
                }
                if body.isEmpty { body = piece } else { body += piece }
            }
            return try self.unpacked(head, body)
        }
    }

    /// Sends a request and returns when the response's head is there.
    public func stream(_ request: HTTPRequest, headTimeout: Duration) async throws -> HTTPResponseStream {
        let (head, reader) = try await within(headTimeout) { try await self.exchange(request) }
        return HTTPResponseStream(
            status: head.status,
            headers: head.headers,
            body: HTTPBodyStream { { try await reader.next() } }
        )
    }

    private func unpacked(_ head: ResponseHead, _ body: [UInt8]) throws -> HTTPResponse {
        var headers = head.headers
        guard let coding = headers["Content-Encoding"]?.lowercased(), coding != "identity" else {
            return HTTPResponse(status: head.status, headers: headers, body: .bytes(body))
        }
        guard coding == "gzip" else { throw HTTPClientError.malformed("unknown content coding \"\(coding)\"") }
        headers["Content-Encoding"] = nil
        do {
            let plain = try Gzip.decompress(body, limit: limits.bodyBytes)
            return HTTPResponse(status: head.status, headers: headers, body: .bytes(plain))
        } catch {
            throw HTTPClientError.malformed("\(error)")
        }
    }

    // MARK: - Exchanges

    private func exchange(_ request: HTTPRequest) async throws -> (ResponseHead, BodyReader) {
        while let token = pool.take() {
            let exchange = Exchange(request, authority: origin.authority)
            guard await begin(exchange, on: token) else { continue }
            do {
                return try await response(to: exchange)
            } catch HTTPClientError.closedBeforeResponse where ["GET", "HEAD", "OPTIONS"].contains(request.method) {
                continue
            }
        }
        let token = try await connect()
        let exchange = Exchange(request, authority: origin.authority)
        guard await begin(exchange, on: token) else { throw HTTPClientError.closedBeforeResponse }
        return try await response(to: exchange)
    }

    private func response(to exchange: Exchange) async throws -> (ResponseHead, BodyReader) {
        // From here on the reader answers for the connection, whoever lets go of it and however.
        let reader = BodyReader(exchange)
        return (try await exchange.head.wait(), reader)
    }

    private func begin(_ exchange: Exchange, on token: Reactor.Token) async -> Bool {
        await withCheckedContinuation { continuation in
            let accepted = loop.execute { reactor in
                continuation.resume(returning: ClientConnection.find(token, in: reactor)?.begin(exchange) ?? false)
            }
            if !accepted { continuation.resume(returning: false) }
        }
    }

    private func connect() async throws -> Reactor.Token {
        let addresses: [SocketAddress]
        do {
            addresses = try await Resolver.addresses(of: origin.host, port: origin.port)
        } catch let error as Resolver.Failure {
            throw HTTPClientError.cannotConnect(origin: origin.text, reason: error.description)
        }
        var reasons: [String] = []
        for address in addresses {
            do {
                return try await connect(to: address)
            } catch let error as ChannelError {
                reasons.append(error.description)
            }
        }
        throw HTTPClientError.cannotConnect(origin: origin.text, reason: reasons.joined(separator: "; "))
    }

    private func connect(to address: SocketAddress) async throws -> Reactor.Token {
        let opened = OneShot<Reactor.Token>()
        return try await opened.wait {
            let accepted = loop.execute { [pool, limits, tls, origin] reactor in
                do throws(ChannelError) {
                    _ = try Channel.connect(
                        to: address,
                        tls: tls,
                        peer: origin.tls?.serverName ?? origin.host,
                        handler: ClientConnection(pool: pool, limits: limits, opened: opened),
                        on: reactor
                    )
                } catch {
                    opened.resume(with: .failure(error))
                }
            }
            if !accepted { opened.resume(with: .failure(HTTPClientError.shutDown)) }
        }
    }

    private func within<Value: Sendable>(
        _ limit: Duration,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw HTTPClientError.timedOut(limit) }
            return value
        }
    }
}

/// Connections that wait for a request.
final class ConnectionPool: Sendable {
    let idle: Duration
    private let maximum: Int
    private let state = Mutex(State())

    private struct State {
        var tokens: [Reactor.Token] = []
        var isClosed = false
    }

    init(idle: Duration, maximum: Int) {
        self.idle = idle
        self.maximum = maximum
    }

    /// The connection used last: the others get a chance to grow old and close.
    func take() -> Reactor.Token? {
        state.withLock { $0.tokens.popLast() }
    }

    /// Keeps a connection for the next request; `false` when there are enough.
    func keep(_ token: Reactor.Token) -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.tokens.count < maximum else { return false }
            state.tokens.append(token)
            return true
        }
    }

    func forget(_ token: Reactor.Token) {
        state.withLock { state in state.tokens.removeAll { $0 == token } }
    }

    func close(on loop: EventLoop) {
        let tokens = state.withLock { state in
            state.isClosed = true
            defer { state.tokens = [] }
            return state.tokens
        }
        for token in tokens {
            loop.execute { reactor in ClientConnection.find(token, in: reactor)?.close() }
        }
    }
}
