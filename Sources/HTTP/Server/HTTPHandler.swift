/// Answers requests.
public protocol HTTPHandler: Sendable {
    /// The answer to a request whose body has been read whole.
    ///
    /// Called on the thread of the event loop that read the request, so it must not block: what takes time answers
    /// `.later`.
    func respond(to request: HTTPRequest) -> HTTPReply
}

/// An answer, or the promise of one.
public enum HTTPReply: Sendable {
    /// The answer, computed on the spot and written by the same thread.
    case now(HTTPResponse)
    /// An answer that has to wait for something. The closure runs in a task, which is cancelled when the peer goes away.
    case later(@Sendable () async -> HTTPResponse)
}
