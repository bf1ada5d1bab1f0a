import Testing

@testable import Search

@Suite("The sampler with a Gaussian process")
struct GPSamplerTests {
    /// Runs trials one after another.
    ///
    /// - Parameter cost: `nil` fails the trial.
    private func run(
        _ count: Int,
        in space: SearchSpace,
        seed: UInt64,
        _ cost: ([Double]) -> Double?
    ) throws -> [(values: [Double], cost: Double?)] {
        let sampler = GPSampler(startupTrials: 4)
        var history = TrialHistory()
        var trials: [(values: [Double], cost: Double?)] = []
        for index in 0..<count {
            let suggested = try sampler.suggestion(forTrial: index, in: space, after: history, seed: seed)
            let assignment = try #require(suggested)
            let values = assignment.values.map { Double($0) ?? .nan }
            let cost = cost(values)
            trials.append((values, cost))
            history.trials.append(
                PastTrial(
                    index: index,
                    assignment: assignment,
                    state: cost == nil ? .failed : .succeeded,
                    objectives: cost.map { [$0] } ?? []
                )
            )
        }
        return trials
    }

    private func square() throws -> SearchSpace {
        try SearchSpace(["x", "y"].map { ParameterDomain(name: $0, domain: .float(min: 0, max: 1)) })
    }

    @Test("repeats no point, not even an optimum in a corner", arguments: [1, 2])
    func corner(seed: UInt64) throws {
        let trials = try run(30, in: try square(), seed: seed) { $0[0] + $0[1] }
        #expect(Set(trials.map(\.values)).count == trials.count)
        #expect(trials.contains { $0.values == [0, 0] })
    }

    @Test("finds a well behind a slope that leads elsewhere", arguments: [1, 2])
    func deception(seed: UInt64) throws {
        let trials = try run(60, in: try square(), seed: seed) { point in
            let distance = (point[0] - 0.75) * (point[0] - 0.75) + (point[1] - 0.8) * (point[1] - 0.8)
            return 0.3 * (point[0] + point[1]) - ElementaryFunctions.exp(-distance / 0.0098)
        }
        // In the corner it is 0, in the well -0.53.
        #expect(trials.compactMap(\.cost).min().map { $0 < -0.3 } == true)
    }

    @Test("keeps from where trials fail, though it would be best there", arguments: [1, 2])
    func failures(seed: UInt64) throws {
        let trials = try run(40, in: try square(), seed: seed) { $0[0] + $0[1] < 0.1 ? nil : $0[0] + $0[1] }
        #expect(trials.count { $0.cost == nil } <= 15)
        #expect(trials.compactMap(\.cost).min().map { $0 < 0.12 } == true)
    }

    @Test("keeps within three deviations of a normal law, and finds an optimum two away", arguments: [false, true])
    func normal(isLogarithm: Bool) throws {
        let space = try SearchSpace(
            ["x", "y"].map {
                ParameterDomain(
                    name: $0,
                    domain: .normal(mean: 0, stdDev: 1, scale: isLogarithm ? .log : .linear, step: nil)
                )
            }
        )
        func deviations(_ value: Double) -> Double { isLogarithm ? ElementaryFunctions.log(value) : value }
        let trials = try run(30, in: space, seed: 1) { values in
            let (x, y) = (deviations(values[0]) - 2, deviations(values[1]) + 2)
            return x * x + y * y
        }
        #expect(trials.flatMap(\.values).allSatisfy { deviations($0).magnitude < 3.001 })
        #expect(trials.compactMap(\.cost).min().map { $0 < 0.01 } == true)
    }
}
