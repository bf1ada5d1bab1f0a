/// Looking at eight bytes at once ("SIMD within a register"), the first byte lowest.
enum SWAR {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The eight bytes at an address of any alignment.
    @inline(__always)
    static func load(_ address: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(address).loadUnaligned(as: UInt64.self))
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

    /// Whether none of the eight bytes has its high bit set.
    @inline(__always)
    static func isASCII(_ word: UInt64) -> Bool { word & highs == 0 }

    /// How many bytes stand before the one whose high bit is the lowest set.
    @inline(__always)
    static func bytesBefore(_ found: UInt64) -> Int { found.trailingZeroBitCount >> 3 }
}
