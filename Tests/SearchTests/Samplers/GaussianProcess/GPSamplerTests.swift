import Glibc
import Testing

@testable import Search

@Suite("The sampler with a Gaussian process")
struct GPSamplerTests {
    /// Adds trials at given points, and then as many as the sampler is asked for.
    ///
    /// - Parameter cost: `nil` fails the trial.
    /// - Returns: The points it suggested.
    private func suggestions(
        _ count: Int,
        in space: SearchSpace,
        after points: [[Double]],
        seed: UInt64 = 1,
        _ cost: ([Double]) -> Double?
    ) throws -> [[Double]] {
        let sampler = GPSampler(startupTrials: 1)
        var history = TrialHistory()
        func add(_ assignment: Assignment) -> [Double] {
            let values = assignment.values.map { Double($0) ?? .nan }
            let cost = cost(values)
            history.trials.append(
                PastTrial(
                    index: history.nextIndex,
                    assignment: assignment,
                    state: cost == nil ? .failed : .succeeded,
                    objectives: cost.map { [$0] } ?? []
                )
            )
            return values
        }
        for point in points { _ = add(Assignment(values: point.map { "\($0)" })) }
        return try (0..<count).map { _ in
            let suggested = try sampler.suggestion(forTrial: history.nextIndex, in: space, after: history, seed: seed)
            return add(try #require(suggested))
        }
    }

    private func space(_ names: String..., domain: Domain = .float(min: 0, max: 1)) throws -> SearchSpace {
        try SearchSpace(names.map { ParameterDomain(name: $0, domain: domain) })
    }

    @Test("repeats no point, not even an optimum on a bound", arguments: [1, 2])
    func bound(seed: UInt64) throws {
        let known = [0.5, 0.7462792022969891, 0.8345040553656767, 0.45036034123714164, 0.13044371358407045, 0]
        let suggested = try suggestions(4, in: try space("x"), after: known.map { [$0] }, seed: seed) { $0[0] }
        #expect(Set(suggested + known.map { [$0] }).count == 10, "\(suggested)")
    }

    @Test("looks elsewhere once the surroundings of the best point are known")
    func settled() throws {
        let known = [
            [0.5, 0.5], [0.9, 0.2], [0.2, 0.9], [0.1, 0.1], [0, 0], [0.0004, 0], [0, 0.0004], [0.0004, 0.0004],
        ]
        let suggested = try suggestions(3, in: try space("x", "y"), after: known) { $0[0] + $0[1] }
        #expect(suggested.allSatisfy { max($0[0], $0[1]) > 0.001 }, "\(suggested)")
        #expect(suggested.contains { max($0[0], $0[1]) > 0.1 }, "\(suggested)")
    }

    /// Where reports are noisy, one can always be surer of the best place known.
    @Test("leaves the first good place it found, though reports are noisy")
    func noise() throws {
        let known = [0, 0.1, 0.4, 0.5, 1] + (0..<15).map { 0.2 + 0.007 * Double($0) }
        var elsewhere: [Int] = []
        for seed in 1...4 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let suggested = try suggestions(5, in: try space("x"), after: known.map { [$0] }, seed: seed) { x in
                let distance = (x[0] - 0.25) / 0.08
                return -ElementaryFunctions.exp(-distance * distance) + 0.25 * generator.normals(1)[0]
            }
            elsewhere.append(suggested.count { abs($0[0] - 0.25) > 0.2 })
        }
        #expect(elsewhere.reduce(0, +) > 4, "\(elsewhere)")
    }

    /// The best place is a corner, which is the same point each time: asking for it again must not end in chance.
    @Test("stays where it is good though reports are noisy and the best place is on a bound")
    func noisyBound() throws {
        let space = try space("x", "y")
        var sums: [Double] = []
        for seed in 1...2 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let known =
                [[0, 0], [1, 0], [0, 1], [1, 1]] + (0..<64).map { _ in [generator.unit(), generator.unit()] }
            let suggested = try suggestions(8, in: space, after: known, seed: seed) { point in
                point[0] + point[1] + 0.6 * generator.normals(1)[0]
            }
            sums += suggested.map { $0[0] + $0[1] }
        }
        // Chance has a mean of 1 with a deviation of 0.1.
        #expect(sums.reduce(0, +) / Double(sums.count) < 0.3, "\(sums)")
    }

    @Test("keeps from where trials fail, though it would be best there", arguments: [1, 2])
    func failures(seed: UInt64) throws {
        let known = [
            [0.5, 0.5], [0.9, 0.2], [0.2, 0.9], [0.2, 0.2], [0.12, 0.01], [0.01, 0.12], [0.07, 0.07],
            [0, 0], [0.03, 0.03], [0.06, 0.01], [0.01, 0.06], [0.09, 0], [0, 0.09],
        ]
        let suggested = try suggestions(6, in: try space("x", "y"), after: known, seed: seed) {
            $0[0] + $0[1] < 0.1 ? nil : $0[0] + $0[1]
        }
        #expect(suggested.count { $0[0] + $0[1] < 0.1 } <= 2, "\(suggested)")
    }

    /// Ripples over a wide bowl, the best at (0.37, 0.37): a smooth model takes all but the bowl for noise.
    @Test("sees ripples along every axis in a few dozen trials", arguments: 1...2 as ClosedRange<UInt64>)
    func ripples(seed: UInt64) throws {
        let space = try space("x", "y")
        var generator = SeededGenerator(seed: seed)
        let known = (0..<64).map { _ in [generator.unit(), generator.unit()] }
        func cost(_ point: [Double]) -> Double {
            point.reduce(0) { sum, x in
                let offset = 6 * (x - 0.37)
                return sum + offset * offset + 10 - 10 * cos(2 * .pi * offset)
            }
        }
        let suggested = try suggestions(5, in: space, after: known, seed: seed, cost)
        // In the ring of ripples next to the best there is nothing below 1.
        #expect(suggested.contains { cost($0) < 0.5 }, "\(suggested.map(cost))")
    }

    @Test("keeps within three deviations of a normal law", arguments: [Domain.Scale.linear, .log])
    func normal(scale: Domain.Scale) throws {
        let space = try space("x", domain: .normal(mean: 0, stdDev: 1, scale: scale, step: nil))
        func deviations(_ value: Double) -> Double { scale == .log ? ElementaryFunctions.log(value) : value }
        let known = [1, 0.8, 1.5, 2]
        let suggested = try suggestions(3, in: space, after: known.map { [$0] }) { -deviations($0[0]) }
        #expect(suggested.allSatisfy { deviations($0[0]) < 3.001 }, "\(suggested)")
        #expect(suggested.contains { deviations($0[0]) > 2.9 }, "\(suggested)")
    }
}
