import Testing

@testable import Search

@Suite("Numbers in past trials")
struct DecimalTextTests {
    @Test("are read to the last bit as the standard library reads them")
    func sameBits() async {
        var generator = SeededGenerator(seed: 77)
        for _ in 0..<2000 {
            await Task.yield()  // other tests wait for moments, on the same few threads
            for scale in [1.0, 1e-4, 1e-9, 37, 1e6, 1e15, 1e40] {
                let value = (generator.unit() - 0.3) * scale
                #expect(DecimalText.double(value.description)?.bitPattern == value.bitPattern, "\(value)")
            }
            // Up to twenty digits, which no Double prints: more than half of them lie between two Doubles.
            let digits = String(generator.next() | 1 << 63)
            let place = digits.index(digits.startIndex, offsetBy: Int(generator.below(19)) + 1)
            let text = digits[..<place] + "." + digits[place...]
            #expect(DecimalText.double(String(text)) == Double(text), "\(text)")
        }
    }

    @Test("are rounded to even where they lie half-way between two")
    func halfway() {
        // 2^53 + 1 and 2^53 + 3 times powers of two and five, written out.
        for text in ["9007199254740993.0", "9007199254740995.0", "4503599627370496.5", "4503599627370497.5"] {
            #expect(DecimalText.double(text) == Double(text), "\(text)")
        }
    }

    @Test(
        "are what the standard library says they are, however strange the text",
        arguments: [
            "", "-", ".", "-.", "1.", ".5", "-.5", "1..2", "1.2.3", "0.0", "-0.0", "00.10", "+1.5", "1e5", "1.5e-7",
            "nan",
            "inf", "-inf", "0x1p4", " 1.5", "1.5 ", "1,5", "12345678901234567890123.5", "0.00000000000000000000001",
            "18446744073709551616.5", "99999999999999999999.9", "é", "1.5\u{0}",
        ]
    )
    func strange(_ text: String) {
        #expect(DecimalText.double(text)?.bitPattern == Double(text)?.bitPattern)
    }
}
