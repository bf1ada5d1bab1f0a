/// The header fields of a message, in the order they were sent.
///
/// Names compare without regard to case (RFC 9110 §5.1); the spelling that was received is kept.
public struct HTTPFields: Sendable {
    /// Where a line's name and value stand in `bytes`.
    struct Line: Sendable {
        var name: Range<Int>
        var value: Range<Int>
    }

    /// The text of all lines, so that a head becomes fields with two allocations, and only values that are asked for
    /// become strings.
    private var bytes: [UInt8]
    private var lines: [Line]

    /// No fields.
    public init() {
        bytes = []
        lines = []
    }

    /// Takes lines that have been read already, as ranges into `text`.
    init(copying text: UnsafeRawBufferPointer, lines: [Line]) {
        bytes = Array(text)
        self.lines = lines
    }

    /// The number of field lines; a name that occurs twice counts twice.
    public var count: Int { lines.count }

    /// Whether there is no field.
    public var isEmpty: Bool { lines.isEmpty }

    /// The first value under a name.
    ///
    /// Setting replaces every line of that name by one, at the first one's place; `nil` removes them.
    public subscript(name: String) -> String? {
        get {
            for line in lines where matches(line, name) { return text(line.value) }
            return nil
        }
        set {
            guard let newValue else {
                lines = lines.filter { !matches($0, name) }
                return
            }
            guard let index = lines.firstIndex(where: { matches($0, name) }) else {
                return append(name: name, value: newValue)
            }
            let start = bytes.count
            bytes += newValue.utf8
            lines[index].value = start..<bytes.count
            lines = lines[...index] + lines[(index + 1)...].filter { !matches($0, name) }
        }
    }

    /// Every value under a name, in order.
    public func values(of name: String) -> [String] {
        var values: [String] = []
        for line in lines where matches(line, name) { values.append(text(line.value)) }
        return values
    }

    /// How many lines have a name.
    func count(of name: String) -> Int {
        lines.count { matches($0, name) }
    }

    /// Whether every value under a name is made of such bytes alone.
    func values(of name: String, haveOnly isAllowed: (UInt8) -> Bool) -> Bool {
        lines.allSatisfy { !matches($0, name) || bytes[$0.value].allSatisfy(isAllowed) }
    }

    /// Adds a line, whether or not the name occurs already.
    public mutating func append(name: String, value: String) {
        let start = bytes.count
        bytes += name.utf8
        let middle = bytes.count
        bytes += value.utf8
        lines.append(Line(name: start..<middle, value: middle..<bytes.count))
    }

    /// Whether any value under a name lists `token`, in a comma-separated list such as `Connection: keep-alive, Upgrade`.
    ///
    /// Tokens compare without regard to case.
    public func list(_ name: String, contains token: String) -> Bool {
        for line in lines where matches(line, name) {
            for element in bytes[line.value].split(separator: UInt8(ascii: ",")) {
                if HTTPFields.same(element.trimmingHTTPWhitespace(), token) { return true }
            }
        }
        return false
    }

    /// Lends each line to `body`, in order.
    func forEachLine(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { raw in
            for line in lines {
                body(
                    UnsafeRawBufferPointer(rebasing: raw[line.name]),
                    UnsafeRawBufferPointer(rebasing: raw[line.value])
                )
            }
        }
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    private func matches(_ line: Line, _ name: String) -> Bool {
        line.name.count == name.utf8.count && HTTPFields.same(bytes[line.name], name)
    }

    private static func same(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool {
        guard bytes.count == text.utf8.count else { return false }
        // In memory the bytes compare several times faster than through the string.
        let areSame = text.utf8.withContiguousStorageIfAvailable { text in
            bytes.withUnsafeBufferPointer { same($0, text) }
        }
        return areSame ?? same(bytes, text.utf8)
    }

    @inline(__always)
    private static func same(_ bytes: some Sequence<UInt8>, _ text: some Sequence<UInt8>) -> Bool {
        bytes.elementsEqual(text) { $0.asciiLowercased == $1.asciiLowercased }
    }
}

extension HTTPFields: Equatable {
    /// Whether the same lines stand in the same order; names without regard to case.
    public static func == (left: HTTPFields, right: HTTPFields) -> Bool {
        left.lines.elementsEqual(right.lines) { one, other in
            right.matches(other, left.text(one.name)) && left.bytes[one.value] == right.bytes[other.value]
        }
    }
}

extension HTTPFields: Sequence {
    /// Walks the fields in the order they were sent.
    public func makeIterator() -> some IteratorProtocol<(name: String, value: String)> {
        lines.lazy.map { line in (name: text(line.name), value: text(line.value)) }.makeIterator()
    }
}

extension HTTPFields: ExpressibleByDictionaryLiteral {
    /// Fields in the order written; a repeated name gives repeated lines.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init()
        for (name, value) in elements { append(name: name, value: value) }
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
        guard let first = firstIndex(where: { !$0.isHTTPWhitespace }),
            let last = lastIndex(where: { !$0.isHTTPWhitespace })
        else { return self[endIndex..<endIndex] }
        return self[first...last]
    }
}
