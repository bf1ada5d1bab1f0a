import Synchronization

/// The store behind its lock, and the bell that watchers wait for.
///
/// Nothing slow happens under the lock: webhooks are called and answers are written outside of it.
final class ObjectRegistry: Sendable {
    private struct State {
        var store: ObjectStore
        var bells: [CollectionID: [UInt64: WakeSignal]] = [:]
        var nextBell: UInt64 = 0
        var isStopped = false
    }

    private let state: Mutex<State>
    /// Rings when the garbage collector has something to look at; ends when the registry is stopped.
    let garbage = WakeSignal()

    init(bounds: ChangeHistory.Bounds = ChangeHistory.Bounds()) {
        state = Mutex(State(store: ObjectStore(bounds: bounds)))
    }

    /// Looks at the store at one instant.
    func read<Answer: Sendable, Failure: Error>(
        _ body: (borrowing ObjectStore) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        try state.withLock { state throws(Failure) in try body(state.store) }
    }

    /// Changes the store in one step, and wakes those who watch what changed.
    func write<Answer: Sendable, Failure: Error>(
        _ body: (inout ObjectStore) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        try state.withLock { state throws(Failure) in
            defer {
                for collection in state.store.takeTouched() {
                    for bell in (state.bells[collection] ?? [:]).values { bell.ring() }
                }
                if state.store.ownership.hasCandidates { garbage.ring() }
            }
            return try body(&state.store)
        }
    }

    /// Registers somebody who wants to be woken when a collection changes.
    ///
    /// - Returns: what to give back with `removeBell`; the signal rings at once if the registry is stopped.
    func addBell(_ signal: WakeSignal, to collection: CollectionID) -> UInt64 {
        state.withLock { state in
            if state.isStopped { signal.finish() }
            state.nextBell += 1
            state.bells[collection, default: [:]][state.nextBell] = signal
            return state.nextBell
        }
    }

    func removeBell(_ id: UInt64, from collection: CollectionID) {
        state.withLock { state in
            state.bells[collection]?[id] = nil
            if state.bells[collection]?.isEmpty == true { state.bells[collection] = nil }
        }
    }

    /// How many are waiting for changes of a collection.
    func watcherCount(of collection: CollectionID) -> Int {
        state.withLock { $0.bells[collection]?.count ?? 0 }
    }

    /// Ends every watch, now and later, and the garbage collector.
    func stop() {
        garbage.finish()
        state.withLock { state in
            state.isStopped = true
            for bell in state.bells.values.flatMap(\.values) { bell.finish() }
        }
    }
}
