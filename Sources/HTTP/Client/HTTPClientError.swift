/// Why a request brought no response.
public enum HTTPClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No connection, or no trust: nothing was sent.
    case cannotConnect(origin: String, reason: String)
    /// The connection ended before the response began; the server may or may not have acted on the request.
    case closedBeforeResponse
    /// The connection ended within the body.
    case truncated
    /// The time given was over.
    case timedOut(Duration)
    /// The response breaks the protocol or a limit.
    case malformed(String)
    /// The client has been shut down.
    case shutDown

    /// What happened, in words.
    public var description: String {
        switch self {
        case .cannotConnect(let origin, let reason): "cannot connect to \(origin): \(reason)"
        case .closedBeforeResponse: "the connection was closed before a response came"
        case .truncated: "the connection was closed in the middle of the response"
        case .timedOut(let limit): "no response within \(limit)"
        case .malformed(let what): "the response is malformed: \(what)"
        case .shutDown: "the client has been shut down"
        }
    }
}
