public import JSON

/// What an unquoted YAML scalar means.
///
/// Follows the decoder of kubectl and client-go (sigs.k8s.io/yaml, `goyaml.v2/resolve.go`), so that a manifest means
/// the same here and on a cluster: YAML 1.1's booleans (`yes`, `off`, `y`), octal by a leading zero, `1_000`. Unlike
/// there, the text of a number that is legal JSON stays as it was written: `1e-5` and `0.10` reach the API unchanged.
public enum YAMLScalar: Equatable, Sendable {
    /// Nothing: `null`, `~` or no text at all.
    case null
    /// `true`, `yes`, `on` and the like.
    case bool(Bool)
    /// A number that JSON can hold.
    case number(JSONNumber)
    /// `.inf`, `-.inf` or `.nan`, for which JSON has no value.
    case notFinite
    /// Anything else: the text itself.
    case string

    /// Resolves the text of a plain scalar.
    public init(plain text: String) {
        if let word = Self.words[text] {
            self = word
            return
        }
        let bytes = Array(text.utf8)
        guard let first = bytes.first,
            Self.isDigit(first) || first == Self.plus || first == Self.minus || first == Self.dot
        else {
            self = .string
            return
        }
        if let number = JSONNumber(text: text), number.double != nil {
            self = .number(number)
            return
        }
        self = Self.normalised(bytes).flatMap { JSONNumber(text: $0) }.map { .number($0) } ?? .string
    }

    private static let words: [String: YAMLScalar] = {
        var words: [String: YAMLScalar] = [:]
        for text in ["", "~", "null", "Null", "NULL"] { words[text] = .null }
        for text in ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] {
            words[text] = .bool(true)
        }
        for text in ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
            words[text] = .bool(false)
        }
        for text in [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"] { words[text] = .notFinite }
        for text in [".inf", ".Inf", ".INF"] {
            words["+" + text] = .notFinite
            words["-" + text] = .notFinite
        }
        return words
    }()

    /// Spells a YAML number that JSON would not take as JSON does; `nil` for what is no number at all.
    private static func normalised(_ bytes: [UInt8]) -> String? {
        // Underscores are allowed everywhere except in a number that begins with a dot, as Go's decoder has it.
        var digits = bytes.first == dot ? bytes[...] : bytes.filter { $0 != UInt8(ascii: "_") }[...]
        var sign = ""
        if digits.first == plus || digits.first == minus {
            if digits.first == minus { sign = "-" }
            digits = digits.dropFirst()
        }
        return integer(digits, sign: sign) ?? float(digits, sign: sign)
    }

    /// `0x1F`, `0o17`, `017`, `0b101` and decimal digits, within 64 bits.
    private static func integer(_ digits: ArraySlice<UInt8>, sign: String) -> String? {
        guard let first = digits.first, isDigit(first) else { return nil }
        var radix = 10
        var rest = digits
        if first == UInt8(ascii: "0"), digits.count > 1 {
            rest = digits.dropFirst()
            switch rest.first {
            case UInt8(ascii: "x"), UInt8(ascii: "X"):
                radix = 16
                rest = rest.dropFirst()
            case UInt8(ascii: "o"), UInt8(ascii: "O"):
                radix = 8
                rest = rest.dropFirst()
            case UInt8(ascii: "b"), UInt8(ascii: "B"):
                radix = 2
                rest = rest.dropFirst()
            default: radix = 8
            }
        }
        // UInt64 would take a sign of its own.
        guard let head = rest.first, head != plus, head != minus else { return nil }
        let text = String(decoding: rest, as: UTF8.self)
        guard let magnitude = UInt64(text, radix: radix) else { return nil }
        return magnitude == 0 ? "0" : sign + String(magnitude)
    }

    /// `^(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`, spelled as JSON spells it.
    private static func float(_ digits: ArraySlice<UInt8>, sign: String) -> String? {
        var rest = digits
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = ArraySlice<UInt8>()
        if rest.first == dot {
            rest = rest.dropFirst()
            fraction = rest.prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = ""
        if let letter = rest.first, letter == UInt8(ascii: "e") || letter == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            exponent = "e"
            if let mark = rest.first, mark == plus || mark == minus {
                if mark == minus { exponent += "-" }
                rest = rest.dropFirst()
            }
            let power = rest.prefix(while: isDigit)
            guard !power.isEmpty else { return nil }
            exponent += String(decoding: power, as: UTF8.self)
            rest = rest.dropFirst(power.count)
        }
        guard rest.isEmpty else { return nil }
        let leading = String(decoding: whole.drop(while: { $0 == UInt8(ascii: "0") }), as: UTF8.self)
        let text =
            sign + (leading.isEmpty ? "0" : leading)
            + (fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self)) + exponent
        // A number that no Double holds (1e400) is text to Go's decoder.
        guard let value = Double(text), value.isFinite else { return nil }
        return text
    }

    private static let plus = UInt8(ascii: "+")
    private static let minus = UInt8(ascii: "-")
    private static let dot = UInt8(ascii: ".")

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
