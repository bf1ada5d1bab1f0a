import Kubernetes
import Synchronization

/// Time that passes only as sleeps ask for it: at once.
final class SkippingTime: MonotonicTime {
    private let state = Mutex<(now: Duration, sleeps: [Duration])>((.zero, []))

    var now: Duration { state.withLock { $0.now } }
    /// Every sleep, in order.
    var sleeps: [Duration] { state.withLock { $0.sleeps } }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.sleeps.append(duration)
            state.now += max(duration, .zero)
        }
    }
}

/// Time that passes only when a test says so.
final class ManualTime: MonotonicTime {
    private struct State {
        var now: Duration = .zero
        var lastID = 0
        var sleepers: [Int: (due: Duration, continuation: CheckedContinuation<Bool, Never>)] = [:]
        var watchers: [(wanted: @Sendable ([Duration]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

        /// Watchers that see what they waited for.
        mutating func satisfied() -> [CheckedContinuation<Void, Never>] {
            let waits = sleepers.values.map { $0.due - now }.sorted()
            let ready = watchers.filter { $0.wanted(waits) }.map(\.continuation)
            watchers.removeAll { $0.wanted(waits) }
            return ready
        }
    }

    private let state = Mutex(State())

    var now: Duration { state.withLock { $0.now } }

    func sleep(for duration: Duration) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let woke = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (answer, watchers) = state.withLock { state -> (Bool?, [CheckedContinuation<Void, Never>]) in
                    if Task.isCancelled { return (false, []) }
                    if duration <= .zero { return (true, []) }
                    state.sleepers[id] = (state.now + duration, continuation)
                    return (nil, state.satisfied())
                }
                if let answer { continuation.resume(returning: answer) }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(returning: false)
        }
        if !woke { throw CancellationError() }
    }

    /// Lets time pass; whoever is due wakes.
    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.due <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.due < $1.due }.map(\.continuation)
        }
        for continuation in woken { continuation.resume(returning: true) }
    }

    /// Waits until the waits of all who sleep, sorted, are as wanted.
    func untilSleepers(_ wanted: @escaping @Sendable ([Duration]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                state.watchers.append((wanted, continuation))
                return state.satisfied()
            }
            for watcher in ready { watcher.resume() }
        }
    }

    /// Waits until somebody sleeps for just so long from now.
    func untilSleeping(for duration: Duration) async {
        await untilSleepers { $0.contains(duration) }
    }
}
