import Synchronization
public import Transport

/// An HTTP/1.1 server on raw sockets, with TLS or without.
///
/// Each of its event loops accepts, reads, calls the handler and answers on one thread. Keep-alive, pipelining, chunked
/// and sized bodies, `Expect: 100-continue`, gzip request bodies and streaming answers are understood; everything a peer
/// can do is bounded by `HTTPServerConfiguration`.
public final class HTTPServer: Sendable {
    private let core: ServerCore
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

    /// Connections open now.
    public var connectionCount: Int { core.connectionCount }

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
                let listener = try Listener(on: address, loops: loops) { reactor in core.admit(on: reactor) }
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

    /// Stops: no more connections, idle ones closed, requests at hand answered, and after `limit` all is cut.
    public func stop(within limit: Duration) async {
        guard let running = running.withLock({ $0.take() }) else { return }
        running.listener.stop()
        core.drain()
        await core.untilEmpty(atMost: limit)
        for loop in running.loops { loop.stop() }
        for loop in running.loops { await loop.ended() }
    }
}

/// What the connections of one server share.
final class ServerCore: Sendable {
    let handler: any HTTPHandler
    let limits: HTTPLimits
    let timeouts: HTTPServerConfiguration.Timeouts
    private let maximum: Int
    private let state: Mutex<State>

    private struct State {
        var tls: TLSContext?
        /// Admitted connections, those still agreeing on TLS included.
        var count = 0
        /// Open connections, by the loop they live on.
        var open: [Reactor.Token: EventLoop] = [:]
        var isDraining = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    init(handler: any HTTPHandler, configuration: HTTPServerConfiguration, tls: TLSContext?) {
        self.handler = handler
        limits = configuration.limits
        timeouts = configuration.timeouts
        maximum = configuration.connections
        state = Mutex(State(tls: tls))
    }

    var connectionCount: Int { state.withLock { $0.count } }
    var isDraining: Bool { state.withLock { $0.isDraining } }

    func replace(_ tls: TLSContext) {
        state.withLock { $0.tls = tls }
    }

    func admit(on reactor: Reactor) -> (handler: any ChannelHandler, tls: TLSContext?)? {
        let admitted: TLSContext?? = state.withLock { state in
            guard state.count < maximum, !state.isDraining else { return nil }
            state.count += 1
            return .some(state.tls)
        }
        guard let tls = admitted else { return nil }
        return (ServerConnection(core: self), tls)
    }

    func opened(_ token: Reactor.Token, on loop: EventLoop) {
        state.withLock { $0.open[token] = loop }
    }

    func closed(_ token: Reactor.Token?) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if let token { state.open[token] = nil }
            state.count -= 1
            return state.count == 0 ? state.waiting.take() : nil
        }
        waiting?.resume()
    }

    /// From now on idle connections close, and busy ones after the answer at hand.
    func drain() {
        let open = state.withLock { state in
            state.isDraining = true
            return state.open
        }
        for (token, loop) in open {
            loop.execute { reactor in ServerConnection.find(token, in: reactor)?.drain() }
        }
    }

    func untilEmpty(atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.untilEmpty() }
            group.addTask {
                try? await Task.sleep(for: limit)
                self.state.withLock { $0.waiting.take() }?.resume()
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func untilEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if state.count > 0 { state.waiting = continuation }
                return state.count == 0
            }
            if isEmpty { continuation.resume() }
        }
    }
}
