import JSON

/// Events that wait to be sent, and the names of those that were: the part of an `EventRecorder` that its lock guards.
///
/// An event waits once, however often it is counted meanwhile: what is sent is its newest state.
struct EventOutbox: Sendable {
    /// An event to be sent.
    struct Item: Sendable {
        var key: EventCorrelator.Key
        /// The event as it is created.
        var event: JSONValue
        /// Its series; `nil` before it happened twice.
        var series: JSONValue?
        /// Whether the API server has the event, so that only its series is news.
        var isCreated: Bool
    }

    private struct Record {
        var event: JSONValue
        var series: JSONValue?
        var isCreated = false
        var isWaiting = false
    }

    private let capacity: Int
    private var correlator = EventCorrelator()
    private var records = RecentMap<EventCorrelator.Key, Record>(capacity: EventCorrelator.Limits.remembered)
    private var waiting = FIFO<EventCorrelator.Key>()
    /// Events that never got sent.
    private(set) var dropped = 0
    /// Whether nothing more is taken in.
    var isClosed = false

    init(capacity: Int) {
        // What waits must not be forgotten, so there is always room to remember more.
        self.capacity = min(max(1, capacity), EventCorrelator.Limits.remembered / 4)
    }

    var isEmpty: Bool { waiting.isEmpty }

    /// Takes in an event.
    ///
    /// - Parameters:
    ///   - now: For what belongs together.
    ///   - moment: For people to read.
    ///   - make: Makes the event of the API.
    /// - Returns: Whether something is to be sent.
    mutating func add(
        _ event: ObjectEvent,
        at now: Duration,
        _ moment: MicroTimestamp,
        make: (ObjectEvent) -> JSONValue
    ) -> Bool {
        guard !isClosed else {
            dropped += 1
            return false
        }
        let decision = correlator.decide(on: event, at: now)
        var record = records[decision.key]
        if record == nil || (decision.isFirst && record?.isWaiting == false) {
            record = Record(event: make(decision.event))
        }
        guard var record else { return false }
        if !decision.isFirst {
            record.series = [
                "count": .number(JSONNumber(Int64(decision.count))), "lastObservedTime": .string(moment.description),
            ]
        }
        let isNew = !record.isWaiting && !decision.isHeldBack
        if isNew { record.isWaiting = true }
        records[decision.key] = record
        guard isNew else { return false }
        waiting.append(decision.key)
        if waiting.count > capacity, let oldest = waiting.popFirst() {
            // The newest tell what is the matter now.
            records[oldest]?.isWaiting = false
            dropped += 1
        }
        return true
    }

    /// The next event to be sent.
    mutating func next() -> Item? {
        while let key = waiting.popFirst() {
            guard var record = records[key], record.isWaiting else { continue }
            record.isWaiting = false
            records[key] = record
            return Item(key: key, event: record.event, series: record.series, isCreated: record.isCreated)
        }
        return nil
    }

    /// Notes that the API server has an event.
    mutating func created(_ key: EventCorrelator.Key) {
        records[key]?.isCreated = true
    }

    /// Notes that an event, or the news of its series, could not be sent.
    mutating func failed() {
        dropped += 1
    }
}
