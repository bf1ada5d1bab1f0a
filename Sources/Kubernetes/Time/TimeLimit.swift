/// Something took longer than it may.
struct TimeLimitExceeded: Error, Sendable, CustomStringConvertible {
    let limit: Duration

    /// How long it was waited for.
    var description: String { "it took longer than \(limit)" }
}

/// Does something, but not for longer than `limit`.
///
/// What is under way then is cancelled; it must end soon after that.
///
/// - Throws: `TimeLimitExceeded`, or what `operation` throws.
func withTimeLimit<Value: Sendable>(
    _ limit: Duration,
    _ time: any MonotonicTime,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await time.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else { throw TimeLimitExceeded(limit: limit) }
        return value
    }
}
