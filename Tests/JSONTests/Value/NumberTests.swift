import JSON
import Testing

@Suite("A number")
struct NumberTests {
    @Test("accepts the grammar of RFC 8259 and nothing else")
    func grammar() {
        for text in ["0", "-0", "10", "1.5", "-1.25e-10", "0.0", "1E6", "0e+0", "123456789012345678901234567890"] {
            #expect(JSONNumber(text: text)?.text == text)
        }
        for text in [
            "", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "1 ", " 1", "1,", "１",
        ] {
            #expect(JSONNumber(text: text) == nil)
        }
    }

    @Test("is an integer only when written as one")
    func integers() {
        #expect(JSONNumber(text: "9223372036854775807")?.int64 == .max)
        #expect(JSONNumber(text: "-9223372036854775808")?.int64 == .min)
        #expect(JSONNumber(text: "9223372036854775808")?.int64 == nil)
        for text in ["1.0", "1e0", "1e2", "20.0"] { #expect(JSONNumber(text: text)?.int64 == nil) }
        #expect(JSONNumber(Int.min).int64 == Int64(Int.min))
        #expect(JSONNumber(Int64.max).text == "9223372036854775807")
    }

    @Test("becomes the nearest Double, or none when it overflows")
    func doubles() {
        #expect(JSONNumber(text: "0.1")?.double == 0.1)
        #expect(JSONNumber(text: "1E-999")?.double == 0)
        #expect(JSONNumber(text: "1e999")?.double == nil)
        #expect(JSONNumber(text: "-1e999")?.double == nil)
        #expect(JSONNumber(text: "9007199254740993")?.double == 9_007_199_254_740_992)
    }

    @Test("is written in the shortest form that reads back as the same Double")
    func shortest() {
        let cases: [(Double, String)] = [
            (0.1, "0.1"), (5, "5"), (-0.0, "-0"), (1e16, "1e+16"), (.leastNonzeroMagnitude, "5e-324"), (1e22, "1e+22"),
            (1.7976931348623157e308, "1.7976931348623157e+308"), (0.1 + 0.2, "0.30000000000000004"),
            (100_000, "100000"),
        ]
        for (value, text) in cases {
            #expect(JSONNumber(value)?.text == text)
            #expect(JSONNumber(text: text)?.double == value)
        }
        #expect(JSONNumber(Double.nan) == nil)
        #expect(JSONNumber(Double.infinity) == nil)
    }

    @Test("reads back exactly, for any bit pattern")
    func roundTrip() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let value = Double(bitPattern: generator.next())
            guard let number = JSONNumber(value) else { continue }
            #expect(number.double == value)
            #expect(JSONNumber(text: number.text) == number)
        }
    }

    /// Ways to write one value each.
    static let spellings: [[String]] = [
        ["0", "-0", "0.0", "0e5", "0E-999999999999999999999", "-0.00e+1"],
        ["1", "1.0", "1e0", "10e-1", "0.1e1", "0.01E+2", "100e-2", "1.000"],
        ["-120", "-1.2e2", "-12e1", "-120.0", "-0.12e3"],
        ["1e400", "10e399", "0.1e401", "1E+400", "1e0400"],
        ["0.001", "1e-3", "10e-4", "0.0010"],
        ["9007199254740993", "9007199254740993.0"],
        ["9007199254740992"],
        ["1.000000000000000005"],
        ["1e99999999999999999999"],
        ["1e-99999999999999999999"],
        ["120"],
        ["-1"],
    ]

    @Test("equals the same decimal value however it is written", arguments: spellings.indices)
    func equality(_ index: Int) throws {
        for left in Self.spellings[index] {
            let number = try #require(JSONNumber(text: left))
            for (other, texts) in Self.spellings.enumerated() {
                for right in texts.compactMap({ JSONNumber(text: $0) }) {
                    #expect((number == right) == (index == other))
                    if index == other { #expect(number.hashValue == right.hashValue) }
                }
            }
        }
    }
}
