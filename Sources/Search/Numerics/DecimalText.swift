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

    /// Digits with a point among them, up to 19 of them that count and up to 19 after the point; `nil` for all else.
    private static func plain(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        var digits: UInt64 = 0
        var count = 0
        var pointAt: Int?
        let isNegative = bytes.first == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        for position in start..<max(start, bytes.count) {
            let digit = bytes[position] &- UInt8(ascii: "0")
            if digit < 10 {
                digits = digits &* 10 &+ UInt64(digit)
                if digits > 0 { count += 1 }
            } else {
                guard bytes[position] == UInt8(ascii: "."), pointAt == nil, position > start else { return nil }
                pointAt = position
            }
        }
        guard let pointAt, digits > 0, count <= 19, pointAt < bytes.count - 1 else { return nil }
        let decimals = bytes.count - 1 - pointAt
        guard decimals < powersOfTen.count else { return nil }
        let magnitude = quotient(digits, powersOfTen[decimals])
        return isNegative ? -magnitude : magnitude
    }

    private static let powersOfTen: [UInt64] = (0..<20).map { (0..<$0).reduce(1) { power, _ in power * 10 } }

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
