/// Why a text is not JSON, and where.
///
/// ```
/// line 3, column 14: expected ',' or '}' after an object member
/// ```
public struct JSONError: Error, Hashable {
    /// What was wrong.
    public var kind: Kind
    /// The line, counted from 1; lines end in LF.
    public var line: Int
    /// The column within the line, counted from 1 in Unicode scalars.
    public var column: Int
    /// The offset from the start of the text, in bytes.
    public var offset: Int

    /// An error at a place.
    public init(kind: Kind, line: Int, column: Int, offset: Int) {
        self.kind = kind
        self.line = line
        self.column = column
        self.offset = offset
    }

    /// What can be wrong with a text.
    public enum Kind: Sendable, Hashable {
        /// A value had to start here.
        case expectedValue
        /// A member name or `}` had to follow `{`.
        case expectedKeyOrEnd
        /// A member name had to follow `,`.
        case expectedKey
        /// `:` had to follow a member name.
        case expectedColon
        /// `,` or `}` had to follow an object member.
        case expectedCommaOrObjectEnd
        /// `,` or `]` had to follow an array element.
        case expectedCommaOrArrayEnd
        /// A digit had to follow in a number.
        case expectedDigit
        /// An integer part has a leading zero.
        case leadingZero
        /// A string is not closed.
        case unterminatedString
        /// A control character stands in a string unescaped.
        case controlCharacter(UInt8)
        /// `\` is followed by something that is not an escape.
        case invalidEscape
        /// `\u` is not followed by four hexadecimal digits.
        case invalidUnicodeEscape
        /// `\uD800`…`\uDFFF` without its other half.
        case loneSurrogate
        /// The bytes are not UTF-8.
        case invalidUTF8
        /// The text starts with a byte order mark.
        case byteOrderMark
        /// Something other than white space follows the value.
        case trailingContent
        /// An object has this member already.
        case repeatedName(JSONPointer)
        /// Arrays and objects nest deeper than the limit.
        case tooDeep(maximum: Int)
        /// The text has more bytes than the limit.
        case tooLong(maximum: Int)
        /// There are more values than the limit.
        case tooManyValues(maximum: Int)
    }
}

extension JSONError: CustomStringConvertible {
    /// The place and what was expected there.
    public var description: String { "line \(line), column \(column): \(kind)" }
}

extension JSONError.Kind: CustomStringConvertible {
    /// What was expected, in one phrase.
    public var description: String {
        switch self {
        case .expectedValue: "expected a value"
        case .expectedKeyOrEnd: "expected a member name in double quotes, or '}'"
        case .expectedKey: "expected a member name in double quotes after ','"
        case .expectedColon: "expected ':' after a member name"
        case .expectedCommaOrObjectEnd: "expected ',' or '}' after an object member"
        case .expectedCommaOrArrayEnd: "expected ',' or ']' after an array element"
        case .expectedDigit: "expected a digit in a number"
        case .leadingZero: "expected no leading zero in a number"
        case .unterminatedString: "expected '\"' to end a string"
        case .controlCharacter(let byte):
            "expected control character U+\(Self.hexadecimal(byte)) in a string to be escaped"
        case .invalidEscape: #"expected one of "\/bfnrtu after '\'"#
        case .invalidUnicodeEscape: #"expected four hexadecimal digits after '\u'"#
        case .loneSurrogate: "expected a surrogate escape to be one of a pair"
        case .invalidUTF8: "expected valid UTF-8"
        case .byteOrderMark: "expected no byte order mark before the value"
        case .trailingContent: "expected nothing but white space after the value"
        case .repeatedName(let path): "expected \(path) only once"
        case .tooDeep(let maximum): "expected at most \(maximum) nested arrays and objects"
        case .tooLong(let maximum): "expected at most \(maximum) bytes"
        case .tooManyValues(let maximum): "expected at most \(maximum) values"
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}

extension JSONError {
    /// An error at `offset` of `text`, its line and column counted from there.
    init(_ kind: Kind, at offset: Int, in text: UnsafeRawBufferPointer) {
        let place = max(0, min(offset, text.count))
        var line = 1
        var column = 1
        for byte in text[..<place] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {  // a continuation byte is no new scalar
                column += 1
            }
        }
        self.init(kind: kind, line: line, column: column, offset: place)
    }
}
