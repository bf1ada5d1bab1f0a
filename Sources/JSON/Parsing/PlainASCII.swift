/// Looking at sixteen bytes of a string at once.
enum PlainASCII {
    /// How many bytes are looked at.
    static let width = 16

    /// How many of the bytes at an address stand before the first that is `"`, `\`, a control character or not ASCII.
    @inline(__always)
    static func count(_ address: UnsafePointer<UInt8>) -> Int {
        // Signed, so that what is not ASCII is below the control characters. Vectors are compared with vectors, which is
        // one instruction; with a number it would be a loop.
        let bytes = UnsafeRawPointer(address).loadUnaligned(as: SIMD16<Int8>.self)
        let quotes = bytes .== SIMD16<Int8>(repeating: 0x22)
        let backslashes = bytes .== SIMD16<Int8>(repeating: 0x5C)
        let others = bytes .< SIMD16<Int8>(repeating: 0x20)
        let found = unsafeBitCast(quotes .| backslashes .| others, to: SIMD2<UInt64>.self)
        let (low, high) = (UInt64(littleEndian: found.x), UInt64(littleEndian: found.y))
        return low != 0 ? low.trailingZeroBitCount >> 3 : 8 + (high.trailingZeroBitCount >> 3)
    }
}
