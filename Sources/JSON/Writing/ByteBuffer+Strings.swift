extension ByteBuffer {
    /// Appends a text that needs no escape.
    @inline(__always)
    mutating func append(ascii text: String) {
        text.withUTF8Bytes { bytes in
            guard let source = bytes.baseAddress else { return }
            reserve(bytes.count).update(from: source, count: bytes.count)
            advance(by: bytes.count)
        }
    }

    /// Appends a text in quotes, escaped as RFC 8259 §7 asks.
    @inline(__always)
    mutating func append(quoted text: String) {
        text.withUTF8Bytes { bytes in appendQuoted(bytes) }
    }

    /// Copies eight bytes at a time for as long as none needs an escape.
    private mutating func appendQuoted(_ bytes: UnsafeBufferPointer<UInt8>) {
        let count = bytes.count
        var target = reserve(count + 10)  // two quotes, and eight bytes so that a whole word may be stored at the end
        target[0] = UInt8(ascii: "\"")
        advance(by: 1)
        guard let source = bytes.baseAddress else { return append(UInt8(ascii: "\"")) }
        target += 1
        var offset = 0
        while count - offset >= 8 {
            let word = SWAR.load(source + offset)
            let found = SWAR.special(word)
            UnsafeMutableRawPointer(target + offset).storeBytes(of: word.littleEndian, as: UInt64.self)
            if found != 0 {
                offset += SWAR.bytesBefore(found)
                return appendEscaping(source, count, from: offset)
            }
            offset += 8
        }
        if offset < count {
            let rest = SWAR.load(source + offset, count - offset, of: count)
            UnsafeMutableRawPointer(target + offset).storeBytes(of: rest.littleEndian, as: UInt64.self)
            // The zeros behind the last byte are control characters, so one is always found.
            let plain = SWAR.bytesBefore(SWAR.special(rest))
            guard offset + plain >= count else { return appendEscaping(source, count, from: offset + plain) }
        }
        target[count] = UInt8(ascii: "\"")
        advance(by: count + 1)
    }

    /// Goes on at `first`, which needs an escape; the bytes before it are stored already and only need counting.
    private mutating func appendEscaping(_ source: UnsafePointer<UInt8>, _ count: Int, from first: Int) {
        advance(by: first)
        for offset in first..<count {
            let byte = source[offset]
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x08: append("\\b")
            case 0x09: append("\\t")
            case 0x0A: append("\\n")
            case 0x0C: append("\\f")
            case 0x0D: append("\\r")
            case 0..<0x20:
                append(byte < 0x10 ? "\\u000" : "\\u001")
                let digit = byte & 0xF
                append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}
