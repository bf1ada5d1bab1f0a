/// Writes a ``JSONValue`` as text, without recursion.
///
/// Escapes only what RFC 8259 §7 asks for: quotes, backslashes and control characters. Everything else is UTF-8.
struct JSONWriter: ~Copyable {
    /// A container that is still open, and which of its elements comes next. It owns nothing: counting references for
    /// every container showed, and `write` holds the value that all of them are in.
    private enum Frame {
        case array(UnsafeBufferPointer<JSONValue>, next: Int)
        case object(UnsafeBufferPointer<JSONObject.Member>, next: Int)
    }

    var buffer: ByteBuffer
    private let isPretty: Bool
    private var frames: [Frame] = []

    init(_ style: JSONValue.Style, capacity: Int = 1024) {
        buffer = ByteBuffer(capacity: capacity)
        isPretty = style == .pretty
    }

    /// Appends the value's text.
    mutating func write(_ value: JSONValue) {
        withExtendedLifetime(value) {
            open(value)
            while let frame = frames.popLast() {
                switch frame {
                case .array(let elements, let next): writeElements(elements, next)
                case .object(let members, let next): writeMembers(members, next)
                }
            }
        }
    }

    /// Writes a scalar or an empty container, or begins a container.
    private mutating func open(_ value: borrowing JSONValue) {
        switch value {
        case .array(let elements) where !elements.isEmpty:
            buffer.append(UInt8(ascii: "["))
            frames.append(.array(elements.withUnsafeBufferPointer { $0 }, next: 0))
        case .object(let object) where !object.isEmpty:
            buffer.append(UInt8(ascii: "{"))
            frames.append(.object(object.members.withUnsafeBufferPointer { $0 }, next: 0))
        default:
            writeScalar(value)
        }
    }

    @inline(__always)
    private mutating func writeScalar(_ value: JSONValue) {
        switch value {
        case .null: buffer.append("null")
        case .bool(true): buffer.append("true")
        case .bool(false): buffer.append("false")
        case .number(let number): buffer.append(ascii: number.text)
        case .string(let text): buffer.append(quoted: text)
        case .array: buffer.append("[]")
        case .object: buffer.append("{}")
        }
    }

    private mutating func writeElements(_ elements: UnsafeBufferPointer<JSONValue>, _ first: Int) {
        let depth = frames.count + 1
        for position in first..<elements.count {
            if position > 0 { buffer.append(UInt8(ascii: ",")) }
            if isPretty { newLine(depth) }
            if elements[position].isFilledContainer {
                frames.append(.array(elements, next: position + 1))
                open(elements[position])
                return
            }
            writeScalar(elements[position])
        }
        if isPretty { newLine(depth - 1) }
        buffer.append(UInt8(ascii: "]"))
    }

    private mutating func writeMembers(_ members: UnsafeBufferPointer<JSONObject.Member>, _ first: Int) {
        let depth = frames.count + 1
        for position in first..<members.count {
            if position > 0 { buffer.append(UInt8(ascii: ",")) }
            if isPretty { newLine(depth) }
            buffer.append(quoted: members[position].key)
            buffer.append(UInt8(ascii: ":"))
            if isPretty { buffer.append(UInt8(ascii: " ")) }
            if members[position].value.isFilledContainer {
                frames.append(.object(members, next: position + 1))
                open(members[position].value)
                return
            }
            writeScalar(members[position].value)
        }
        if isPretty { newLine(depth - 1) }
        buffer.append(UInt8(ascii: "}"))
    }

    private mutating func newLine(_ depth: Int) {
        buffer.append(UInt8(ascii: "\n"))
        for _ in 0..<depth { buffer.append("  ") }
    }
}

extension JSONValue {
    /// Whether this is an array or an object with something in it.
    @inline(__always)
    fileprivate var isFilledContainer: Bool {
        switch self {
        case .array(let elements): !elements.isEmpty
        case .object(let object): !object.isEmpty
        default: false
        }
    }
}
