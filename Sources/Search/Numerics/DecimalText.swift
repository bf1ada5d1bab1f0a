/// Reads real numbers as `Double(_:)` does, and several times as fast where they are written plainly.
///
/// A sampler reads every value of every past trial anew, which for samplers whose own work is small is most of their
/// time. Digits with a point somewhere are read here, anything else by the standard library.
enum DecimalText {
    /// The Double nearest to a text; `nil` when the text is no number.
    static func double(_ text: String) -> Double? {
        if let read = text.utf8.withContiguousStorageIfAvailable(plain), let value = read { return value }
        return Double(text)
    }

    /// Digits with a point among them, up to 19 in all, a lone zero before the point aside; `nil` for all else.
    private static func plain(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        let start = bytes.first == UInt8(ascii: "-") ? 1 : 0
        var digits: UInt64 = 0
        var place = start
        while place < bytes.count, let digit = digit(bytes[place]) {
            digits = digits &* 10 &+ digit
            place += 1
        }
        let isWholeZero = digits == 0 && place == start + 1
        guard place > start, place < bytes.count - 1, bytes[place] == UInt8(ascii: ".") else { return nil }
        place += 1
        let decimals = bytes.count - place
        guard decimals <= 19, isWholeZero || place - 1 - start + decimals <= 19 else { return nil }
        let text = UnsafeRawBufferPointer(bytes)
        while place + 8 <= bytes.count {
            let characters = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            guard let eight = eightDigits(characters) else { return nil }
            digits = digits &* 100_000_000 &+ eight
            place += 8
        }
        while place < bytes.count {
            guard let digit = digit(bytes[place]) else { return nil }
            digits = digits &* 10 &+ digit
            place += 1
        }
        guard digits > 0 else { return nil }
        let magnitude = quotient(digits, powerOfTen(decimals))
        return start == 1 ? -magnitude : magnitude
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        let digit = byte &- UInt8(ascii: "0")
        return digit < 10 ? UInt64(digit) : nil
    }

    /// The number that eight characters write, the first in the lowest byte: neighbours are joined to pairs, pairs to
    /// fours and those to the number.
    private static func eightDigits(_ characters: UInt64) -> UInt64? {
        let high: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        // '0' to '9' are 3x, and stay so when 6 is added.
        let areDigits =
            (characters & high) | ((characters &+ 0x0606_0606_0606_0606) & high) >> 4 == 0x3333_3333_3333_3333
        guard areDigits else { return nil }
        let digits = characters & 0x0F0F_0F0F_0F0F_0F0F
        let pairs = (digits &* 10 &+ digits >> 8) & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
        return (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF
    }

    /// - Parameter exponent: 0 to 19.
    private static func powerOfTen(_ exponent: Int) -> UInt64 {
        var power: UInt64 = 1
        var square: UInt64 = 10
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { power &*= square }
            square &*= square
            rest >>= 1
        }
        return power
    }

    /// The Double nearest to a quotient, of two equally near ones the even one.
    private static func quotient(_ dividend: UInt64, _ divisor: UInt64) -> Double {
        // Both exact as Doubles, as all powers of ten here are, so that their quotient is rounded once.
        if dividend < 1 << 53 { return Double(dividend) / Double(divisor) }
        // The quotient times 2^64 has at least 54 bits: a mantissa, the bit that rounds it, and maybe more.
        let (whole, part) = dividend.quotientAndRemainder(dividingBy: divisor)
        let (fraction, rest) = divisor.dividingFullWidth((high: part, low: 0))
        let quotient = UInt128(whole) << 64 | UInt128(fraction)
        let surplus = max(0, 128 - quotient.leadingZeroBitCount - 54)
        let top = UInt64(truncatingIfNeeded: quotient >> UInt128(surplus))
        let isMore = rest != 0 || UInt128(top) << UInt128(surplus) != quotient
        var mantissa = top >> 1
        if top & 1 == 1, isMore || mantissa & 1 == 1 { mantissa += 1 }
        return Double(mantissa) * Double(sign: .plus, exponent: surplus + 1 - 64, significand: 1)
    }
}
