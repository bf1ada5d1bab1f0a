/// A request's start line and fields.
struct RequestHead: Equatable {
    let method: String
    /// In origin form, or `*`.
    let target: String
    let isHTTP10: Bool
    let headers: HTTPFields

    /// Whether the client wants the connection kept after the answer (RFC 9112 §9.3).
    var keepsAlive: Bool {
        if headers.list("Connection", contains: "close") { return false }
        return !isHTTP10 || headers.list("Connection", contains: "keep-alive")
    }

    /// Reads a complete head.
    ///
    /// - Parameter line: The request line, if it has been read before.
    init(_ collector: HeadCollector, line: RequestLine? = nil, limits: HTTPLimits) throws(HTTPParseError) {
        self = try collector.withLines { bytes, lines throws(HTTPParseError) in
            try RequestHead(bytes: bytes, lines: lines, line: line, limits: limits)
        }
    }

    private init(
        bytes: UnsafeRawBufferPointer,
        lines: [Range<Int>],
        line: RequestLine?,
        limits: HTTPLimits
    ) throws(HTTPParseError) {
        guard let first = lines.first else { throw .malformed("no request line") }
        let start: RequestLine
        if let line { start = line } else { start = try RequestLine(UnsafeRawBufferPointer(rebasing: bytes[first])) }
        method = start.method
        target = start.target
        isHTTP10 = start.isHTTP10
        headers = try FieldParser.fields(in: bytes, lines: lines.dropFirst(), limit: limits.fieldCount)
        try RequestHead.checkHost(headers, isHTTP10: isHTTP10)
    }

    /// RFC 9112 §3.2: exactly one in HTTP/1.1, and none that is no host.
    private static func checkHost(_ headers: HTTPFields, isHTTP10: Bool) throws(HTTPParseError) {
        let hosts = headers.count(of: "Host")
        guard hosts == 1 || isHTTP10 && hosts == 0 else {
            throw .malformed("exactly one Host field is needed")
        }
        guard headers.values(of: "Host", haveOnly: \.isHostCharacter) else {
            throw .malformed("the Host field holds a character that no host name has")
        }
    }
}

extension UInt8 {
    /// Whether this may occur in a host with a port (RFC 3986 §3.2.2); what ends or begins another part of a URL may not.
    fileprivate var isHostCharacter: Bool {
        switch self {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "@"), UInt8(ascii: ","),
            UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"):
            false
        default: self > 0x20 && self < 0x7F
        }
    }
}
