import Glibc
import Testing

@testable import Search

@Suite("The normal law")
struct NormalLawTests {
    @Test("agrees with the C library on probabilities, far into the tails")
    func probabilities() {
        for index in -3700...820 {
            let z = Double(index) / 100
            let expected = erfc(-z / 2.squareRoot()) / 2
            #expect(abs(NormalLaw.probability(below: z) - expected) <= 3e-13 * expected)
        }
    }

    @Test(
        "gives known quantiles",
        arguments: [
            (0.5, 0), (0.975, 1.959963984540054), (0.84134474606854293, 1), (0.0013498980316300933, -3),
            (1e-10, -6.361340902404056), (1e-16, -8.222082216130435), (0.3, -0.5244005127080409),
        ] as [(Double, Double)]
    )
    func quantiles(unit: Double, expected: Double) {
        #expect(abs(NormalLaw.quantile(unit) - expected) < 1e-14 * max(1, abs(expected)))
    }

    @Test("inverts itself")
    func inverse() {
        for index in 1..<2000 {
            let unit = Double(index) / 2000
            #expect(abs(NormalLaw.probability(below: NormalLaw.quantile(unit)) - unit) < 1e-14)
        }
    }

    @Test("keeps within its reach", arguments: [0, 1, -1, 2] as [Double])
    func ends(unit: Double) {
        #expect(abs(NormalLaw.quantile(unit)) == NormalLaw.reach)
    }

    @Test("knows the tail without its exponential decay")
    func scaledTail() {
        for x in [0, 0.1, 0.46, 0.47, 1, 3.9, 4.1, 10, 25] {
            let expected = exp(x * x) * erfc(x)
            #expect(abs(NormalLaw.scaledComplementaryError(x) - expected) < 1e-12 * expected)
        }
        #expect(abs(NormalLaw.scaledComplementaryError(1e10) * 1e10 - 0.5641895835477563) < 1e-15)
    }
}
