import CLinux
import Glibc
import Synchronization

/// One loop's listening socket.
final class AcceptingSocket: ReadinessHandler {
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
    /// How often to ask again for a place while connections wait for one, besides whenever one becomes free.
    private static let pauseWhenFull: Duration = .seconds(1)

    private let reactor: Reactor
    private let gate: any ConnectionGate
    private var descriptor: Descriptor?
    private var token: Reactor.Token?
    /// Looks again at connections left in the kernel's queue: the edge that told of them will not come again.
    private var retry: TimerQueue.ID?

    // MARK: - Binding

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

    // MARK: - Accepting

    init(_ bound: Bound, reactor: Reactor, gate: any ConnectionGate) {
        self.reactor = reactor
        self.gate = gate
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
        if let retry { reactor.cancel(retry) }
        retry = nil
        if let token { reactor.unregister(token) }
        token = nil
        descriptor = nil
    }

    func acceptAvailable() {
        for _ in 0..<AcceptingSocket.acceptsPerTurn {
            guard descriptor != nil else { return }
            guard gate.takePlace() else {
                // While nobody waits there is nothing to do: whoever comes next makes an edge.
                guard connectionWaits else { return }
                if gate.keepWaiting(on: reactor) { return lookAgain(in: AcceptingSocket.pauseWhenFull) }
                continue  // a place has just become free
            }
            switch accept() {
            case .success(let number): serve(Descriptor(owning: number))
            case .failure(let error):
                gate.returnPlace()
                switch error.code {
                case EAGAIN: return
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: return lookAgain(in: AcceptingSocket.pauseWhenExhausted)
                default: continue  // that one connection failed before it was accepted (accept(2), "Error handling")
                }
            }
        }
        reactor.onNextTurn { [weak self] in self?.acceptAvailable() }
    }

    private func accept() -> Result<Int32, SyscallError> {
        Result { () throws(SyscallError) in
            guard let listening = descriptor?.number else { throw SyscallError(call: "accept4", code: EAGAIN) }
            return try systemCall("accept4") {
                accept4(listening, nil, nil, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
            }
        }
    }

    private var connectionWaits: Bool {
        guard let number = descriptor?.number else { return false }
        var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    private func lookAgain(in delay: Duration) {
        guard retry == nil else { return }
        retry = reactor.schedule(after: delay) { [weak self] in
            self?.retry = nil
            self?.acceptAvailable()
        }
    }

    private func serve(_ connection: consuming Descriptor) {
        let (handler, tls) = gate.serve(on: reactor)
        do {
            try Channel.accept(connection, tls: tls, handler: handler, on: reactor)
        } catch {
            // No channel came to be, so nobody else tells the handler.
            handler.couldNotOpen(error)
        }
    }

    // MARK: - Stopping

    /// Lets nobody begin a connection any more; those under way can still complete.
    func refuseNewConnections() {
        guard let number = descriptor?.number else { return }
        // Should the system not allow it, a connection that comes at the very last moment is reset.
        _ = optimizationjob_refuse_new_connections(number)
    }

    /// Accepts what has arrived, then closes.
    func close() {
        // Closing resets what is still in the queue: that is left to those for whom there is no place.
        while connectionWaits, gate.takePlace() {
            guard case .success(let number) = accept() else {
                gate.returnPlace()
                break
            }
            serve(Descriptor(owning: number))
        }
        loopIsEnding()
    }
}
