import CLinux
import Glibc
import Synchronization

/// Accepts connections on one address with every loop it is given.
///
/// Each loop has a listening socket of its own (`SO_REUSEPORT`), so that the kernel spreads connections over the loops
/// and each is served by the thread that accepted it.
public final class Listener: Sendable {
    /// Says how to serve a connection that was just accepted, or `nil` to turn it away.
    public typealias Admit = @Sendable (Reactor) -> (handler: any ChannelHandler, tls: TLSContext?)?

    /// Where connections are accepted; with port 0 asked for, the port the system chose.
    public let address: SocketAddress

    private let loops: [EventLoop]
    private let sockets = Mutex<[ObjectIdentifier: Reactor.Token]>([:])

    /// Listens.
    ///
    /// - Parameters:
    ///   - requested: Where; port 0 takes any free one.
    ///   - loops: Who serves; at least one.
    ///   - backlog: Connections the kernel keeps waiting for each loop.
    ///   - admit: Called on the loop's thread for each connection.
    /// - Throws: When the address cannot be had, for instance because the port is in use.
    public init(
        on requested: SocketAddress,
        loops: [EventLoop],
        backlog: Int32 = 1024,
        admit: @escaping Admit
    ) throws(SyscallError) {
        try AcceptingSocket.requireFree(requested)
        var address = requested
        var bound: [AcceptingSocket.Bound] = []
        for _ in loops {
            let socket = try AcceptingSocket.bind(to: address, backlog: backlog)
            address = socket.address
            bound.append(socket)
        }
        self.address = address
        self.loops = loops
        for (loop, socket) in zip(loops, bound) {
            loop.execute { reactor in
                let accepting = AcceptingSocket(socket, reactor: reactor, admit: admit)
                accepting.start { token in self.sockets.withLock { $0[ObjectIdentifier(loop)] = token } }
            }
        }
    }

    /// Accepts no more; connections that stand are left alone. A connection the kernel had already taken is reset.
    public func stop() {
        for loop in loops {
            loop.execute { reactor in
                guard let token = self.sockets.withLock({ $0.removeValue(forKey: ObjectIdentifier(loop)) }) else {
                    return
                }
                reactor.handler(for: token)?.loopIsEnding()
            }
        }
    }
}

/// One loop's listening socket.
private final class AcceptingSocket: ReadinessHandler {
    /// A socket that listens and belongs to nobody yet.
    final class Bound: Sendable {
        let address: SocketAddress
        private let number: Mutex<Int32?>

        init(address: SocketAddress, taking number: Int32) {
            self.address = address
            self.number = Mutex(number)
        }

        deinit {
            if let number = take() { _ = Glibc.close(number) }
        }

        func take() -> Int32? {
            number.withLock { $0.take() }
        }
    }

    /// Connections accepted in a row before those that stand get their turn.
    private static let acceptsPerTurn = 64
    /// How long to wait when the process or the machine is out of descriptors.
    private static let pauseWhenExhausted: Duration = .milliseconds(100)

    private let reactor: Reactor
    private let admit: Listener.Admit
    private var descriptor: Descriptor?
    private var token: Reactor.Token?

    /// Fails when somebody listens on the address already.
    ///
    /// `SO_REUSEPORT` would let two servers of one user share a port in silence, each with half of the connections; a
    /// socket without it is refused.
    static func requireFree(_ address: SocketAddress) throws(SyscallError) {
        guard address.port != 0 else { return }
        let descriptor = Descriptor(owning: try makeSocket(for: address))
        try bind(descriptor.number, to: address)
    }

    static func bind(to address: SocketAddress, backlog: Int32) throws(SyscallError) -> Bound {
        let descriptor = Descriptor(owning: try makeSocket(for: address))
        let number = descriptor.number
        var on: Int32 = 1
        _ = try systemCall("setsockopt") {
            setsockopt(number, SOL_SOCKET, SO_REUSEPORT, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        try bind(number, to: address)
        _ = try systemCall("listen") { listen(number, backlog) }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let bound = withUnsafeMutableBytes(of: &storage) { raw -> SocketAddress? in
            let status = raw.withMemoryRebound(to: sockaddr.self) { getsockname(number, $0.baseAddress, &length) }
            return status == 0 ? SocketAddress(copying: UnsafeRawBufferPointer(raw)) : nil
        }
        guard let bound else { throw SyscallError(call: "getsockname", code: errno) }
        return Bound(address: bound, taking: descriptor.release())
    }

    private static func makeSocket(for address: SocketAddress) throws(SyscallError) -> Int32 {
        let number = try systemCall("socket") {
            socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        }
        // A restarted server must not wait for connections of its predecessor to time out.
        var on: Int32 = 1
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        return number
    }

    private static func bind(_ number: Int32, to address: SocketAddress) throws(SyscallError) {
        do {
            _ = try systemCall("bind") { address.withSockaddr { Glibc.bind(number, $0, $1) } }
        } catch {
            throw SyscallError(call: "bind to \(address)", code: error.code)
        }
    }

    init(_ bound: Bound, reactor: Reactor, admit: @escaping Listener.Admit) {
        self.reactor = reactor
        self.admit = admit
        if let number = bound.take() { descriptor = Descriptor(owning: number) }
    }

    /// Begins to accept, as soon as the system lets the socket be watched.
    func start(_ registered: @escaping (Reactor.Token) -> Void) {
        guard let number = descriptor?.number else { return }
        guard let token = try? reactor.register(number, self) else {
            reactor.schedule(after: AcceptingSocket.pauseWhenExhausted) { self.start(registered) }
            return
        }
        self.token = token
        registered(token)
        acceptAvailable()
    }

    func ready(_ readiness: Readiness) {
        acceptAvailable()
    }

    func loopIsEnding() {
        if let token { reactor.unregister(token) }
        descriptor = nil
    }

    private func acceptAvailable() {
        for _ in 0..<AcceptingSocket.acceptsPerTurn {
            guard let listening = descriptor?.number else { return }
            do {
                let number = try systemCall("accept4") {
                    accept4(listening, nil, nil, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
                }
                serve(Descriptor(owning: number))
            } catch {
                switch error.code {
                case EAGAIN: return
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    // Waiting connections stay in the kernel's queue; the edge that told of them will not come again.
                    reactor.schedule(after: AcceptingSocket.pauseWhenExhausted) { [weak self] in
                        self?.acceptAvailable()
                    }
                    return
                default: continue  // that one connection failed before it was accepted (accept(2), "Error handling")
                }
            }
        }
        reactor.onNextTurn { [weak self] in self?.acceptAvailable() }
    }

    private func serve(_ connection: consuming Descriptor) {
        guard let (handler, tls) = admit(reactor) else { return }
        do {
            try Channel.accept(connection, tls: tls, handler: handler, on: reactor)
        } catch {
            // No channel came to be, so nobody else tells the handler.
            (handler as? any AdmittedHandler)?.couldNotOpen(error)
        }
    }
}

/// A handler that wants to know when an accepted connection could not even be set up.
public protocol AdmittedHandler: ChannelHandler {
    /// No `Channel` was made; neither `opened` nor `closed` will be called.
    func couldNotOpen(_ error: ChannelError)
}
