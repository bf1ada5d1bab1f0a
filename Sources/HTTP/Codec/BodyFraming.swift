/// Where a message's body ends (RFC 9112 §6.3).
enum BodyFraming: Equatable {
    case none
    case length(Int)
    case chunked
    /// A response's body that ends when the connection does.
    case untilClose

    /// How a request's body is framed.
    static func ofRequest(_ headers: HTTPFields, isHTTP10: Bool) throws(HTTPParseError) -> BodyFraming {
        try declared(by: headers, isHTTP10: isHTTP10) ?? .none
    }

    /// How a response's body is framed.
    static func ofResponse(
        status: Int,
        to method: String,
        _ headers: HTTPFields,
        isHTTP10: Bool
    ) throws(HTTPParseError) -> BodyFraming {
        if method == "HEAD" || status < 200 || status == 204 || status == 304 { return .none }
        return try declared(by: headers, isHTTP10: isHTTP10) ?? .untilClose
    }

    /// What the fields say; anything that two readers could understand differently is refused, since the difference
    /// hides a request inside another one's body (RFC 9112 §11.2).
    private static func declared(by headers: HTTPFields, isHTTP10: Bool) throws(HTTPParseError) -> BodyFraming? {
        let lengths = headers.values(of: "Content-Length")
        let codings = headers.values(of: "Transfer-Encoding")
        if !codings.isEmpty {
            guard lengths.isEmpty else { throw .malformed("both Content-Length and Transfer-Encoding") }
            guard !isHTTP10 else { throw .malformed("Transfer-Encoding in an HTTP/1.0 message") }
            try checkChunked(codings)
            return .chunked
        }
        guard let length = lengths.first else { return nil }
        guard lengths.count == 1 else { throw .malformed("more than one Content-Length") }
        // Int's own parser would let a sign pass.
        guard !length.isEmpty, length.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            let count = Int(length)
        else { throw .malformed("a Content-Length that is no number of bytes") }
        return .length(count)
    }

    /// Accepts `chunked` alone.
    private static func checkChunked(_ lines: [String]) throws(HTTPParseError) {
        let codings = lines.flatMap { $0.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) }
            .map { String(decoding: $0.trimmingHTTPWhitespace(), as: UTF8.self).lowercased() }
        guard codings != ["chunked"] else { return }
        // RFC 9112 §6.3: without `chunked` at the end, and only there, nobody knows where the body ends.
        if let chunked = codings.firstIndex(of: "chunked"), chunked < codings.count - 1 {
            throw .malformed("the transfer coding \"chunked\" is not the last one, or is repeated")
        }
        throw HTTPParseError(status: 501, "only the transfer coding \"chunked\" is understood")
    }
}
