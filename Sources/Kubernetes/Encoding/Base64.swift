/// Base64 (RFC 4648), as Go's `encoding/base64` reads and writes it.
public enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// - Parameter urlSafe: the alphabet of §5, without padding.
    public static func encode(_ bytes: [UInt8], urlSafe isURLSafe: Bool = false) -> String {
        let alphabet = isURLSafe ? urlSafe : standard
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        func append(_ symbols: Int, of bits: UInt32) {
            for place in 0..<symbols { text.append(alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)]) }
        }
        var index = 0
        while bytes.count - index >= 3 {
            append(4, of: UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]))
            index += 3
        }
        let rest = bytes[index...]
        if let first = rest.first, let last = rest.last {
            append(rest.count + 1, of: UInt32(first) << 16 | (rest.count == 2 ? UInt32(last) << 8 : 0))
            if !isURLSafe { text += repeatElement(UInt8(ascii: "="), count: 3 - rest.count) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Parameter urlSafe: the alphabet of §5, without padding.
    /// - Returns: `nil` for characters outside the alphabet, or a length or padding that cannot be. Line breaks are
    ///   skipped.
    public static func decode(_ text: String, urlSafe isURLSafe: Bool = false) -> [UInt8]? {
        var symbols = text.utf8.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        if !isURLSafe {
            guard symbols.count.isMultiple(of: 4) else { return nil }
            let padding = symbols.reversed().prefix { $0 == UInt8(ascii: "=") }.count
            guard padding <= 2 else { return nil }
            symbols.removeLast(padding)
        }
        guard symbols.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(symbols.count * 3 / 4)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for symbol in symbols {
            guard let value = value(symbol, isURLSafe) else { return nil }
            bits = (bits << 6 | value) & 0xFFFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }

    private static func value(_ symbol: UInt8, _ isURLSafe: Bool) -> UInt32? {
        switch symbol {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(symbol - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(symbol - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(symbol - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): isURLSafe ? nil : 62
        case UInt8(ascii: "/"): isURLSafe ? nil : 63
        case UInt8(ascii: "-"): isURLSafe ? 62 : nil
        case UInt8(ascii: "_"): isURLSafe ? 63 : nil
        default: nil
        }
    }
}
