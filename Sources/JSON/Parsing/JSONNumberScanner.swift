/// The number grammar of RFC 8259 §6: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
enum JSONNumberScanner {
    /// Where a number ends, or where it stops being one.
    enum Outcome {
        /// The number ends before this address.
        case end(UnsafePointer<UInt8>)
        /// The byte at this address (or the end of the text) is not what the grammar needs.
        case fault(UnsafePointer<UInt8>, JSONError.Kind)
    }

    /// Scans the number that starts at `start`; `start <= end`.
    @inline(__always)
    static func scan(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Outcome {
        var cursor = start
        if cursor < end, cursor.pointee == UInt8(ascii: "-") { cursor += 1 }
        guard cursor < end, isDigit(cursor.pointee) else { return .fault(cursor, .expectedDigit) }
        if cursor.pointee == UInt8(ascii: "0") {
            cursor += 1
            if cursor < end, isDigit(cursor.pointee) { return .fault(cursor, .leadingZero) }
        } else {
            cursor = skipDigits(cursor, end)
        }
        if cursor < end, cursor.pointee == UInt8(ascii: ".") {
            cursor += 1
            guard cursor < end, isDigit(cursor.pointee) else { return .fault(cursor, .expectedDigit) }
            cursor = skipDigits(cursor, end)
        }
        if cursor < end, cursor.pointee | 0x20 == UInt8(ascii: "e") {
            cursor += 1
            if cursor < end, cursor.pointee == UInt8(ascii: "+") || cursor.pointee == UInt8(ascii: "-") { cursor += 1 }
            guard cursor < end, isDigit(cursor.pointee) else { return .fault(cursor, .expectedDigit) }
            cursor = skipDigits(cursor, end)
        }
        return .end(cursor)
    }

    /// Whether the whole text is one number.
    static func isNumber(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return false }
            let end = start + bytes.count
            if case .end(end) = scan(start, end) { return true }
            return false
        }
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    @inline(__always)
    private static func skipDigits(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var cursor = start
        while cursor < end, isDigit(cursor.pointee) { cursor += 1 }
        return cursor
    }
}
