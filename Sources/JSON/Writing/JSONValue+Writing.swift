extension JSONValue: CustomStringConvertible {
    /// How a text is laid out.
    public enum Style: Sendable {
        /// Without any white space.
        case compact
        /// Two spaces a level, a line an element; empty containers stay on one line. No new line at the end.
        case pretty
    }

    /// The value's text in UTF-8, members in order and numbers as they were written.
    public func serialized(_ style: Style = .compact) -> [UInt8] {
        var writer = JSONWriter(style)
        writer.write(self)
        return Array(writer.buffer.bytes)
    }

    /// Appends the compact text to `bytes`.
    public func write(into bytes: inout [UInt8]) {
        var writer = JSONWriter(.compact)
        writer.write(self)
        bytes.append(contentsOf: writer.buffer.bytes)
    }

    /// The compact text.
    public var description: String { text(.compact) }

    /// The text as a string.
    public func text(_ style: Style = .compact) -> String {
        var writer = JSONWriter(style)
        writer.write(self)
        return String(decoding: writer.buffer.bytes, as: UTF8.self)
    }
}
