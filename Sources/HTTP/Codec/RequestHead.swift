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
    init(_ collector: HeadCollector, limits: HTTPLimits) throws(HTTPParseError) {
        self = try collector.withLines { bytes, lines throws(HTTPParseError) in
            try RequestHead(bytes: bytes, lines: lines, limits: limits)
        }
    }

    private init(bytes: UnsafeRawBufferPointer, lines: [Range<Int>], limits: HTTPLimits) throws(HTTPParseError) {
        guard let first = lines.first else { throw .malformed("no request line") }
        let parts = bytes[first].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("a request line is METHOD TARGET HTTP/1.1") }
        let version = String(decoding: parts[2], as: UTF8.self)
        switch version {
        case "HTTP/1.1": isHTTP10 = false
        case "HTTP/1.0": isHTTP10 = true
        default:
            guard version.hasPrefix("HTTP/") else { throw .malformed("a request line is METHOD TARGET HTTP/1.1") }
            throw HTTPParseError(status: 505, "only HTTP/1.1 and HTTP/1.0 are spoken here, not \(version.prefix(16))")
        }
        guard !parts[0].isEmpty, parts[0].count <= 32, parts[0].allSatisfy(\.isTokenCharacter) else {
            throw .malformed("the method is no token")
        }
        method = String(decoding: parts[0], as: UTF8.self)
        headers = try FieldParser.fields(in: bytes, lines: lines.dropFirst(), limit: limits.fieldCount)
        let hosts = headers.values(of: "Host")
        // RFC 9112 §3.2: exactly one in HTTP/1.1.
        guard hosts.count == 1 || isHTTP10 && hosts.isEmpty else {
            throw .malformed("exactly one Host field is needed")
        }
        target = try RequestHead.originForm(parts[1], method: method)
    }

    /// The target without scheme and authority (RFC 9112 §3.2.2: a server must accept the absolute form).
    private static func originForm(
        _ bytes: Slice<UnsafeRawBufferPointer>,
        method: String
    ) throws(HTTPParseError) -> String {
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw .malformed("the target holds a character that must be percent-encoded")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if text.utf8.first == UInt8(ascii: "/") || text == "*" && method == "OPTIONS" { return text }
        for scheme in ["http://", "https://"] where text.lowercased().hasPrefix(scheme) {
            let rest = text.utf8.dropFirst(scheme.utf8.count)
            guard let slash = rest.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else {
                return "/"
            }
            let path = String(Substring(rest[slash...]))
            return path.utf8.first == UInt8(ascii: "/") ? path : "/" + path
        }
        throw .malformed("the target is neither a path nor an absolute URL")
    }
}
