import Synchronization
import Transport

/// What the connections of one server share.
final class ServerCore: ConnectionGate {
    let handler: any HTTPHandler
    let limits: HTTPLimits
    let timeLimits: TimeLimits
    let counters = ServerCounters()
    /// The incomplete bodies of all connections.
    let held: HeldBodies
    /// Bytes of a body that every connection may hold, whatever the others do: what nearly all calls have.
    let heldBodyAllowance = 16 << 10
    private let maximum: Int
    private let tls: Mutex<TLSContext?>
    private let places = Mutex(Places())
    private let draining = Atomic(false)
    private let crowded = Atomic(false)

    private struct Places {
        /// Connections admitted, those still agreeing on TLS included.
        var taken = 0
        /// Whether a connection waits for a place.
        var isAwaited = false
        /// Who has to look for connections when there is a place again.
        var listener: Listener?
        var loops: [EventLoop] = []
        /// When stale connections were last looked for, on the clock of `Reactor.now`.
        var reclaimed: UInt64 = 0
        var waitingForEnd: [OneShot<Void>] = []
    }

    init(handler: any HTTPHandler, configuration: HTTPServerConfiguration, tls: TLSContext?) {
        self.handler = handler
        limits = configuration.limits
        timeLimits = TimeLimits(configuration.timeouts)
        maximum = max(1, configuration.connections)
        held = HeldBodies(limit: configuration.heldBodyBytes)
        self.tls = Mutex(tls)
    }

    func began(_ listener: Listener, _ loops: [EventLoop]) {
        places.withLock { places in
            places.listener = listener
            places.loops = loops
        }
    }

    func replace(_ context: TLSContext) {
        tls.withLock { $0 = context }
    }

    var statistics: HTTPServerStatistics {
        counters.statistics(connectionsOpen: places.withLock { $0.taken })
    }

    /// Whether the answer at hand should be a connection's last: the server is going away, or others wait for a place.
    var announcesClosing: Bool {
        draining.load(ordering: .relaxed) || crowded.load(ordering: .relaxed)
    }

    // MARK: - Places

    func takePlace() -> Bool {
        places.withLock { places in
            guard places.taken < maximum else { return false }
            places.taken += 1
            return true
        }
    }

    func returnPlace() {
        let (awaiting, ended) = places.withLock { places -> (Listener?, [OneShot<Void>]) in
            places.taken -= 1
            let awaiting = places.isAwaited ? places.listener : nil
            if places.isAwaited { crowded.store(false, ordering: .relaxed) }
            places.isAwaited = false
            guard places.taken == 0 else { return (awaiting, []) }
            defer { places.waitingForEnd = [] }
            return (awaiting, places.waitingForEnd)
        }
        awaiting?.resume()
        for end in ended { end.resume(with: .success(())) }
    }

    func keepWaiting(on reactor: Reactor) -> Bool {
        let reclaimInterval: UInt64 = 500_000_000
        let loops = places.withLock { places -> [EventLoop]? in
            guard places.taken >= maximum else { return nil }
            if !places.isAwaited { counters.limitReached.increment() }
            places.isAwaited = true
            crowded.store(true, ordering: .relaxed)
            // Looking takes time for each connection open, and each peer that tries to connect brings us here.
            guard reactor.now &- places.reclaimed >= reclaimInterval else { return [] }
            places.reclaimed = reactor.now
            return places.loops
        }
        guard let loops else { return false }
        forEachConnection(on: loops) { connection in connection.closeIfStale() }
        return true
    }

    func serve(on reactor: Reactor) -> (handler: any AdmittedHandler, tls: TLSContext?) {
        counters.accepted.increment()
        let context = tls.withLock { $0 }
        return (ServerConnection(core: self, usesTLS: context != nil), context)
    }

    // MARK: - Ending

    /// From now on every answer is announced as its connection's last.
    func announceClosing() {
        draining.store(true, ordering: .relaxed)
    }

    /// Closes connections between requests.
    func closeIdle() {
        forEachConnection(on: places.withLock { $0.loops }) { $0.closeIfIdle() }
    }

    /// Returns when no connection is open any more, or `limit` has passed, or the task is cancelled.
    func untilEmpty(atMost limit: Duration) async {
        let end = OneShot<Void>()
        let isEmpty = places.withLock { places in
            if places.taken > 0 { places.waitingForEnd.append(end) }
            return places.taken == 0
        }
        guard !isEmpty else { return }
        let timer = Task {
            try? await Task.sleep(for: limit)
            end.resume(with: .success(()))
        }
        try? await end.wait()
        timer.cancel()
    }

    private func forEachConnection(on loops: [EventLoop], _ body: @escaping @Sendable (ServerConnection) -> Void) {
        for loop in loops {
            loop.execute { reactor in
                for handler in reactor.handlers {
                    if let connection = (handler as? Channel)?.handler as? ServerConnection { body(connection) }
                }
            }
        }
    }
}

/// Bytes of incomplete bodies that a server holds in memory, of all its connections.
final class HeldBodies: Sendable {
    private let limit: Int
    private let bytes = Atomic(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts a connection's body with another size than before.
    ///
    /// - Returns: Whether all bodies together are still within the limit.
    @discardableResult
    func change(from before: Int, to after: Int) -> Bool {
        bytes.add(after - before, ordering: .relaxed).newValue <= limit
    }
}

/// The time-outs of `HTTPServerConfiguration` in nanoseconds, since they are set anew for every request.
struct TimeLimits: Sendable {
    let handshake: Duration
    let idle: UInt64
    let idleWhenFull: UInt64
    let head: UInt64
    let body: UInt64
    let write: UInt64

    init(_ timeouts: HTTPServerConfiguration.Timeouts) {
        handshake = timeouts.handshake
        idle = timeouts.idle.nanoseconds
        idleWhenFull = timeouts.idleWhenFull.nanoseconds
        head = timeouts.head.nanoseconds
        body = timeouts.body.nanoseconds
        write = timeouts.write.nanoseconds
    }
}
