/// A request's first line (RFC 9112 §3).
struct RequestLine: Equatable {
    let method: String
    /// In origin form, or `*`.
    let target: String
    let isHTTP10: Bool

    /// The longest method anybody registered has 17 characters.
    private static let methodLimit = 32
    private static let http11 = Array("HTTP/1.1".utf8)
    private static let http10 = Array("HTTP/1.0".utf8)

    /// Reads the line, without its end.
    init(_ line: UnsafeRawBufferPointer) throws(HTTPParseError) {
        let space = UInt8(ascii: " ")
        guard let first = line.firstIndex(of: space), let last = line.lastIndex(of: space), first < last else {
            throw RequestLine.noRequestLine
        }
        let target = UnsafeRawBufferPointer(rebasing: line[(first + 1)..<last])
        guard !target.contains(space) else { throw RequestLine.noRequestLine }
        let version = UnsafeRawBufferPointer(rebasing: line[(last + 1)...])
        if version.elementsEqual(RequestLine.http11) {
            isHTTP10 = false
        } else if version.elementsEqual(RequestLine.http10) {
            isHTTP10 = true
        } else {
            guard version.starts(with: "HTTP/".utf8) else { throw RequestLine.noRequestLine }
            let text = String(decoding: version.prefix(16), as: UTF8.self)
            throw HTTPParseError(status: 505, "only HTTP/1.1 and HTTP/1.0 are spoken here, not \(text)")
        }
        let method = line[..<first]
        guard !method.isEmpty, method.count <= RequestLine.methodLimit, method.allSatisfy(\.isTokenCharacter) else {
            throw .malformed("the method is no token")
        }
        self.method = String(decoding: method, as: UTF8.self)
        self.target = try RequestLine.originForm(target, method: self.method)
    }

    private static let noRequestLine = HTTPParseError.malformed("a request line is METHOD TARGET HTTP/1.1")

    /// The target without scheme and authority (RFC 9112 §3.2.2: a server must accept the absolute form).
    private static func originForm(
        _ bytes: UnsafeRawBufferPointer,
        method: String
    ) throws(HTTPParseError) -> String {
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw .malformed("the target holds a character that must be percent-encoded")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if bytes.first == UInt8(ascii: "/") || text == "*" && method == "OPTIONS" { return text }
        for scheme in ["http://", "https://"] where text.lowercased().hasPrefix(scheme) {
            let rest = text.utf8.dropFirst(scheme.utf8.count)
            let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            // RFC 9110 §4.2.1: an empty host is invalid.
            guard end > rest.startIndex else { throw .malformed("the target is a URL without a host") }
            let path = String(Substring(rest[end...]))
            return path.utf8.first == UInt8(ascii: "/") ? path : "/" + path
        }
        throw .malformed("the target is neither a path nor an absolute URL")
    }
}
