/// Logarithm and exponential in plain arithmetic.
///
/// The C library's versions differ in the last bit between releases, between libraries and, since they pick fused
/// instructions at run time, even between processors. A suggestion has to be the same text everywhere, so these use
/// only operations whose result IEEE 754 fixes. Both are within 1 unit in the last place, tested against reference
/// values.
enum ElementaryFunctions {
    /// ln 2 in two parts: the first has 32 trailing zero bits, so a multiple of it by an exponent is exact.
    private static let ln2High = 0x1.62e42feep-1
    private static let ln2Low = 0x1.a39ef35793c76p-33

    /// The natural logarithm.
    ///
    /// `value = 2^k · m` with `m` in [√½, √2), and `ln m = 2 artanh s` with `s = (m − 1) / (m + 1)`, |s| < 0.172, from
    /// the odd power series.
    ///
    /// - Parameter value: Finite; 0 gives −∞ and a negative number NaN.
    static func log(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return value == 0 ? -.infinity : (value == .infinity ? value : .nan) }
        var exponent = Double(value.exponent)
        var mantissa = value.significand
        if mantissa > 1.4142135623730951 {
            mantissa /= 2
            exponent += 1
        }
        // With f = m − 1 (exact): 2 artanh s = f − s·(f − R), where R is the series' remainder 2s²/3 + 2s⁴/5 + …
        let f = mantissa - 1
        let s = f / (2 + f)
        let z = s * s
        var series = 1.0 / 25
        for odd in stride(from: 23.0, through: 3, by: -2) {
            series = series * z + 1 / odd
        }
        let remainder = 2 * z * series
        return exponent * ln2High - ((s * (f - remainder) - exponent * ln2Low) - f)
    }

    /// e to the power of `value`.
    ///
    /// `value = k ln 2 + r` with |r| ≤ ½ ln 2, and `e^r = 1 + r + r²·(1/2! + r/3! + …)`.
    ///
    /// - Returns: +∞ above about 709.78, 0 below about −745.13; NaN for NaN.
    static func exp(_ value: Double) -> Double {
        guard !value.isNaN else { return value }
        guard value < 709.8 else { return .infinity }
        guard value > -745.2 else { return 0 }
        let k = (value * 1.4426950408889634).rounded()
        let high = value - k * ln2High
        let low = k * ln2Low
        let r = high - low
        let lost = (high - r) - low  // what rounding `r` dropped
        var series = 1.0 / 87_178_291_200
        series = series * r + 1.0 / 6_227_020_800
        series = series * r + 1.0 / 479_001_600
        series = series * r + 1.0 / 39_916_800
        series = series * r + 1.0 / 3_628_800
        series = series * r + 1.0 / 362_880
        series = series * r + 1.0 / 40_320
        series = series * r + 1.0 / 5_040
        series = series * r + 1.0 / 720
        series = series * r + 1.0 / 120
        series = series * r + 1.0 / 24
        series = series * r + 1.0 / 6
        series = series * r + 0.5
        return scaled(1 + (r + (r * r * series + lost)), by: Int(k))
    }

    /// `value · 2^exponent`, in two steps: one factor may be beyond what a Double holds though the product is not.
    private static func scaled(_ value: Double, by exponent: Int) -> Double {
        let half = exponent / 2
        return value * Double(sign: .plus, exponent: half, significand: 1)
            * Double(sign: .plus, exponent: exponent - half, significand: 1)
    }
}
