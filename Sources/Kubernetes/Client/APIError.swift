/// Why a call to an API server failed.
public enum APIError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The server answered with an error.
    ///
    /// - `retryAfter`: How long it asks to wait before another attempt.
    case status(Status, retryAfter: Duration?)
    /// No answer: the connection failed or time was up. Whether the server acted on the request is unknown.
    case transport(String)
    /// An answer that makes no sense.
    case malformed(String)
    /// The task was cancelled.
    case cancelled

    /// The server's own words, if it answered with an error.
    public var status: Status? {
        guard case .status(let status, _) = self else { return nil }
        return status
    }

    /// Whether the object does not exist.
    public var isNotFound: Bool { status?.code == 404 }

    /// Whether the object is not what the request took it for, such as at an older resource version.
    public var isConflict: Bool { status?.code == 409 && status?.reason != StatusReason.alreadyExists }

    /// Whether the name is taken.
    public var isAlreadyExists: Bool { status?.code == 409 && status?.reason == StatusReason.alreadyExists }

    /// Whether a resource version or continue token is too old, so that everything must be listed anew.
    public var isExpired: Bool {
        status.map { $0.code == 410 || $0.reason == StatusReason.expired || $0.reason == StatusReason.gone } ?? false
    }

    /// Whether the object breaks rules, so that sending it again is pointless.
    public var isInvalid: Bool { status.map { $0.code == 422 || $0.code == 400 } ?? false }

    /// Whether the caller may not do this, or is not known.
    public var isForbidden: Bool { status.map { $0.code == 403 || $0.code == 401 } ?? false }

    /// Whether the same call may well succeed later: the server is overloaded or failing, or could not be reached.
    public var isTransient: Bool {
        switch self {
        case .status(let status, _): status.code == 429 || status.code == 408 || status.code >= 500
        case .transport: true
        case .malformed, .cancelled: false
        }
    }

    /// What happened, in words.
    public var description: String {
        switch self {
        case .status(let status, _): status.description
        case .transport(let why): "no answer from the API server: \(why)"
        case .malformed(let why): "the API server's answer makes no sense: \(why)"
        case .cancelled: "the call was cancelled"
        }
    }
}
