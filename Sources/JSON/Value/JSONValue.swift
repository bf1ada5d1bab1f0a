/// A JSON value (RFC 8259) that remembers what it was written as.
///
/// The tree is lossless where it matters to people and to other programs: a number keeps its text
/// (`9223372036854775807`, `1.50` and `1E6` come back as they came), and an object keeps the order of its members.
///
/// Equality is the equality of RFC 6902 §4.6: numbers by their exact decimal value, strings by their bytes,
/// objects regardless of the order of their members.
///
/// ```swift
/// let job = try JSONValue(parsing: #"{"spec": {"numTrials": 20}}"#)
/// job["spec"]?["numTrials"]?.int64Value  // 20
/// ```
public enum JSONValue: Sendable {
    /// The literal `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as its text.
    case number(JSONNumber)
    /// A string of Unicode scalars. Unlike Swift's own comparison, JSON's tells apart canonically equivalent texts.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object, its members in order.
    case object(JSONObject)
}

extension JSONValue {
    /// Whether this is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The text of a string; `nil` for anything else.
    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value of `true` or `false`; `nil` for anything else.
    public var boolValue: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The elements of an array; `nil` for anything else.
    public var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members of an object; `nil` for anything else.
    public var objectValue: JSONObject? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The number, as its text; `nil` for anything else.
    public var numberValue: JSONNumber? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The value of a number written as a bare integer within 64 bits; `nil` for `1.0`, `1e0`, and anything else.
    ///
    /// This is how Kubernetes reads an `int64` field: a fraction or an exponent is another type.
    public var int64Value: Int64? { numberValue?.int64 }

    /// The nearest `Double` of a number; `nil` if it overflows, and for anything that is not a number.
    public var doubleValue: Double? { numberValue?.double }

    /// The kind of value, in the words of an error message: "an object", "a string", "null", …
    public var kindDescription: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue {
    /// The member of that name.
    ///
    /// Reading anything but an object gives `nil`. Writing to anything but an object replaces it by an object of
    /// that one member; writing `nil` removes the member, and leaves anything but an object alone.
    public subscript(key: String) -> JSONValue? {
        get {
            if case .object(let members) = self { members[key] } else { nil }
        }
        _modify {
            if case .object(var members) = self {
                self = .null  // so that `members` is the only owner and is changed in place
                defer { self = .object(members) }
                yield &members[key]
            } else {
                var value: JSONValue?
                defer {
                    if let value { self = .object([key: value]) }
                }
                yield &value
            }
        }
    }

    /// The element at that place, counted from 0; `nil` beyond the end and for anything but an array.
    public subscript(index: Int) -> JSONValue? {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
    }
}
