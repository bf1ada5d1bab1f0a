/// Looking at eight bytes at once ("SIMD within a register"), the first byte lowest.
enum SWAR {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The eight bytes at an address of any alignment.
    @inline(__always)
    static func load(_ address: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(address).loadUnaligned(as: UInt64.self))
    }

    /// The last bytes, fewer than eight and at least one, of `total` that stand in a row, and zeros above them.
    ///
    /// - Parameter address: Where they begin.
    @inline(__always)
    static func load(_ address: UnsafePointer<UInt8>, _ count: Int, of total: Int) -> UInt64 {
        let raw = UnsafeRawPointer(address)
        if total >= 8 { return load(address + (count - 8)) >> UInt64((8 - count) << 3) }
        if count >= 4 {
            let low = UInt64(UInt32(littleEndian: raw.loadUnaligned(as: UInt32.self)))
            let high = UInt64(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)))
            return low | high << UInt64((count - 4) << 3)
        }
        let middle = count >> 1
        return UInt64(address[0]) | UInt64(address[middle]) << UInt64(middle << 3)
            | UInt64(address[count - 1]) << UInt64((count - 1) << 3)
    }

    /// The high bit of the first byte that cannot stand in a string as it is: `"`, `\` or a control character.
    ///
    /// Bits above the lowest one set may be false; 0 means that all eight bytes are plain.
    @inline(__always)
    static func special(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let found =
            ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- ones &* 0x20) & ~word)
        return found & highs
    }

    /// How many bytes stand before the one whose high bit is the lowest set.
    @inline(__always)
    static func bytesBefore(_ found: UInt64) -> Int { found.trailingZeroBitCount >> 3 }
}
