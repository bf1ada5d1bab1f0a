/// One HTTP response.
public struct HTTPResponse: Sendable {
    /// The status code, 200…599. Interim (1xx) answers are made by the server itself.
    public var status: Int
    /// The header fields. The server adds `Content-Length` or `Transfer-Encoding`, `Date` and, when it closes,
    /// `Connection`; these need not be set.
    public var headers: HTTPFields
    /// The body.
    public var body: HTTPBody

    /// Makes a response.
    public init(status: Int, headers: HTTPFields = [:], body: HTTPBody = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A response of plain text.
    public static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: ["Content-Type": "text/plain; charset=utf-8"],
            body: .bytes(Array(text.utf8))
        )
    }

    /// The body's bytes, unless it is a stream.
    public var bytes: [UInt8]? {
        guard case .bytes(let bytes) = body else { return nil }
        return bytes
    }
}

/// A response's body: bytes that are there already, or a stream that is written as it comes.
public enum HTTPBody: Sendable {
    /// All of it. Sent with `Content-Length`.
    case bytes([UInt8])
    /// Written by the closure, which runs once the head is on its way; the body ends when it returns, and the
    /// connection is cut without the last chunk when it throws. Sent chunked.
    ///
    /// The closure's task is cancelled when the peer goes away.
    case stream(@Sendable (any HTTPBodyWriter) async throws -> Void)
}

/// Where a streaming response writes its body.
public protocol HTTPBodyWriter: Sendable {
    /// Sends one piece as one chunk, and suspends while the peer is too slow to take it. An empty piece sends nothing.
    ///
    /// - Throws: `HTTPStreamClosed` once the peer is gone, `CancellationError` when the task is cancelled.
    func write(_ bytes: [UInt8]) async throws

    /// Returns when the peer has gone away or the server stops.
    func untilClosed() async
}

/// The other side of a stream is gone; nothing more can be sent.
public struct HTTPStreamClosed: Error, Sendable, Equatable, CustomStringConvertible {
    /// Makes the error.
    public init() {}

    /// What happened, in words.
    public var description: String { "the peer closed the connection" }
}
