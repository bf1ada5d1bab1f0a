import Glibc
import Synchronization

/// Accepts connections on one address with every loop it is given.
///
/// Each loop has a listening socket of its own (`SO_REUSEPORT`), so that the kernel spreads connections over the loops
/// and each is served by the thread that accepted it.
public final class Listener: Sendable {
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
    ///   - gate: Decides who is served, and how.
    /// - Throws: When the address cannot be had, for instance because the port is in use.
    public init(
        on requested: SocketAddress,
        loops: [EventLoop],
        backlog: Int32 = 1024,
        gate: any ConnectionGate
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
                let accepting = AcceptingSocket(socket, reactor: reactor, gate: gate)
                accepting.start { token in self.sockets.withLock { $0[ObjectIdentifier(loop)] = token } }
            }
        }
    }

    /// Looks again for connections that were left waiting, now that `ConnectionGate.takePlace` may say yes.
    public func resume() {
        for loop in loops {
            loop.execute { reactor in self.socket(of: loop, in: reactor)?.acceptAvailable() }
        }
    }

    /// Accepts what has arrived and no more; connections that stand are left alone. Returns when that is done.
    ///
    /// - Parameter grace: How long a connection whose handshake is under way has to complete, while nobody can begin a
    ///   new one. Zero resets such a connection.
    public func stop(grace: Duration = .zero) async {
        await forEachSocket { $0.refuseNewConnections() }
        // Cancelled, the task goes on at once.
        if grace > .zero { try? await Task.sleep(for: grace) }
        await forEachSocket { $0.close() }
    }

    private func forEachSocket(_ body: @escaping @Sendable (AcceptingSocket) -> Void) async {
        for loop in loops {
            await withCheckedContinuation { continuation in
                let accepted = loop.execute { reactor in
                    if let socket = self.socket(of: loop, in: reactor) { body(socket) }
                    continuation.resume()
                }
                if !accepted { continuation.resume() }
            }
        }
    }

    private func socket(of loop: EventLoop, in reactor: Reactor) -> AcceptingSocket? {
        guard let token = sockets.withLock({ $0[ObjectIdentifier(loop)] }) else { return nil }
        return reactor.handler(for: token) as? AcceptingSocket
    }
}

/// Decides which connections are served, and how.
///
/// A connection needs a place before it is accepted, so that one too many waits in the kernel's queue, and is served
/// when there is room, in place of being accepted only to be cut. All methods but `serve` may be called by several
/// threads at once.
public protocol ConnectionGate: Sendable {
    /// Takes a place for a connection that may be there; `false` when all are taken.
    func takePlace() -> Bool

    /// Gives a place back that no connection came for.
    func returnPlace()

    /// Notes that a connection is kept waiting. `Listener.resume()` has it looked for again.
    ///
    /// - Returns: `false` when there is room after all.
    func keepWaiting(on reactor: Reactor) -> Bool

    /// Says how to serve a connection that was just accepted and has its place. Called on the loop's thread.
    func serve(on reactor: Reactor) -> (handler: any AdmittedHandler, tls: TLSContext?)
}

/// A handler of accepted connections.
public protocol AdmittedHandler: ChannelHandler {
    /// How long the peer has to agree on TLS, however its messages trickle in.
    var handshakeLimit: Duration { get }

    /// No `Channel` could be made; neither `opened` nor `closed` will be called.
    func couldNotOpen(_ error: ChannelError)

    /// The peer of a TLS channel began with text instead of TLS.
    ///
    /// From here on the channel is in the clear. The handler says a word to that effect and finishes; `opened` is not
    /// called.
    func receivedPlainText(on channel: Channel)
}
