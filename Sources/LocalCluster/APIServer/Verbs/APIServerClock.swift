import Kubernetes

/// Time, as the API server uses it; a test brings its own.
public struct APIServerClock: Sendable {
    /// For waiting and for time-outs.
    public var time: any MonotonicTime
    /// The date, for timestamps in objects and ages in tables.
    public var date: @Sendable () -> Timestamp

    /// Makes a clock.
    public init(time: any MonotonicTime, date: @escaping @Sendable () -> Timestamp) {
        self.time = time
        self.date = date
    }

    /// The system's clocks.
    public static let system = APIServerClock(time: SystemTime(), date: { Timestamp.now() })

    func elapsed() -> Duration { time.now }

    func sleep(_ duration: Duration) async throws {
        try await time.sleep(for: duration)
    }
}
