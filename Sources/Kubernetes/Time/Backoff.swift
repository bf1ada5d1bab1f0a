/// How long to wait before trying again: longer each time, up to a bound, and never in step with others.
public struct Backoff: Sendable, Hashable {
    /// The first wait.
    public var base: Duration
    /// The longest wait.
    public var maximum: Duration

    /// Waits from `base`, doubling up to `maximum`.
    public init(base: Duration, maximum: Duration) {
        self.base = base
        self.maximum = maximum
    }

    /// The wait after a number of failures, without jitter.
    ///
    /// - Parameter failures: How often it failed before this one; 0 gives `base`.
    public func delay(after failures: Int) -> Duration {
        guard base > .zero else { return .zero }
        var delay = base
        for _ in 0..<max(0, failures) {
            guard delay < maximum else { break }
            delay += delay  // Cannot overflow: it is below `maximum`, and stops growing there.
        }
        return min(delay, maximum)
    }

    /// The wait after a number of failures, spread over its upper half.
    ///
    /// Those who failed together, when a server went away, shall not come back together.
    ///
    /// - Parameters:
    ///   - failures: As above.
    ///   - jitter: A random number from 0 up to 1.
    public func delay(after failures: Int, jitter: Double) -> Duration {
        let delay = delay(after: failures)
        let share = jitter.isFinite ? min(max(jitter, 0), 1) : 1
        return delay * (0.5 + share / 2)
    }
}
