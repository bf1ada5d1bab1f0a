/// Time as waiting and counting need it, brought in from outside so that tests own it.
public protocol MonotonicTime: Sendable {
    /// Time passed since some fixed moment; never goes back.
    var now: Duration { get }

    /// Waits; not at all when the duration is not positive.
    ///
    /// - Throws: `CancellationError`, at once, when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// This machine's time, which runs on while the machine is suspended.
///
/// So a connection that died during a laptop's sleep is noticed right after it.
public struct SystemTime: MonotonicTime {
    private static let start = ContinuousClock.now

    /// The one there is.
    public init() {}

    /// Time passed since the process first asked.
    public var now: Duration { Self.start.duration(to: .now) }

    /// Waits.
    public func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration, clock: .continuous)
    }
}
