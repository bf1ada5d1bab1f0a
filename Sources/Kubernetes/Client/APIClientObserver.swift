import HTTP

/// Told of what an `APIClient` does, for metrics and logs. Called from whatever task makes the call, so it must be quick.
public protocol APIClientObserver: Sendable {
    /// A request was answered, or was not.
    ///
    /// A call that is repeated is told of once for each attempt; a watch when it begins.
    func requestEnded(_ request: APIRequestSummary)

    /// The server did as asked and has something to say about it, such as that a field is unknown or a version deprecated.
    func warned(_ warning: String, by request: APIRequestSummary)

    /// The server refused for now, with 429: it is busy, or something must not be disturbed yet.
    ///
    /// A call is told of once, with its first refusal, however often it is repeated.
    ///
    /// - Parameters:
    ///   - request: The attempt that was refused.
    ///   - path: The request's path.
    ///   - retryAfter: How long the server asks to wait; `nil` when it does not say.
    func throttled(_ request: APIRequestSummary, path: String, retryAfter: Duration?)
}

extension APIClientObserver {
    /// Does nothing.
    public func requestEnded(_ request: APIRequestSummary) {}

    /// Does nothing.
    public func warned(_ warning: String, by request: APIRequestSummary) {}

    /// Does nothing.
    public func throttled(_ request: APIRequestSummary, path: String, retryAfter: Duration?) {}
}

/// One request to an API server and how it ended: the labels and values of client-go's `rest_client_requests_total` and
/// `rest_client_request_duration_seconds`.
public struct APIRequestSummary: Sendable, Hashable {
    /// The HTTP method.
    public var method: String
    /// Kubernetes' verb: `get`, `list`, `watch`, `create`, `update`, `patch` or `delete`.
    public var verb: String
    /// Which kind of object.
    public var type: ResourceType
    /// Such as `status`; `nil` for the object itself.
    public var subresource: String?
    /// The answer's status; `nil` when there was none.
    public var status: Int?
    /// From sending to the end of the answer; for a watch, to its beginning.
    public var latency: Duration
    /// Which attempt of its call this was, from 1; those after the first are retries.
    public var attempt: Int

    /// The status as client-go labels it: the number, or `<error>`.
    public var code: String { status.map { String($0) } ?? "<error>" }
}

/// Reads `Warning` fields (RFC 7234 §5.5) as Kubernetes sends them: `299 - "text"`.
enum WarningHeader {
    /// The texts, in order. What is no warning, or is about caches, is left out.
    static func texts(in headers: HTTPFields) -> [String] {
        headers.values(of: "Warning").flatMap { texts(in: $0) }
    }

    /// The texts of one field, which may be a list.
    private static func texts(in field: String) -> [String] {
        var texts: [String] = []
        var rest = Array(field.utf8)[...]
        while true {
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") }
            guard let code = word(&rest), word(&rest) != nil, let text = quoted(&rest) else { return texts }
            if code.elementsEqual("299".utf8), !text.isEmpty { texts.append(text) }
            // A date may follow.
            rest = rest.drop { $0 == UInt8(ascii: " ") }
            if rest.first == UInt8(ascii: "\""), quoted(&rest) == nil { return texts }
        }
    }

    private static func word(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let word = rest.prefix { $0 != UInt8(ascii: " ") }
        rest = rest[word.endIndex...].drop { $0 == UInt8(ascii: " ") }
        return word.isEmpty ? nil : word
    }

    private static func quoted(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let next = rest.popFirst() else { return nil }
                text.append(next)
            default: text.append(byte)
            }
        }
        return nil
    }
}
