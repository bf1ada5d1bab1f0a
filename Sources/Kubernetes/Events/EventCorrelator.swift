/// Decides what of the events that happen is worth telling, so that a controller in trouble does not flood the API server.
///
/// As client-go's correlator, in three steps:
///
/// 1. **Deduplicate**: an event that was told within the last six minutes is not told again; the first one becomes a series that
///    counts.
/// 2. **Aggregate**: when more than ten events about the same object differ only in their words within ten minutes, the rest
///    is one series, "(combined from similar events)".
/// 3. **Limit**: no more than 25 writes about one reason of one object at once, then one in five minutes. What is held back is
///    counted in its series. Unlike client-go, which has one limit for everything about an object, so that many little
///    events never keep the one that matters from being told.
///
/// Pure: time comes with each event. Memory is bounded.
struct EventCorrelator: Sendable {
    enum Limits {
        /// How long a series waits for its next event: client-go's `finishTime`.
        static let series: Duration = .seconds(360)
        /// How many events may differ only in their words, and for how long: client-go's aggregator.
        static let similar = 10
        static let similarFor: Duration = .seconds(600)
        /// How many writes are allowed at once, and after how long one more: client-go's spam filter.
        static let burst = 25
        static let refill: Duration = .seconds(300)
        /// Events, groups and objects that are remembered, each: client-go's caches.
        static let remembered = 4096
        /// What the note of an aggregate begins with.
        static let combined = "(combined from similar events): "
    }

    /// What an event has in common with those it is counted with.
    struct Key: Hashable, Sendable {
        var group: Group
        /// `nil` for an aggregate.
        var words: Words?
    }

    /// What similar events have in common.
    struct Group: Hashable, Sendable {
        var regarding: ObjectReference
        var severity: ObjectEvent.Severity
        var reason: String
        var action: String
    }

    /// What similar events differ in.
    struct Words: Hashable, Sendable {
        var note: String
        var related: ObjectReference?
    }

    /// What is to be told.
    struct Decision: Sendable {
        var key: Key
        /// How often it happened, 1 or more.
        var count: Int
        /// The event as it is told, with the aggregate's words if it is one.
        var event: ObjectEvent
        /// Whether it begins anew, and is no continuation of what was told before.
        var isFirst: Bool
        /// Whether it is only counted for now.
        var isHeldBack: Bool
    }

    private struct Series {
        var count: Int
        var last: Duration
    }

    private struct Similar {
        var words: Set<Words>
        var last: Duration
    }

    private struct Bucket {
        var tokens: Double
        var at: Duration
    }

    private var series = RecentMap<Key, Series>(capacity: Limits.remembered)
    private var similar = RecentMap<Group, Similar>(capacity: Limits.remembered)
    private var buckets = RecentMap<Group, Bucket>(capacity: Limits.remembered)

    /// Takes in an event.
    mutating func decide(on event: ObjectEvent, at now: Duration) -> Decision {
        let group = Group(
            regarding: event.regarding,
            severity: event.severity,
            reason: event.reason,
            action: event.action
        )
        let words = Words(note: event.note, related: event.related)
        var told = event
        var key = Key(group: group, words: words)
        if isOneOfMany(words, group, now) {
            key.words = nil
            told.note = Limits.combined + event.note
            told.related = nil
        }
        var count = 1
        if let known = series[key], now - known.last < Limits.series { count = known.count + 1 }
        series[key] = Series(count: count, last: now)
        return Decision(
            key: key,
            count: count,
            event: told,
            isFirst: count == 1,
            isHeldBack: !takeToken(group, now)
        )
    }

    private mutating func isOneOfMany(_ words: Words, _ group: Group, _ now: Duration) -> Bool {
        var known = similar[group] ?? Similar(words: [], last: now)
        if now - known.last >= Limits.similarFor { known.words = [] }
        known.last = now
        let isKnown = known.words.contains(words)
        let isOneOfMany = !isKnown && known.words.count >= Limits.similar
        if !isOneOfMany { known.words.insert(words) }
        similar[group] = known
        return isOneOfMany
    }

    private mutating func takeToken(_ group: Group, _ now: Duration) -> Bool {
        var bucket = buckets[group] ?? Bucket(tokens: Double(Limits.burst), at: now)
        bucket.tokens = min(Double(Limits.burst), bucket.tokens + (now - bucket.at) / Limits.refill)
        bucket.at = now
        let isAllowed = bucket.tokens >= 1
        if isAllowed { bucket.tokens -= 1 }
        buckets[group] = bucket
        return isAllowed
    }
}
