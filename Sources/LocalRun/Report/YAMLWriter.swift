import JSON
import YAML

/// Writes a JSON value as YAML in the style of `kubectl get -o yaml`.
///
/// Every text that a YAML reader could take for something else is quoted, so that what is read back, by YAML 1.1 or
/// 1.2, is the same value.
enum YAMLWriter {
    /// The document, ending in a line break.
    static func write(_ value: JSONValue) -> String {
        var output = ""
        switch value {
        case .object(let object) where !object.isEmpty: writeMembers(object, indent: 0, first: false, into: &output)
        case .array(let items) where !items.isEmpty: writeItems(items, indent: 0, into: &output)
        default: output += scalar(value) + "\n"
        }
        return output
    }

    /// - Parameter first: Whether the first member goes on the line that was begun, after a `- `.
    private static func writeMembers(_ object: JSONObject, indent: Int, first: Bool, into output: inout String) {
        var isOnLine = first
        for (key, value) in object {
            if !isOnLine { output += space(indent) }
            isOnLine = false
            output += text(key) + ":"
            switch value {
            case .object(let members) where !members.isEmpty:
                output += "\n"
                writeMembers(members, indent: indent + 2, first: false, into: &output)
            case .array(let items) where !items.isEmpty:
                output += "\n"
                writeItems(items, indent: indent, into: &output)
            default: output += " " + scalar(value) + "\n"
            }
        }
    }

    private static func writeItems(_ items: [JSONValue], indent: Int, into output: inout String) {
        for item in items {
            output += space(indent) + "-"
            switch item {
            case .object(let members) where !members.isEmpty:
                output += " "
                writeMembers(members, indent: indent + 2, first: true, into: &output)
            case .array(let nested) where !nested.isEmpty:
                output += "\n"
                writeItems(nested, indent: indent + 2, into: &output)
            default: output += " " + scalar(item) + "\n"
            }
        }
    }

    private static func scalar(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .number(let number): number.text
        case .string(let string): text(string)
        case .array: "[]"
        case .object: "{}"
        }
    }

    /// The text, in double quotes unless it can only be read as itself.
    private static func text(_ string: String) -> String {
        isPlain(string) ? string : quoted(string)
    }

    private static func isPlain(_ string: String) -> Bool {
        guard let first = string.utf8.first, let last = string.utf8.last else { return false }
        let isLetter =
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
        guard isLetter || first == UInt8(ascii: "_") || first == UInt8(ascii: "/"), last != UInt8(ascii: " "),
            last != UInt8(ascii: ":")
        else { return false }
        // ": " and " #" would end the text; `=`-only and the like begin with no letter and are quoted anyway.
        guard string.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), YAMLScalar(plain: string) == .string else {
            return false
        }
        return !zip(string.utf8, string.utf8.dropFirst()).contains { a, b in
            (a == UInt8(ascii: ":") && b == UInt8(ascii: " ")) || (a == UInt8(ascii: " ") && b == UInt8(ascii: "#"))
        }
    }

    private static func quoted(_ string: String) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": result += "\\x" + hex(scalar, digits: 2)
            case "\u{2028}", "\u{2029}", "\u{FEFF}": result += "\\u" + hex(scalar, digits: 4)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func hex(_ scalar: Unicode.Scalar, digits: Int) -> String {
        let text = String(scalar.value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func space(_ count: Int) -> String { String(repeating: " ", count: count) }
}
