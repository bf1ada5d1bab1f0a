/// One HTTP request, body included.
public struct HTTPRequest: Sendable, Equatable {
    /// The method as sent, such as `GET`; methods are case-sensitive.
    public var method: String
    /// The request target in origin form: `/path?query`.
    public var target: String
    /// The header fields.
    public var headers: HTTPFields
    /// The body; empty when there is none.
    public var body: [UInt8]

    /// Makes a request.
    public init(method: String, target: String, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The target's path, still percent-encoded.
    public var path: String {
        var target = target
        // In memory the mark is found several times faster than through the string.
        let path = target.withUTF8 { bytes in
            bytes.firstIndex(of: UInt8(ascii: "?")).map { String(decoding: bytes[..<$0], as: UTF8.self) }
        }
        return path ?? target
    }

    /// The target's query parameters, decoded, in order. A name without `=` has an empty value.
    ///
    /// `+` stands for a space, as in HTML forms and Go's `url.ParseQuery`. A pair with a malformed percent-encoding is
    /// left out, as there; one that is not UTF-8 is repaired, or `DELETE ?labelSelector=a%3D%ff` would mean all objects.
    public var query: [(name: String, value: String)] {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        let text = target.utf8[target.utf8.index(after: mark)...]
        return text.split(separator: UInt8(ascii: "&")).compactMap { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            func decoded(_ part: some Collection<UInt8>) -> String? {
                PercentEncoding.decode(part, plusIsSpace: true, isRepaired: true)
            }
            guard let first = parts.first, let name = decoded(first) else { return nil }
            guard parts.count > 1 else { return (name, "") }
            guard let value = decoded(parts[1]) else { return nil }
            return (name, value)
        }
    }
}
