import JSON

/// One event of a watch.
public enum WatchEvent: Sendable, Equatable {
    /// An object is new, or matches the selector now.
    case added(JSONValue)
    /// An object changed.
    case modified(JSONValue)
    /// An object is gone, or does not match the selector any more: its last state.
    case deleted(JSONValue)
    /// Nothing changed up to the `metadata.resourceVersion` of this otherwise empty object.
    case bookmark(JSONValue)
    /// The watch failed; nothing follows.
    case error(Status)

    /// Reads one line of a watch. `nil` for what no API server sends.
    public init?(decoding value: JSONValue) {
        guard let type = value["type"]?.stringValue, let object = value["object"], object.objectValue != nil else {
            return nil
        }
        switch type {
        case "ADDED": self = .added(object)
        case "MODIFIED": self = .modified(object)
        case "DELETED": self = .deleted(object)
        case "BOOKMARK": self = .bookmark(object)
        case "ERROR":
            self = .error(
                Status(decoding: object)
                    ?? Status(code: 500, reason: "", message: "the watch failed for an unknown reason")
            )
        default: return nil
        }
    }

    /// The event as a watch writes it, without the line's end.
    public var json: JSONValue {
        switch self {
        case .added(let object): ["type": "ADDED", "object": object]
        case .modified(let object): ["type": "MODIFIED", "object": object]
        case .deleted(let object): ["type": "DELETED", "object": object]
        case .bookmark(let object): ["type": "BOOKMARK", "object": object]
        case .error(let status): ["type": "ERROR", "object": status.json]
        }
    }
}

/// The events of one watch, as they come.
///
/// The reader sets the pace. The end of the stream is normal: a server ends every watch sooner or later. Ending the
/// iteration early, or cancelling its task, closes the connection. One iteration only.
public struct WatchStream: AsyncSequence, Sendable {
    /// An event.
    public typealias Element = WatchEvent
    /// `.transport` when the connection breaks, `.malformed` for nonsense, `.cancelled`.
    public typealias Failure = APIError

    private let makeNext: @Sendable () -> @Sendable () async throws(APIError) -> WatchEvent?

    /// A stream that asks `makeNext`, once for each iteration, for the function that gives the next event, or `nil` at the
    /// end.
    public init(_ makeNext: @escaping @Sendable () -> @Sendable () async throws(APIError) -> WatchEvent?) {
        self.makeNext = makeNext
    }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator {
        Iterator(pull: makeNext())
    }

    /// Reads event by event.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let pull: @Sendable () async throws(APIError) -> WatchEvent?

        /// The next event, or `nil` at the end of the stream.
        public mutating func next() async throws(APIError) -> WatchEvent? {
            try await pull()
        }

        /// The next event, or `nil` at the end of the stream.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(APIError) -> WatchEvent? {
            try await pull()
        }
    }
}
