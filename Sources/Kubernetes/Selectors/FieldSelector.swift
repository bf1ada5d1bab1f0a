import JSON

/// Chooses objects by their fields: `metadata.name=x,metadata.namespace!=y`. All terms must hold.
public struct FieldSelector: Hashable, Sendable, CustomStringConvertible {
    /// What must hold; nothing chooses everything.
    public var terms: [Term]

    /// One thing that must hold.
    public struct Term: Hashable, Sendable {
        /// The field's path, such as `metadata.name`.
        public var field: String
        /// The value.
        public var value: String
        /// Whether the field must have the value, or must not.
        public var isEqual: Bool

        /// Makes a term.
        public init(field: String, value: String, isEqual: Bool = true) {
            self.field = field
            self.value = value
            self.isEqual = isEqual
        }
    }

    /// The fields that every kind can be chosen by.
    public static let metadataFields: Set<String> = ["metadata.name", "metadata.namespace"]

    /// A selector for what meets all terms.
    public init(_ terms: [Term] = []) {
        self.terms = terms
    }

    /// Reads a selector.
    ///
    /// - Parameters:
    ///   - text: Such as `metadata.name=x`; `==` means the same as `=`.
    ///   - supported: The fields that may be named.
    /// - Throws: `SelectorError` in the words of an API server.
    public init(parsing text: String, supported: Set<String> = metadataFields) throws(SelectorError) {
        terms = []
        for part in text.split(separator: ",") {
            guard let term = Self.term(part) else {
                throw SelectorError("invalid selector: '\(text)'; can't understand '\(part)'")
            }
            guard supported.contains(term.field) else {
                throw SelectorError("field label not supported: \(term.field)")
            }
            terms.append(term)
        }
    }

    /// Whether an object is chosen. A field that is missing counts as empty.
    public func matches(_ object: JSONValue) -> Bool {
        terms.allSatisfy { term in
            var value: JSONValue? = object
            for key in term.field.split(separator: ".") { value = value?[String(key)] }
            return (Self.text(of: value) == term.value) == term.isEqual
        }
    }

    /// The value a field must have, if the selector leaves only one.
    public func requiredValue(of field: String) -> String? {
        terms.first { $0.field == field && $0.isEqual }?.value
    }

    /// As it is written in a query.
    public var description: String {
        terms.map { "\($0.field)\($0.isEqual ? "=" : "!=")\($0.value)" }.joined(separator: ",")
    }

    private static func text(of value: JSONValue?) -> String {
        switch value {
        case .string(let text): text
        case .bool(let bool): String(bool)
        case .number(let number): number.text
        default: ""
        }
    }

    /// `a!=b`, `a==b` or `a=b`, with the operator exactly once.
    private static func term(_ part: Substring) -> Term? {
        for (sign, isEqual) in [("!=", false), ("==", true), ("=", true)] {
            let pieces = part.split(separator: sign, omittingEmptySubsequences: false)
            if pieces.count == 2 {
                return Term(field: String(pieces[0]), value: String(pieces[1]), isEqual: isEqual)
            }
        }
        return nil
    }
}
