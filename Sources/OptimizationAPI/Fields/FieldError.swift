import JSON

/// One thing wrong with an object: where, what kind, and a sentence.
///
/// Kinds and wording are those of Kubernetes (`k8s.io/apimachinery/pkg/util/validation/field`), so a message reads the
/// same whether an API server or we found the mistake.
public struct FieldError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of mistake; the raw value is the `reason` of a cause in a `Status`.
    public enum Reason: String, Sendable, Hashable {
        /// Something has to be there.
        case required = "FieldValueRequired"
        /// The value breaks a rule.
        case invalid = "FieldValueInvalid"
        /// The value is none of those allowed.
        case notSupported = "FieldValueNotSupported"
        /// The value may occur only once.
        case duplicate = "FieldValueDuplicate"
        /// The text is too long.
        case tooLong = "FieldValueTooLong"
        /// The list is too long.
        case tooMany = "FieldValueTooMany"
        /// The field may not be set, whatever its value.
        case forbidden = "FieldValueForbidden"
        /// The value has the wrong JSON type.
        case typeInvalid = "FieldValueTypeInvalid"
    }

    /// The field at fault.
    public let path: FieldPath
    /// What kind of mistake it is.
    public let reason: Reason
    /// The offending value, where showing it helps.
    public let value: JSONValue?
    /// What is wrong and what would be accepted; can be empty when `reason` says it all.
    public let detail: String

    /// Describes a mistake.
    public init(path: FieldPath, reason: Reason, value: JSONValue? = nil, detail: String = "") {
        self.path = path
        self.reason = reason
        self.value = value
        self.detail = detail
    }

    /// The same mistake, at a field of the same kind elsewhere.
    public func relocated(to path: FieldPath) -> FieldError {
        // What a schema finds names the field once more in its sentence.
        let subject = "\(self.path) in body "
        let detail = detail.hasPrefix(subject) ? "\(path) in body \(detail.dropFirst(subject.count))" : detail
        return FieldError(path: path, reason: reason, value: value, detail: detail)
    }

    /// The error without its field, as a cause in a `Status` carries it: `Invalid value: "x": must be …`.
    public var message: String {
        var parts = [heading]
        switch reason {
        case .invalid, .typeInvalid, .notSupported, .duplicate, .tooMany:
            if let value { parts.append(FieldError.display(value)) }
        case .required, .tooLong, .forbidden:
            break
        }
        if !detail.isEmpty { parts.append(detail) }
        return parts.joined(separator: ": ")
    }

    /// The error with its field, as an API server prints it: `spec.numTrials: Invalid value: 0: …`.
    public var description: String {
        path.components.isEmpty ? message : "\(path): \(message)"
    }

    private var heading: String {
        switch reason {
        case .required: "Required value"
        case .invalid, .typeInvalid: "Invalid value"
        case .notSupported: "Unsupported value"
        case .duplicate: "Duplicate value"
        case .tooLong: "Too long"
        case .tooMany: "Too many"
        case .forbidden: "Forbidden"
        }
    }

    /// A value inside a message: a text quoted as Go's `%q` does, anything else as compact JSON; cut when huge.
    private static func display(_ value: JSONValue) -> String {
        let text = value.stringValue.map(quoted) ?? value.description
        guard text.unicodeScalars.count > 1024 else { return text }
        return String(text.unicodeScalars.prefix(1024)) + "…"
    }

    /// The text in double quotes, with everything escaped that would not show.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: quoted += "\\x" + hex(scalar, digits: 2)
            // C1 controls, and separators a terminal takes for line ends or reorderings.
            case "\u{80}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{FEFF}":
                quoted += "\\u" + hex(scalar, digits: 4)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static func hex(_ scalar: Unicode.Scalar, digits: Int) -> String {
        let text = String(scalar.value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

/// Why an object cannot be used: all of its mistakes.
public struct FieldErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// The mistakes; at least one.
    public let errors: [FieldError]

    /// Collects mistakes.
    public init(_ errors: [FieldError]) {
        self.errors = errors
    }

    /// One mistake as it is, several in brackets, as an API server prints them.
    public var description: String {
        guard errors.count > 1 else { return errors.first?.description ?? "" }
        return "[\(errors.map(\.description).joined(separator: ", "))]"
    }
}
