import Synchronization

/// Sends requests to one origin and brings back the responses.
///
/// The API client is written against this, so that tests bring their own.
public protocol HTTPExchanging: Sendable {
    /// Sends a request and reads the whole response.
    ///
    /// - Parameters:
    ///   - request: What to send. `Host` and `Content-Length` are added.
    ///   - timeout: For everything: connecting, sending and reading to the end of the body.
    /// - Returns: The response; its body is `.bytes`, decoded if it came compressed.
    /// - Throws: `HTTPClientError`, or `CancellationError` when the task is cancelled.
    func send(_ request: HTTPRequest, timeout: Duration) async throws -> HTTPResponse

    /// Sends a request and returns as soon as the response's head is there.
    ///
    /// - Parameters:
    ///   - request: What to send.
    ///   - headTimeout: For connecting, sending and reading the head; the body may take for ever.
    func stream(_ request: HTTPRequest, headTimeout: Duration) async throws -> HTTPResponseStream
}

/// A response whose body is read as it arrives.
public struct HTTPResponseStream: Sendable {
    /// The status code.
    public var status: Int
    /// The header fields.
    public var headers: HTTPFields
    /// The body, piece by piece as it came from the network.
    public var body: HTTPBodyStream

    /// Makes a response around a body.
    public init(status: Int, headers: HTTPFields, body: HTTPBodyStream) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The pieces of a response's body, in order.
///
/// The reader sets the pace: a slow one makes the sender wait. Ending the iteration early, or cancelling its task,
/// closes the connection. A body cut short ends with an `HTTPClientError`, never as if it were whole.
public struct HTTPBodyStream: AsyncSequence, Sendable {
    /// A piece: one or more bytes.
    public typealias Element = [UInt8]

    private let makeNext: @Sendable () -> @Sendable () async throws -> [UInt8]?

    /// A body that asks `makeNext`, once for each iteration, for the function that gives the next piece, or `nil` at the
    /// end.
    public init(_ makeNext: @escaping @Sendable () -> @Sendable () async throws -> [UInt8]?) {
        self.makeNext = makeNext
    }

    /// A body of pieces that are there already.
    public init(pieces: [[UInt8]]) {
        self.init {
            let rest = Mutex(pieces[...])
            return { rest.withLock { $0.popFirst() } }
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator {
        Iterator(pull: makeNext())
    }

    /// Reads the body piece by piece.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let pull: @Sendable () async throws -> [UInt8]?

        /// The next piece, or `nil` at the end of the body.
        public mutating func next() async throws -> [UInt8]? {
            try await pull()
        }
    }
}
