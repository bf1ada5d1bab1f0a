/// A number as it was written.
///
/// JSON sets no bound on range or precision (RFC 8259 §6), so the text is the value: nothing is lost by reading and
/// writing it again. ``int64`` and ``double`` convert when a computation needs them.
public struct JSONNumber: Sendable {
    /// The text, which is always a `number` of RFC 8259's grammar.
    public let text: String

    /// A text that is known to fit the grammar.
    init(unchecked text: String) {
        self.text = text
    }

    /// A number from its text; `nil` unless the whole text fits RFC 8259's grammar (`+1`, `01`, `.5`, `NaN` do not).
    public init?(text: String) {
        guard JSONNumberScanner.isNumber(text) else { return nil }
        self.text = text
    }

    /// An integer.
    public init(_ value: Int) {
        text = String(value)
    }

    /// An integer.
    public init(_ value: Int64) {
        text = String(value)
    }

    /// The shortest text that reads back as the same `Double`, without `.0` after an integer; `nil` for NaN and the
    /// infinities, which JSON cannot write.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        let shortest = value.description
        text = shortest.hasSuffix(".0") ? String(shortest.dropLast(2)) : shortest
    }

    /// The value of a bare integer that fits 64 bits; `nil` for `1.0`, `1e0` and integers beyond.
    public var int64: Int64? { Int64(text) }

    /// The nearest `Double`, which is 0 for a number too small for it; `nil` for one too large.
    public var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}

extension JSONNumber: CustomStringConvertible {
    /// The text.
    public var description: String { text }
}
