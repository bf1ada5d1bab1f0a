/// When a failed call is tried again.
///
/// A call is repeated only when that cannot do its work twice: after 429, which says that nothing was done; when there was no
/// connection to send it on; or when it is idempotent (RFC 9110 §9.2.2: GET, PUT, DELETE; and a server-side apply) and the
/// server failed or did not answer. A repeated `PUT` or apply whose first answer was lost may end in a conflict, a repeated
/// `DELETE` in not found: callers meet both anyway. A create or another patch whose answer was lost is the caller's to repeat.
public struct RetryPolicy: Sendable, Hashable {
    /// How often a call is tried, at most; 1 means never again.
    public var attempts: Int
    /// The waits in between, unless the server asks for another.
    public var backoff: Backoff

    /// Makes a policy.
    ///
    /// The default spends about 7 seconds on waiting, so that a restart of the API server goes unnoticed within the
    /// default time of a call.
    public init(
        attempts: Int = 6,
        backoff: Backoff = Backoff(base: .milliseconds(250), maximum: .seconds(8))
    ) {
        self.attempts = attempts
        self.backoff = backoff
    }

    /// The wait before the next attempt, or `nil` when there shall be none.
    ///
    /// - Parameters:
    ///   - failure: Why the last attempt failed.
    ///   - isIdempotent: Whether the request can be made twice.
    ///   - tried: How often it was tried already, 1 or more.
    ///   - jitter: A random number from 0 up to 1.
    func delay(after failure: AttemptFailure, isIdempotent: Bool, tried: Int, jitter: Double) -> Duration? {
        guard tried < attempts, Self.mayRepeat(after: failure, isIdempotent) else { return nil }
        let usual = backoff.delay(after: tried - 1, jitter: jitter)
        guard case .status(_, let retryAfter?) = failure.error else { return usual }
        // Not before the server asks for it, and not in step with everybody it told the same.
        return retryAfter + usual
    }

    private static func mayRepeat(after failure: AttemptFailure, _ isIdempotent: Bool) -> Bool {
        switch failure.error {
        case .status(let status, let retryAfter):
            switch status.code {
            case 429: return true
            case 502, 503, 504: return isIdempotent
            case 500...599: return isIdempotent && retryAfter != nil
            default: return false
            }
        case .transport: return isIdempotent || !failure.wasSent
        case .malformed, .cancelled: return false
        }
    }
}

/// Why one attempt of a call failed.
struct AttemptFailure: Error {
    /// What the caller gets to know if there is no other attempt.
    var error: APIError
    /// Whether the server may have got the request.
    var wasSent = true
}
