import OptimizationAPI
import Testing

@Suite("A number as text")
struct DecimalTextTests {
    @Test(
        "follows upstream's grammar",
        arguments: [
            "+1", ".5", "1.", "01", "-01", "1_000", "inf", "nan", " 1", "1 ", "", "-", "--1", "1e", "1e+", "e5", "0x1",
            "1.5.", "1e5.5", "１",
        ]
    )
    func refused(text: String) {
        #expect(DecimalText(text) == nil)
    }

    @Test(
        "converts exactly",
        arguments: [
            ("0", 0, 0), ("-0", 0, -0.0), ("0.0", 0, 0), ("0e999999999999", 0, 0), ("-3", -3, -3),
            ("0.001", nil, 0.001),
            ("1e-5", nil, 1e-5), ("1E+16", 10_000_000_000_000_000, 1e16), ("100e-2", 1, 1), ("1.50e1", 15, 15),
            ("0.5", nil, 0.5), ("12345678901234567890", nil, 1.2345678901234567e19),
            ("9223372036854775807", .max, 0x1p63), ("9223372036854775808", nil, 0x1p63),
            ("-9223372036854775808", .min, -0x1p63), ("-9223372036854775809", nil, -0x1p63),
            ("1e18", 1_000_000_000_000_000_000, 1e18), ("1e19", nil, 1e19), ("1e400", nil, nil), ("-1e400", nil, nil),
            ("1e-400", nil, 0), ("1.7976931348623159e308", nil, nil), ("1e999999999999999999999", nil, nil),
            ("1e-999999999999999999999", nil, 0), ("5e-324", nil, .leastNonzeroMagnitude),
        ] as [(String, Int64?, Double?)]
    )
    func values(text: String, whole: Int64?, real: Double?) throws {
        let number = try #require(DecimalText(text))
        #expect(number.int64 == whole)
        #expect(number.double == real)
        #expect(number.text == text)
    }

    @Test("converts to the Double nearest to it, whatever its digits and its exponent")
    func nearest() throws {
        // Around the largest whole Double, and digits of every number, with exponents to both sides of an exact power.
        let digits: [UInt64] =
            [(1 << 53) - 1, 1 << 53, (1 << 53) + 1] + (1...19).map { 9_876_543_212_345_678_901 / power($0) }
        for value in digits {
            for exponent in -30...30 {
                for text in ["\(value)e\(exponent)", "-\(value).5e\(exponent)", "0.00\(value)e\(exponent)"] {
                    #expect(try #require(DecimalText(text)).double == Double(text), "\(text)")
                }
            }
        }
        func power(_ count: Int) -> UInt64 { (1..<count).reduce(1) { power, _ in power * 10 } }
    }

    @Test(
        "knows whole numbers of any size",
        arguments: [("1e400", true), ("1.5", false), ("10e-1", true), ("1e-1", false)]
    )
    func isWhole(text: String, expected: Bool) {
        #expect(DecimalText(text)?.isWhole == expected)
    }
}
