import Synchronization

/// Keys that need work, each of them given to one worker at a time.
///
/// - **Stingy**: a key added many times before it is taken is taken once.
/// - **Safe**: a key is never with two workers. Added while it is with one, it comes again once that one is `done`.
/// - **Fair**: keys are taken in the order they were added.
/// - **Patient**: a key can be added later, and ever later while it fails.
///
/// ```swift
/// while let key = await queue.next() {
///     if await reconcile(key) { queue.forget(key) } else { queue.addRateLimited(key) }
///     queue.done(key)
/// }
/// ```
///
/// The contract is that of client-go's `util/workqueue`. Everything but `next` returns at once, so that event handlers may
/// add from anywhere.
public final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    private let state: Mutex<WorkQueueState<Key>>
    private let time: any MonotonicTime
    private let backoff: Backoff
    private let observer: (any WorkQueueObserver)?

    /// Makes an empty queue.
    ///
    /// - Parameters:
    ///   - backoff: The waits of `addRateLimited`. client-go's: 5 ms, doubling to 1000 s.
    ///   - observer: Told of what happens.
    ///   - time: For what is added later.
    public init(
        backoff: Backoff = Backoff(base: .milliseconds(5), maximum: .seconds(1000)),
        observer: (any WorkQueueObserver)? = nil,
        time: any MonotonicTime = SystemTime()
    ) {
        state = Mutex(WorkQueueState())
        self.time = time
        self.backoff = backoff
        self.observer = observer
    }

    deinit {
        state.withLock { $0.timer?.cancel() }
    }

    /// How many keys wait to be taken, those for later not counted.
    public var count: Int { state.withLock { $0.waiting.count } }

    /// How many keys are with workers.
    public var processingCount: Int { state.withLock { $0.processing.count } }

    /// What workers are at, by now.
    public var unfinishedWork: UnfinishedWork {
        let now = time.now
        let times = state.withLock { $0.processing.values.map { now - $0 } }
        return UnfinishedWork(total: times.reduce(.zero, +), longest: times.max() ?? .zero)
    }

    /// How many keys wait for their time.
    public var delayedCount: Int { state.withLock { $0.delayed.count } }

    /// How many workers wait for a key.
    public var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// Adds a key, unless it waits already. After `shutDown`, nothing is added.
    public func add(_ key: Key) {
        let now = time.now
        let (isNew, handover) = state.withLock { state in
            (state.add(key, at: now), state.handover(at: now))
        }
        if isNew { observer?.added() }
        handover?.resume(telling: observer)
    }

    /// Adds a key when some time has passed.
    ///
    /// A key waits for one moment only, the earliest it was given. Adding it at once does not take that moment back.
    public func add(_ key: Key, after delay: Duration) {
        guard delay > .zero else { return add(key) }
        let due = time.now + delay
        state.withLock { state in
            guard !state.isShuttingDown, state.delayed.insert(key, at: due) else { return }
            schedule(&state)
        }
    }

    /// Adds a key after a wait that doubles with every time this is called for it, until `forget`.
    public func addRateLimited(_ key: Key) {
        let failures = state.withLock { state in
            defer { state.failures[key, default: 0] += 1 }
            return state.failures[key] ?? 0
        }
        observer?.retried()
        add(key, after: backoff.delay(after: failures))
    }

    /// Lets the waits of a key begin anew. A wait that is under way goes on.
    public func forget(_ key: Key) {
        state.withLock { _ = $0.failures.removeValue(forKey: key) }
    }

    /// How often a key was added by `addRateLimited` since it was last forgotten.
    public func failures(of key: Key) -> Int {
        state.withLock { $0.failures[key] ?? 0 }
    }

    /// The next key, as soon as there is one. It is with the caller until `done`.
    ///
    /// - Returns: `nil` when the queue was shut down and is empty, or when the task is cancelled.
    public func next() async -> Key? {
        let ticket = state.withLock { $0.makeTicket() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let handover = state.withLock { state -> Handover<Key>? in
                    // Cancelled before it came to waiting: the handler below found nobody then.
                    if Task.isCancelled { return Handover([(continuation, nil)]) }
                    state.waiters.append((ticket, continuation))
                    return state.handover(at: time.now)
                }
                handover?.resume(telling: observer)
            }
        } onCancel: {
            let continuation = state.withLock { $0.removeWaiter(ticket) }
            continuation?.resume(returning: nil)
        }
    }

    /// Says that a worker is finished with a key. If it was added meanwhile, it waits again.
    public func done(_ key: Key) {
        let now = time.now
        let (work, handover) = state.withLock { state in
            (state.done(key, at: now), state.handover(at: now))
        }
        if let work { observer?.done(after: work) }
        handover?.resume(telling: observer)
    }

    /// Ends the queue: nothing is added any more, what waits for its time is dropped, what waits to be taken still is.
    public func shutDown() {
        let handover = state.withLock { state in
            state.isShuttingDown = true
            state.delayed.removeAll()
            state.timer?.cancel()
            state.timer = nil
            return state.handover(at: time.now)
        }
        handover?.resume(telling: observer)
    }

    /// Whether `shutDown` was called.
    public var isShuttingDown: Bool { state.withLock { $0.isShuttingDown } }

    /// Sees to it that the one timer fires when the earliest delayed key is due.
    private func schedule(_ state: inout WorkQueueState<Key>) {
        guard let due = state.delayed.earliest else { return }
        if let current = state.timerDue, state.timer != nil, current <= due { return }
        state.timer?.cancel()
        state.timerDue = due
        let wait = due - time.now
        state.timer = Task { [time, weak self] in
            do {
                try await time.sleep(for: wait)
            } catch {
                return
            }
            self?.addDue()
        }
    }

    private func addDue() {
        let now = time.now
        let (added, handover) = state.withLock { state in
            state.timer = nil
            state.timerDue = nil
            var added = 0
            for key in state.delayed.removeDue(at: now) where state.add(key, at: now) { added += 1 }
            schedule(&state)
            return (added, state.handover(at: now))
        }
        if let observer {
            for _ in 0..<added { observer.added() }
        }
        handover?.resume(telling: observer)
    }
}
