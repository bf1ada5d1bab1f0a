import Synchronization

/// One value on its way from any thread to one waiting task, which may be cancelled meanwhile.
///
/// Whoever comes first, the value or the cancellation, decides; the other is ignored.
public final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Value, any Error>)
        case settled(Result<Value, any Error>)
        case done
    }

    private let state = Mutex(State.idle)

    /// Makes one that nobody waits for yet.
    public init() {}

    /// Delivers the value. Only the first delivery counts.
    ///
    /// - Returns: Whether this one did.
    @discardableResult
    public func resume(with result: Result<Value, any Error>) -> Bool {
        let (continuation, counts) = state.withLock { state -> (CheckedContinuation<Value, any Error>?, Bool) in
            switch state {
            case .idle:
                state = .settled(result)
                return (nil, true)
            case .waiting(let continuation):
                state = .done
                return (continuation, true)
            case .settled, .done:
                return (nil, false)
            }
        }
        continuation?.resume(with: result)
        return counts
    }

    /// Waits for the value. To be called once.
    ///
    /// - Parameter start: What brings the value about; called before the wait.
    /// - Throws: What was delivered, or `CancellationError`.
    public func wait(_ start: () -> Void = {}) async throws -> Value {
        start()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let settled = state.withLock { state -> Result<Value, any Error>? in
                    switch state {
                    case .idle:
                        state = .waiting(continuation)
                        return nil
                    case .settled(let result):
                        state = .done
                        return result
                    case .waiting, .done:
                        return .failure(CancellationError())
                    }
                }
                if let settled { continuation.resume(with: settled) }
            }
        } onCancel: {
            resume(with: .failure(CancellationError()))
        }
    }
}
