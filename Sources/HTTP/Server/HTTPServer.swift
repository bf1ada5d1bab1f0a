import Synchronization
public import Transport

/// An HTTP/1.1 server on raw sockets, with TLS or without.
///
/// Each of its event loops accepts, reads, calls the handler and answers on one thread. Keep-alive, pipelining, chunked
/// and sized bodies, `Expect: 100-continue`, gzip request bodies and streaming answers are understood; everything a peer
/// can do is bounded by `HTTPServerConfiguration`.
public final class HTTPServer: Sendable {
    let core: ServerCore
    private let configuration: HTTPServerConfiguration
    private let running = Mutex<Running?>(nil)

    private struct Running {
        let listener: Listener
        let loops: [EventLoop]
    }

    /// Prepares a server.
    ///
    /// - Throws: `TLSError` when the certificate or key cannot be used.
    public init(configuration: HTTPServerConfiguration, handler: any HTTPHandler) throws {
        self.configuration = configuration
        core = ServerCore(
            handler: handler,
            configuration: configuration,
            tls: try configuration.tls.map { try TLSContext(server: $0) }
        )
    }

    /// The port listened on; 0 before `start`.
    public var port: UInt16 {
        running.withLock { $0?.listener.address.port ?? 0 }
    }

    /// What the server has done so far. May be read at any time, by any thread.
    public var statistics: HTTPServerStatistics { core.statistics }

    /// Begins to listen. A server starts once.
    ///
    /// - Throws: `SyscallError` when the address cannot be had, for instance because the port is in use.
    public func start() throws {
        guard let address = SocketAddress(numeric: configuration.host, port: configuration.port) else {
            throw SyscallError(call: "listen on \"\(configuration.host)\", which is no IP address", code: 22)
        }
        let core = self.core
        try running.withLock { running in
            guard running == nil else { return }
            var loops: [EventLoop] = []
            do {
                for number in 0..<configuration.loops { loops.append(try EventLoop(name: "http-\(number)")) }
                let listener = try Listener(on: address, loops: loops, gate: core)
                core.began(listener, loops)
                running = Running(listener: listener, loops: loops)
            } catch {
                for loop in loops { loop.stop() }
                throw error
            }
        }
    }

    /// Serves a new identity from the next connection on; those that stand go on as they are.
    public func replaceIdentity(_ identity: TLSServerConfiguration) throws(TLSError) {
        core.replace(try TLSContext(server: identity))
    }

    /// Stops without losing a request, for a server that others stop calling only after a while: endpoints of a Kubernetes
    /// Service lag behind by seconds, and a call that meets a closed connection fails for good.
    ///
    /// Whatever says that the server is ready should fail first. From the call on every answer carries
    /// `Connection: close`. Connections are accepted for `delay` more, then what has arrived is taken and the port is given
    /// up. A connection without a request stays open until it brings one, since its client may be about to: only when
    /// all are gone or `limit` has passed does the server stop. Cancelling the task stops it at once.
    ///
    /// - Parameters:
    ///   - delay: How long to go on accepting connections.
    ///   - limit: When to stop in any case, counted from the call; at least `delay`.
    public func drain(acceptingFor delay: Duration, within limit: Duration) async {
        await drain(acceptingUntil: { try? await Task.sleep(for: delay) }, within: limit - delay)
    }

    /// Drains, accepting until `delay` returns, and then waiting no longer than `limit`.
    func drain(acceptingUntil delay: () async -> Void, within limit: Duration) async {
        guard let listener = running.withLock({ $0?.listener }) else { return }
        core.announceClosing()
        await delay()
        await listener.stop(grace: Task.isCancelled ? .zero : min(HTTPServer.handshakeGrace, limit))
        await core.untilEmpty(atMost: limit)
        await stop(within: .zero)
    }

    /// How long a TCP handshake that was under way when the port is given up has to complete: a round trip, and the
    /// repetition of a packet that was lost on the way.
    private static let handshakeGrace: Duration = .milliseconds(300)

    /// Stops: no more connections, idle ones closed, requests at hand answered, and after `limit` all is cut.
    ///
    /// A client's request can cross with the closing of its idle connection; where that must not happen, `drain`.
    public func stop(within limit: Duration) async {
        guard let running = running.withLock({ $0.take() }) else { return }
        core.announceClosing()
        await running.listener.stop()
        core.closeIdle()
        await core.untilEmpty(atMost: limit)
        for loop in running.loops { loop.stop() }
        for loop in running.loops { await loop.ended() }
    }
}
