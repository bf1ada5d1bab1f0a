/// Reads header lines (RFC 9112 §5).
enum FieldParser {
    /// Reads field lines; `lines` are ranges into `bytes`, in order.
    static func fields(
        in bytes: UnsafeRawBufferPointer,
        lines: ArraySlice<Range<Int>>,
        limit: Int
    ) throws(HTTPParseError) -> HTTPFields {
        guard lines.count <= limit else {
            throw HTTPParseError(status: 431, "more than \(limit) header fields")
        }
        guard let first = lines.first, let last = lines.last else { return HTTPFields() }
        let text = UnsafeRawBufferPointer(rebasing: bytes[first.lowerBound..<last.upperBound])
        var found: [HTTPFields.Line] = []
        found.reserveCapacity(lines.count)
        for line in lines {
            found.append(try field(in: text, line.lowerBound - first.lowerBound..<line.upperBound - first.lowerBound))
        }
        return HTTPFields(copying: text, lines: found)
    }

    /// Checks a line without keeping anything of it.
    static func check(_ line: [UInt8]) throws(HTTPParseError) {
        let outcome = line.withUnsafeBytes { bytes in
            Result { () throws(HTTPParseError) in _ = try field(in: bytes, 0..<bytes.count) }
        }
        try outcome.get()
    }

    /// Where the name and the value of a line are; `line` is a range into `bytes`.
    private static func field(
        in bytes: UnsafeRawBufferPointer,
        _ line: Range<Int>
    ) throws(HTTPParseError) -> HTTPFields.Line {
        var colon = line.lowerBound
        while colon < line.upperBound, bytes[colon].isTokenCharacter { colon += 1 }
        guard colon < line.upperBound, bytes[colon] == UInt8(ascii: ":") else {
            guard bytes[line].contains(UInt8(ascii: ":")) else { throw .malformed("a header line has no colon") }
            // Also refuses white space before the colon and folded lines, which begin with it (RFC 9112 §5.1, §5.2).
            throw .malformed("a header field's name holds a character other than those of a token")
        }
        guard colon > line.lowerBound else { throw .malformed("a header field has no name") }
        var value = colon + 1..<line.upperBound
        while let first = value.first, bytes[first].isHTTPWhitespace { value = first + 1..<value.upperBound }
        while let last = value.last, bytes[last].isHTTPWhitespace { value = value.lowerBound..<last }
        for index in value where !bytes[index].isFieldValueCharacter {
            throw .malformed("a header field's value holds a control character")
        }
        return HTTPFields.Line(name: line.lowerBound..<colon, value: value)
    }
}

extension UInt8 {
    /// Whether this may occur in a token, such as a method or a field name (RFC 9110 §5.6.2): a letter, a digit, or one of
    /// `!#$%&'*+-.^_`|~`.
    var isTokenCharacter: Bool {
        // One bit for each byte below 128.
        switch self {
        case ..<64: 0x03FF_6CFA_0000_0000 as UInt64 >> UInt64(self) & 1 == 1
        case ..<128: 0x57FF_FFFF_C7FF_FFFE as UInt64 >> UInt64(self & 63) & 1 == 1
        default: false
        }
    }

    /// Whether this is optional white space around a field's value (RFC 9110 §5.6.3).
    var isHTTPWhitespace: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    /// Whether this may occur in a field's value: anything but control characters, tab excepted (RFC 9110 §5.5).
    var isFieldValueCharacter: Bool {
        self >= 0x20 && self != 0x7F || self == UInt8(ascii: "\t")
    }
}
