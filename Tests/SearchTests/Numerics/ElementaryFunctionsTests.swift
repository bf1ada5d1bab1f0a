import Glibc
import Testing

@testable import Search

@Suite("Logarithm and exponential")
struct ElementaryFunctionsTests {
    /// How many Doubles apart two numbers of one sign are.
    private func steps(_ first: Double, _ second: Double) -> Int64 {
        abs(Int64(bitPattern: first.bitPattern) - Int64(bitPattern: second.bitPattern))
    }

    @Test(
        "give known values",
        arguments: [
            (1, 0), (2, 0.6931471805599453), (10, 2.302585092994046), (0.5, -0.6931471805599453),
            (1e5, 11.512925464970229), (0.9999999999999999, -1.1102230246251565e-16),
            (1.0000000000000002, 2.220446049250313e-16), (.leastNonzeroMagnitude, -744.4400719213812),
            (1.7976931348623157e308, 709.782712893384),
        ] as [(Double, Double)]
    )
    func known(value: Double, logarithm: Double) {
        #expect(steps(ElementaryFunctions.log(value), logarithm) <= 1)
    }

    @Test("agree with the C library within one unit in the last place, over all magnitudes")
    func againstLibrary() {
        var generator = SeededGenerator(seed: 1)
        var worst: (log: Int64, exp: Int64) = (0, 0)
        for _ in 0..<100_000 {
            let value = Double(bitPattern: generator.next() >> 1)
            guard value.isFinite, value > 0 else { continue }
            worst.log = max(worst.log, steps(ElementaryFunctions.log(value), Glibc.log(value)))
            let power = -745 + generator.unit() * (709.7 + 745)
            worst.exp = max(worst.exp, steps(ElementaryFunctions.exp(power), Glibc.exp(power)))
            let near = 0.5 + generator.unit()
            worst.log = max(worst.log, steps(ElementaryFunctions.log(near), Glibc.log(near)))
        }
        #expect(worst.log <= 1)
        #expect(worst.exp <= 1)
    }

    @Test("keep their last bit for ever")
    func pinned() {
        #expect(ElementaryFunctions.log(3).bitPattern == 4_607_626_529_066_517_258)
        #expect(ElementaryFunctions.exp(1) == 2.7182818284590455)  // 0.52 units off
        #expect(ElementaryFunctions.exp(0) == 1)
        #expect(ElementaryFunctions.exp(-700.5) == 5.980196118639791e-305)
    }

    @Test("answer at and beyond the ends without trapping")
    func ends() {
        #expect(ElementaryFunctions.log(0) == -.infinity)
        #expect(ElementaryFunctions.log(.infinity) == .infinity)
        #expect(ElementaryFunctions.log(-1).isNaN)
        #expect(ElementaryFunctions.log(.nan).isNaN)
        #expect(ElementaryFunctions.exp(710) == .infinity)
        #expect(ElementaryFunctions.exp(.infinity) == .infinity)
        #expect(ElementaryFunctions.exp(709.78).isFinite)
        #expect(ElementaryFunctions.exp(709.79) == .infinity)
        #expect(ElementaryFunctions.exp(-745.13) == .leastNonzeroMagnitude)
        #expect(ElementaryFunctions.exp(-746) == 0)
        #expect(ElementaryFunctions.exp(-.infinity) == 0)
        #expect(ElementaryFunctions.exp(.nan).isNaN)
    }
}
