/// A response's start line and fields.
package struct ResponseHead: Equatable, Sendable {
    package let status: Int
    let isHTTP10: Bool
    package let headers: HTTPFields

    /// Whether the server keeps the connection after this response (RFC 9112 §9.3).
    var keepsAlive: Bool {
        if headers.list("Connection", contains: "close") { return false }
        return !isHTTP10 || headers.list("Connection", contains: "keep-alive")
    }

    /// Reads a complete head.
    init(_ collector: HeadCollector, limits: HTTPLimits) throws(HTTPParseError) {
        self = try collector.withLines { bytes, lines throws(HTTPParseError) in
            try ResponseHead(bytes: bytes, lines: lines, limits: limits)
        }
    }

    private init(bytes: UnsafeRawBufferPointer, lines: [Range<Int>], limits: HTTPLimits) throws(HTTPParseError) {
        guard let first = lines.first else { throw .malformed("no status line") }
        let line = bytes[first]
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[1].count == 3, let status = Int(String(decoding: parts[1], as: UTF8.self)),
            (100...999).contains(status)
        else { throw .malformed("the answer does not begin with HTTP/1.1 and a status code") }
        switch String(decoding: parts[0], as: UTF8.self) {
        case "HTTP/1.1": isHTTP10 = false
        case "HTTP/1.0": isHTTP10 = true
        default: throw .malformed("the answer does not begin with HTTP/1.1 and a status code")
        }
        self.status = status
        headers = try FieldParser.fields(in: bytes, lines: lines.dropFirst(), limit: limits.fieldCount)
    }
}
