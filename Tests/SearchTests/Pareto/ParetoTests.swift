import Testing

@testable import Search

@Suite("Fronts and hypervolumes")
struct ParetoTests {
    @Test("hold what nothing else is better than in every objective, each in its direction")
    func front() {
        let values: [[Double]] = [[1, 9], [2, 9], [2, 5], [1, 9], [.nan, 20], [3, .infinity], [0.5]]
        #expect(Pareto.front(values, directions: [.minimize, .maximize]) == [0, 3])
        #expect(Pareto.front(values, directions: [.maximize, .maximize]) == [1])
        #expect(Pareto.front([], directions: [.minimize]).isEmpty)
    }

    @Test("come in order, the least crowded of a front first")
    func ranking() {
        let costs: [[Double]] = [[5, 5], [0, 4], [4, 0], [1.9, 2], [2, 1.9]]
        #expect(Pareto.fronts(costs) == [[1, 2, 3, 4], [0]])
        #expect(Pareto.ranking(costs) == [1, 2, 3, 4, 0])
        #expect(Pareto.ranking([[3], [1], [2], [1]]) == [1, 3, 2, 0])
        // An objective in which all are the same has no ends, which only trials of another could be.
        #expect(Pareto.ranking([[2, 3, 7], [0, 5, 7], [5, 0, 7], [2.1, 2.9, 7]]) == [1, 2, 3, 0])
        #expect(Pareto.crowding([[1, 7], [1, 7], [1, 7]]) == [0, 0, 0])
    }

    @Test("are those that peeling one off after the other gives", arguments: [2, 3, 4])
    func peeling(objectives: Int) {
        var generator = SeededGenerator(seed: 3)
        // Few values, so that many are equal in some objective or in all.
        let costs = (0..<150).map { _ in (0..<objectives).map { _ in Double(generator.below(12)) } }
        var left = Array(costs.indices)
        for front in Pareto.fronts(costs) {
            let best = left.filter { place in !left.contains { Pareto.dominates(costs[$0], costs[place]) } }
            #expect(front == best)
            left.removeAll { best.contains($0) }
        }
        #expect(left.isEmpty)
    }

    @Test(
        "have known volumes",
        arguments: [
            ([[1]], [3], 2), ([[1, 1]], [2, 3], 2), ([[0, 2], [1, 1], [2, 0]], [3, 3], 6),
            ([[0, 2], [1, 1], [2, 0], [2, 2]], [3, 3], 6), ([[1, 1], [1, 1]], [2, 2], 1), ([[3, 0]], [3, 3], 0),
            ([[0, 0, 0]], [1, 2, 3], 6), ([[0, 0, 1], [1, 1, 0]], [2, 2, 2], 5),
            ([[0, 0, 0, 1], [1, 1, 1, 0]], [2, 2, 2, 2], 9), ([], [1, 1], 0),
        ] as [([[Double]], [Double], Double)]
    )
    func volume(costs: [[Double]], reference: [Double], expected: Double) {
        #expect(Hypervolume.volume(costs, reference: reference) == expected)
    }

    @Test("agree with counting random points", arguments: [2, 3, 4])
    func againstSampling(objectives: Int) {
        var generator = SeededGenerator(seed: 21)
        let costs = (0..<12).map { _ in (0..<objectives).map { _ in generator.unit() } }
        let samples = 20_000
        var inside = 0
        for _ in 0..<samples {
            let sample = (0..<objectives).map { _ in generator.unit() }
            if costs.contains(where: { zip($0, sample).allSatisfy { $0 <= $1 } }) { inside += 1 }
        }
        let volume = Hypervolume.volume(costs, reference: Array(repeating: 1, count: objectives))
        #expect(abs(volume - Double(inside) / Double(samples)) < 0.015)
    }

    @Test("are approached by model-based samplers", arguments: ["gp", "tpe"])
    func search(name: String) throws {
        let space = try SearchSpace((0..<2).map { ParameterDomain(name: "x\($0)", domain: .float(min: 0, max: 1)) })
        func volume(_ sampler: any Sampler) throws -> Double {
            var history = TrialHistory([], directions: [.minimize, .maximize])
            for index in 0..<28 {
                let suggestion = try sampler.suggestion(forTrial: index, in: space, after: history, seed: 6)
                let next = try #require(suggestion)
                let x = next.values.compactMap(Double.init)
                // The front is the line x₁ = 0.8; the second objective is turned to be maximized.
                let off = (x[1] - 0.8) * (x[1] - 0.8) * 4
                history.trials.append(
                    PastTrial(
                        index: index,
                        assignment: next,
                        state: .succeeded,
                        objectives: [x[0] * x[0] + off, -(1 - x[0]) * (1 - x[0]) - off]
                    )
                )
            }
            let costs = history.trials.map { [$0.objectives[0], -$0.objectives[1]] }
            return Hypervolume.volume(costs, reference: [1.2, 1.2])
        }
        let sampler: any Sampler = name == "gp" ? GPSampler(startupTrials: 6) : TPESampler(startupTrials: 6)
        #expect(try volume(sampler) > volume(RandomSampler()))
    }
}
