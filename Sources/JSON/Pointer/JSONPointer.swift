/// A place within a JSON value (RFC 6901): the names and indexes on the way to it.
///
/// ```swift
/// let pointer = try JSONPointer(parsing: "/spec/parameters/0/name")
/// pointer.tokens                                       // ["spec", "parameters", "0", "name"]
/// JSONPointer("metadata", "labels", "a/b").description  // "/metadata/labels/a~1b"
/// ```
public struct JSONPointer: Sendable {
    /// The unescaped reference tokens; none for the whole document.
    public var tokens: [String]

    /// A pointer through these names (or indexes, written as text).
    public init(_ tokens: String...) {
        self.tokens = tokens
    }

    /// A pointer through these names (or indexes, written as text).
    public init(tokens: [String]) {
        self.tokens = tokens
    }

    /// The whole document.
    public static let root = JSONPointer()

    /// A pointer from its string representation: empty, or `/` and a token any number of times, in which `~1` stands
    /// for `/` and `~0` for `~`.
    /// - Throws: If the text does not start with `/`, or a `~` is neither `~0` nor `~1`.
    public init(parsing text: String) throws(JSONPointerError) {
        tokens = []
        guard !text.isEmpty else { return }
        guard text.utf8.first == UInt8(ascii: "/") else { throw JSONPointerError.missingSlash(text) }
        for token in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard token.contains(UInt8(ascii: "~")) else {
                tokens.append(String(Substring(token)))
                continue
            }
            var bytes: [UInt8] = []
            var rest = token[...]
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "~") else {
                    bytes.append(byte)
                    continue
                }
                switch rest.popFirst() {
                case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
                default: throw JSONPointerError.invalidEscape(text)
                }
            }
            tokens.append(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// The place of a member or an element within this one.
    public func appending(_ token: String) -> JSONPointer {
        JSONPointer(tokens: tokens + [token])
    }

    /// The place of an element within this one, counted from 0.
    public func appending(_ index: Int) -> JSONPointer {
        appending(String(index))
    }

    /// Whether this is the whole document.
    public var isRoot: Bool { tokens.isEmpty }

    /// The index that a token is in an array: digits without a leading zero; `nil` for anything else.
    static func index(_ token: String) -> Int? {
        let digits = token.utf8
        guard digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }),
            digits.first != UInt8(ascii: "0") || digits.count == 1
        else { return nil }
        return Int(token)
    }
}

extension JSONPointer: Hashable {
    /// Whether both lead through the same tokens, byte for byte.
    public static func == (left: JSONPointer, right: JSONPointer) -> Bool {
        left.tokens.elementsEqual(right.tokens) { $0.hasSameBytes(as: $1) }
    }

    /// Feeds the tokens.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(tokens.count)
        for token in tokens { token.hashBytes(into: &hasher) }
    }
}

extension JSONPointer: CustomStringConvertible {
    /// The string representation, which ``init(parsing:)`` reads back.
    public var description: String {
        var text = ""
        for token in tokens {
            text += "/"
            guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
                text += token
                continue
            }
            for scalar in token.unicodeScalars {
                switch scalar {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }
}

/// Why a text is not a JSON Pointer.
public enum JSONPointerError: Error, Hashable, CustomStringConvertible {
    /// The text, given here, neither is empty nor starts with `/`.
    case missingSlash(String)
    /// The text, given here, has a `~` that is not followed by `0` or `1`.
    case invalidEscape(String)

    /// What is wrong with which text.
    public var description: String {
        switch self {
        case .missingSlash(let text): "JSON pointer \(JSONValue.string(text)) must be empty or start with '/'"
        case .invalidEscape(let text): "JSON pointer \(JSONValue.string(text)) has a '~' that is not '~0' or '~1'"
        }
    }
}
