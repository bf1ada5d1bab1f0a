/// The header fields of a message, in the order they were sent.
///
/// Names compare without regard to case (RFC 9110 §5.1); the spelling that was received is kept.
public struct HTTPFields: Sendable, Equatable {
    private var fields: [(name: String, value: String)]

    /// No fields.
    public init() {
        fields = []
    }

    /// The number of field lines; a name that occurs twice counts twice.
    public var count: Int { fields.count }

    /// Whether there is no field.
    public var isEmpty: Bool { fields.isEmpty }

    /// The first value under a name.
    ///
    /// Setting replaces every line of that name by one, at the first one's place; `nil` removes them.
    public subscript(name: String) -> String? {
        get {
            for field in fields where HTTPFields.same(field.name, name) { return field.value }
            return nil
        }
        set {
            guard let newValue else {
                fields.removeAll { HTTPFields.same($0.name, name) }
                return
            }
            guard let index = fields.firstIndex(where: { HTTPFields.same($0.name, name) }) else {
                fields.append((name, newValue))
                return
            }
            fields[index].value = newValue
            var seen = 0
            fields.removeAll { field in
                guard HTTPFields.same(field.name, name) else { return false }
                seen += 1
                return seen > 1
            }
        }
    }

    /// Every value under a name, in order.
    public func values(of name: String) -> [String] {
        fields.filter { HTTPFields.same($0.name, name) }.map(\.value)
    }

    /// Adds a line, whether or not the name occurs already.
    public mutating func append(name: String, value: String) {
        fields.append((name, value))
    }

    /// Whether any value under a name lists `token`, in a comma-separated list such as `Connection: keep-alive, Upgrade`.
    ///
    /// Tokens compare without regard to case.
    public func list(_ name: String, contains token: String) -> Bool {
        for field in fields where HTTPFields.same(field.name, name) {
            for element in field.value.utf8.split(separator: UInt8(ascii: ",")) {
                let trimmed = element.trimmingHTTPWhitespace()
                if HTTPFields.same(trimmed, token.utf8) { return true }
            }
        }
        return false
    }

    /// Whether the same lines stand in the same order; names without regard to case.
    public static func == (left: HTTPFields, right: HTTPFields) -> Bool {
        left.fields.elementsEqual(right.fields) { same($0.name, $1.name) && $0.value == $1.value }
    }

    private static func same(_ left: String, _ right: String) -> Bool {
        same(left.utf8, right.utf8)
    }

    private static func same(
        _ left: some Collection<UInt8>,
        _ right: some Collection<UInt8>
    ) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
    }
}

extension HTTPFields: Sequence {
    /// Walks the fields in the order they were sent.
    public func makeIterator() -> IndexingIterator<[(name: String, value: String)]> {
        fields.makeIterator()
    }
}

extension HTTPFields: ExpressibleByDictionaryLiteral {
    /// Fields in the order written; a repeated name gives repeated lines.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }
}

extension UInt8 {
    /// This byte with ASCII `A`–`Z` made lower case; every other byte as it is.
    var asciiLowercased: UInt8 {
        self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self
    }
}

extension Collection<UInt8> where SubSequence: BidirectionalCollection, Self: BidirectionalCollection {
    /// Without the spaces and tabs around it: the optional white space of RFC 9110 §5.6.3.
    func trimmingHTTPWhitespace() -> SubSequence {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return self[endIndex..<endIndex]
        }
        return self[first...last]
    }
}
