import Testing

@testable import Search

@Suite("The Sobol' sequence")
struct SobolSequenceTests {
    /// As SciPy's `qmc.Sobol(100, scramble=False)` gives them, which uses the same direction numbers.
    @Test("begins as published, in dimensions 1, 2, 3, 4, 10, 51 and 100")
    func known() {
        let sequence = SobolSequence(dimension: 100, seed: 0)
        let expected: [[Double]] = [
            [0, 0, 0, 0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25, 0.25, 0.75, 0.25, 0.75], [0.25, 0.75, 0.75, 0.75, 0.25, 0.75, 0.25],
            [0.375, 0.375, 0.625, 0.875, 0.625, 0.125, 0.875], [0.875, 0.875, 0.125, 0.375, 0.125, 0.625, 0.375],
            [0.625, 0.125, 0.875, 0.625, 0.375, 0.375, 0.125], [0.125, 0.625, 0.375, 0.125, 0.875, 0.875, 0.625],
        ]
        for (index, coordinates) in expected.enumerated() {
            let found = [0, 1, 2, 3, 9, 50, 99].map { Double(sequence.bits(UInt32(index), axis: $0)) * 0x1p-32 }
            #expect(found == coordinates)
        }
    }

    @Test("puts one of 64 points into each 64th of every axis, scrambled", arguments: [1, 2, 3] as [UInt64])
    func stratified(seed: UInt64) {
        let sequence = SobolSequence(dimension: 100, seed: seed)
        let points = (0..<64).map { sequence.point($0) }
        for axis in 0..<100 {
            #expect(Set(points.map { Int($0[axis] * 64) }).count == 64)
        }
        // And one into each of 8 by 8 squares of the first two axes.
        #expect(Set(points.map { Int($0[0] * 8) * 8 + Int($0[1] * 8) }).count == 64)
    }

    @Test("fills the square more evenly than random points")
    func discrepancy() {
        let sequence = SobolSequence(dimension: 2, seed: 5)
        var generator = SeededGenerator(seed: 5)
        let even = (0..<128).map { sequence.point($0) }
        let random = (0..<128).map { _ in [generator.unit(), generator.unit()] }
        #expect(starDiscrepancy(even) < 0.5 * starDiscrepancy(random))
    }

    private func starDiscrepancy(_ points: [[Double]]) -> Double {
        var worst = 0.0
        for x in stride(from: 0.05, through: 1, by: 0.05) {
            for y in stride(from: 0.05, through: 1, by: 0.05) {
                let inside = points.count { $0[0] < x && $0[1] < y }
                worst = max(worst, abs(Double(inside) / Double(points.count) - x * y))
            }
        }
        return worst
    }

    @Test("is uniform along every axis over seeds, even where there are no direction numbers")
    func uniform() {
        for axis in [0, 1, 99, 100] {
            let sample = (0..<400 as Range<UInt64>).map { SobolSequence(dimension: 101, seed: $0).point(3)[axis] }
            #expect(Statistics.kolmogorovSmirnov(sample) < 1.95)
            #expect(sample.allSatisfy { (0..<1).contains($0) })
        }
    }
}
