import Testing

@testable import Search

@Suite("CMA-ES")
struct EvolutionStrategyTests {
    /// Minimizes over [−5, 5]ⁿ.
    private func minimize(_ dimension: Int, generations: Int, _ function: ([Double]) -> Double) throws -> Double {
        var strategy = try EvolutionStrategy(
            in: .of(Array(repeating: .float(min: 0, max: 1), count: dimension)),
            mean: Array(repeating: 0.7, count: dimension),
            sigma: 0.2
        )
        var generator = SeededGenerator(seed: 9)
        var best = Double.infinity
        for _ in 0..<generations {
            let points = (0..<strategy.population).map { _ in strategy.draw(using: &generator) }
            let ranked = points.map { ($0, function($0.map { 10 * $0 - 5 })) }.sorted { $0.1 < $1.1 }
            best = min(best, ranked[0].1)
            guard best >= 1e-9 else { break }
            strategy.learn(ranked.map(\.0))
        }
        return best
    }

    @Test("finds the minimum of a sphere to 1e-9")
    func sphere() throws {
        #expect(try minimize(5, generations: 400) { $0.reduce(0) { $0 + ($1 - 1) * ($1 - 1) } } < 1e-9)
    }

    @Test("finds the minimum of Rosenbrock's valley to 1e-9")
    func rosenbrock() throws {
        let found = try minimize(4, generations: 1500) { x in
            var sum = 0.0
            for i in 0..<3 {
                let bend: Double = x[i + 1] - x[i] * x[i]
                sum += 100 * bend * bend + (1 - x[i]) * (1 - x[i])
            }
            return sum
        }
        #expect(found < 1e-9)
    }

    @Test("keeps reaching the next whole number when all else has converged")
    func margin() throws {
        let space = try UnitSpace.of([.float(min: 0, max: 1), .int(min: 1, max: 5)])
        var strategy = EvolutionStrategy(in: space, mean: [0.5, 0.5], sigma: 0.2)
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<200 {
            strategy.learn(Array(repeating: [0.5, 0.5], count: strategy.population / 2))
        }
        let levels = (0..<400).map { _ in Int(strategy.draw(using: &generator)[1] * 5) }
        #expect(levels.contains(1) && levels.contains(3))
        #expect(levels.count { $0 == 2 } > 200)
    }

    @Test("keeps reaching the next whole number where the first has most of a logarithmic range")
    func marginOnLogarithmicScale() throws {
        let space = try UnitSpace.of([.float(min: 0, max: 1), .int(min: 1, max: 1000, scale: .log)])
        let start = [0.5, space.snapped(0, on: 1)]
        var strategy = EvolutionStrategy(in: space, mean: start, sigma: 0.2)
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<200 { strategy.learn(Array(repeating: start, count: strategy.population / 2)) }
        let values = (0..<400).map { _ in space.assignment(at: strategy.draw(using: &generator)).values[1] }
        #expect(values.contains("2"))
        #expect(values.count { $0 == "1" } > 200)
    }

    @Test("shortens its steps where hardly a trial succeeds, and the one that does says nothing")
    func loneSuccesses() throws {
        let space = try UnitSpace.of(Array(repeating: .float(min: 0, max: 1), count: 4))
        var strategy = EvolutionStrategy(in: space, mean: Array(repeating: 0.5, count: 4), sigma: 0.02)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<100 { strategy.learn([strategy.draw(using: &generator)]) }
        #expect(strategy.sigma < 0.1)
    }

    @Test("learns which choice is good, and forgets none")
    func choices() throws {
        var strategy = try EvolutionStrategy(in: .of([.categorical(["a", "b", "c", "d"])]), mean: [0], sigma: 0.2)
        for _ in 0..<60 { strategy.learn(Array(repeating: [2], count: strategy.population)) }
        #expect(strategy.probabilities[0][2] > 0.7)
        #expect(strategy.probabilities[0].allSatisfy { $0 > 0 })
    }
}
