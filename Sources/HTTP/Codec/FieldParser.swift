/// Reads header lines (RFC 9112 §5).
enum FieldParser {
    /// Reads field lines; `lines` are ranges into `bytes`.
    static func fields(
        in bytes: UnsafeRawBufferPointer,
        lines: some Collection<Range<Int>>,
        limit: Int
    ) throws(HTTPParseError) -> HTTPFields {
        guard lines.count <= limit else {
            throw HTTPParseError(status: 431, "more than \(limit) header fields")
        }
        var fields = HTTPFields()
        for line in lines {
            let (name, value) = try field(UnsafeRawBufferPointer(rebasing: bytes[line]))
            fields.append(name: name, value: value)
        }
        return fields
    }

    /// Checks a line without keeping anything of it.
    static func check(_ line: [UInt8]) throws(HTTPParseError) {
        let outcome = line.withUnsafeBytes { bytes in
            Result { () throws(HTTPParseError) in _ = try parts(of: bytes) }
        }
        try outcome.get()
    }

    private static func field(_ line: UnsafeRawBufferPointer) throws(HTTPParseError) -> (String, String) {
        let (name, value) = try parts(of: line)
        return (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    private static func parts(
        of line: UnsafeRawBufferPointer
    ) throws(HTTPParseError) -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            throw .malformed("a header line has no colon")
        }
        // Also refuses white space before the colon and folded lines, which begin with it (RFC 9112 §5.1, §5.2).
        guard colon > 0, line[..<colon].allSatisfy(\.isTokenCharacter) else {
            throw .malformed("a header field's name holds a character other than those of a token")
        }
        let value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]).trimmingHTTPWhitespace()
        guard value.allSatisfy(\.isFieldValueCharacter) else {
            throw .malformed("a header field's value holds a control character")
        }
        return (UnsafeRawBufferPointer(rebasing: line[..<colon]), UnsafeRawBufferPointer(rebasing: value))
    }
}

extension UInt8 {
    /// Whether this may occur in a token, such as a method or a field name (RFC 9110 §5.6.2).
    var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// Whether this may occur in a field's value: anything but control characters, tab excepted (RFC 9110 §5.5).
    var isFieldValueCharacter: Bool {
        self >= 0x20 && self != 0x7F || self == UInt8(ascii: "\t")
    }
}
