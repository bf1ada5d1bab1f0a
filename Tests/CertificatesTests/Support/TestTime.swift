import Kubernetes
import Synchronization

/// Time that passes only as sleeps ask for it, at once, or as a test says.
final class TestTime: MonotonicTime {
    private let state = Mutex<Duration>(.zero)

    var now: Duration { state.withLock { $0 } }
    var date: Timestamp { InMemoryCluster.start.advanced(by: now) }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        advance(by: duration)
    }

    func advance(by duration: Duration) {
        state.withLock { $0 += max(duration, .zero) }
    }
}
