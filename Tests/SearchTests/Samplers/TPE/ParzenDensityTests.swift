import Testing

@testable import Search

@Suite("A Parzen density")
struct ParzenDensityTests {
    private static let points: [[Double]] = [[0.02, 0], [0.5, 2], [0.55, 2], [1, 1]]
    private static let axes: [UnitSpace.Axis] = [.continuous, .choice(count: 3)]

    private func height(_ density: ParzenDensity, _ point: [Double]) -> Double {
        ElementaryFunctions.exp(density.logarithm(at: point))
    }

    @Test("has 1 in all", arguments: [0.2, 1, 50])
    func isNormalized(priorWeight: Double) {
        let density = ParzenDensity(points: Self.points, axes: Self.axes, priorWeight: priorWeight)
        let cells = 4000
        var sum = 0.0
        for cell in 0..<cells {
            for choice in 0..<3 {
                sum += height(density, [(Double(cell) + 0.5) / Double(cells), Double(choice)]) / Double(cells)
            }
        }
        #expect((sum - 1).magnitude < 1e-6)
    }

    @Test("is drawn from as it says")
    func draws() {
        let density = ParzenDensity(points: Self.points, axes: Self.axes)
        var generator = SeededGenerator(seed: 5)
        let (bins, count, cells) = (20, 20_000, 100)
        var seen = [Int](repeating: 0, count: bins * 3)
        for _ in 0..<count {
            let point = density.draw(using: &generator)
            seen[min(bins - 1, Int(point[0] * Double(bins))) * 3 + Int(point[1])] += 1
        }
        let expected = seen.indices.map { place in
            (0..<cells).reduce(0.0) { sum, cell in
                let x = (Double(place / 3) + (Double(cell) + 0.5) / Double(cells)) / Double(bins)
                return sum + height(density, [x, Double(place % 3)]) * Double(count) / Double(bins * cells)
            }
        }
        #expect(Statistics.chiSquared(seen, expected: expected) < Statistics.limit(degrees: seen.count - 1))
    }

    @Test("is higher the more a point has of what its kernels have")
    func ranks() {
        let density = ParzenDensity(points: Self.points, axes: Self.axes)
        #expect(density.logarithm(at: [0.52, 2]) > density.logarithm(at: [0.52, 1]))
        #expect(density.logarithm(at: [0.52, 2]) > density.logarithm(at: [0.75, 2]))
        #expect(density.logarithm(at: [0, 0]).isFinite)
    }

    @Test("stays a number with a thousand parameters, at the ends of all of them")
    func manyAxes() {
        let axes = [UnitSpace.Axis](repeating: .continuous, count: 1000)
        let corner = [Double](repeating: 0, count: 1000)
        let density = ParzenDensity(points: [corner], axes: axes)
        let own = density.logarithm(at: corner)
        #expect(own.isFinite && own > density.logarithm(at: [Double](repeating: 0.5, count: 1000)))
    }
}
