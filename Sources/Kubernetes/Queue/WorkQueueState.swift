/// What a `WorkQueue` guards with its lock.
///
/// A key is in one of these states: unknown; dirty and in `waiting`; in `processing`; in `processing` and dirty.
struct WorkQueueState<Key: Hashable & Sendable>: Sendable {
    typealias Waiter = (ticket: UInt64, continuation: CheckedContinuation<Key?, Never>)

    /// Keys to be taken, in order.
    var waiting = FIFO<Key>()
    /// Keys that need work, and since when: all in `waiting`, and those in `processing` that were added again.
    private var dirty: [Key: Duration] = [:]
    /// Keys that are with a worker, and since when.
    private(set) var processing: [Key: Duration] = [:]
    /// Keys whose time has not come.
    var delayed = DelayedKeys<Key>()
    /// How often each key failed.
    var failures: [Key: Int] = [:]
    /// Workers that wait for a key, in order.
    var waiters: [Waiter] = []
    var isShuttingDown = false
    /// The one timer, and when it fires.
    var timer: Task<Void, Never>?
    var timerDue: Duration?
    private var lastTicket: UInt64 = 0

    mutating func makeTicket() -> UInt64 {
        lastTicket &+= 1
        return lastTicket
    }

    /// - Returns: Whether that changed anything.
    mutating func add(_ key: Key, at now: Duration) -> Bool {
        guard !isShuttingDown, dirty[key] == nil else { return false }
        dirty[key] = now
        if processing[key] == nil { waiting.append(key) }
        return true
    }

    /// - Returns: How long the worker had the key; `nil` when none had it.
    mutating func done(_ key: Key, at now: Duration) -> Duration? {
        guard let since = processing.removeValue(forKey: key) else { return nil }
        if dirty[key] != nil { waiting.append(key) }
        return now - since
    }

    mutating func removeWaiter(_ ticket: UInt64) -> CheckedContinuation<Key?, Never>? {
        guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        return waiters.remove(at: index).continuation
    }

    /// Gives keys to workers as long as there are both; to be resumed after the lock is released.
    mutating func handover(at now: Duration) -> Handover<Key>? {
        var given: [(CheckedContinuation<Key?, Never>, Key?)] = []
        var waits: [Duration] = []
        while !waiters.isEmpty, let key = waiting.popFirst() {
            waits.append(now - (dirty.removeValue(forKey: key) ?? now))
            processing[key] = now
            given.append((waiters.removeFirst().continuation, key))
        }
        if isShuttingDown, waiting.isEmpty, !processing.keys.contains(where: { dirty[$0] != nil }) {
            given += waiters.map { ($0.continuation, nil) }
            waiters = []
        }
        return given.isEmpty ? nil : Handover(given, waits: waits)
    }
}

/// Workers and what they get.
struct Handover<Key: Sendable>: Sendable {
    private let given: [(CheckedContinuation<Key?, Never>, Key?)]
    /// How long the keys had waited.
    private let waits: [Duration]

    init(_ given: [(CheckedContinuation<Key?, Never>, Key?)], waits: [Duration] = []) {
        self.given = given
        self.waits = waits
    }

    func resume(telling observer: (any WorkQueueObserver)?) {
        if let observer {
            for wait in waits { observer.taken(after: wait) }
        }
        for (continuation, key) in given { continuation.resume(returning: key) }
    }
}

/// First in, first out, without moving everything at each removal.
struct FIFO<Element: Sendable>: Sendable {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        elements[head] = nil
        head += 1
        // Half of it empty: the cost of closing up is paid by the removals before.
        if head >= 32, head * 2 >= elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }
}
