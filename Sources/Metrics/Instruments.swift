import Synchronization

/// Counts up from zero.
public final class Counter: Instrument {
    private let count = Atomic<UInt64>(0)

    /// Counts.
    public func increment(by amount: UInt64 = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    /// How far it has counted.
    public var value: UInt64 { count.load(ordering: .relaxed) }

    /// Writes the count.
    public func write(to writer: inout ExpositionWriter, _ description: MetricDescription, labels: [String]) {
        writer.sample(description, labels: labels, value: value)
    }
}

/// Holds a number.
public final class Gauge: Instrument {
    private let bits = Atomic<UInt64>(0)

    /// Takes another number.
    public func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Changes the number; a negative amount takes away.
    public func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, current) = bits.compareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = current
        }
    }

    /// The number now.
    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    /// Writes the number.
    public func write(to writer: inout ExpositionWriter, _ description: MetricDescription, labels: [String]) {
        writer.sample(description, labels: labels, value: value)
    }
}

/// Counts measurements by how large they are.
public final class Histogram: Instrument {
    private struct State {
        /// Measurements in each range, the one without an end last.
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    /// The ranges Prometheus' clients use for seconds unless told otherwise.
    public static let defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    init(buckets: [Double]) {
        precondition(
            zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 } && buckets.allSatisfy(\.isFinite),
            "the ends of a histogram's ranges rise"
        )
        bounds = buckets
        state = Mutex(State(counts: Array(repeating: 0, count: buckets.count + 1)))
    }

    /// Takes in a measurement; one that is no number is left out, since it would spoil the sum for ever.
    public func observe(_ value: Double) {
        guard !value.isNaN else { return }
        let range = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[range] &+= 1
            state.sum += value
        }
    }

    /// Takes in a duration, in seconds.
    public func observe(_ duration: Duration) {
        observe(duration.inSeconds)
    }

    /// How many measurements there were, and their sum.
    public var total: (count: UInt64, sum: Double) {
        state.withLock { ($0.counts.reduce(0, &+), $0.sum) }
    }

    /// Writes the counts, each with those of the ranges below, then sum and number.
    public func write(to writer: inout ExpositionWriter, _ description: MetricDescription, labels: [String]) {
        let state = state.withLock { $0 }
        var count: UInt64 = 0
        for (bound, members) in zip(bounds + [.infinity], state.counts) {
            count &+= members
            writer.sample(description, suffix: "_bucket", labels: labels, upperBound: bound, value: count)
        }
        writer.sample(description, suffix: "_sum", labels: labels, value: state.sum)
        writer.sample(description, suffix: "_count", labels: labels, value: count)
    }
}

extension Duration {
    /// The duration in seconds, which is what Prometheus counts time in.
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
