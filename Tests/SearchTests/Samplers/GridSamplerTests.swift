import Testing

@testable import Search

@Suite("Grid search")
struct GridSamplerTests {
    /// Runs until there is no more, `batch` trials at a time.
    private func exhaust(_ space: SearchSpace, batch: Int) throws -> [Assignment] {
        var history = TrialHistory()
        while true {
            var generator = SeededGenerator(seed: 0, stream: history.nextIndex)
            let suggestions = try GridSampler().suggest(batch, in: space, after: history, using: &generator)
            for suggestion in suggestions {
                history.trials.append(
                    PastTrial(index: history.nextIndex, assignment: suggestion, state: .running)
                )
            }
            if suggestions.count < batch { return history.trials.map(\.assignment) }
        }
    }

    @Test("visits every point once and then has no more, however trials are batched", arguments: [1, 7, 960, 2000])
    func visitsAll(batch: Int) throws {
        let space = try SearchSpace.enumerable()
        let visited = try exhaust(space, batch: batch)
        #expect(visited.count == space.gridSize)
        #expect(Set(visited).count == visited.count)
        #expect(visited.allSatisfy(space.allows))
    }

    @Test("moves the last parameter fastest, as nested loops would")
    func order() throws {
        let space = try SearchSpace([
            ParameterDomain(name: "a", domain: .categorical(["x", "y"])),
            ParameterDomain(name: "b", domain: .int(min: -1, max: 1)),
        ])
        let visited = try exhaust(space, batch: 4).map(\.values)
        #expect(visited == [["x", "-1"], ["x", "0"], ["x", "1"], ["y", "-1"], ["y", "0"], ["y", "1"]])
    }

    @Test("does not depend on the seed")
    func noSeed() throws {
        let space = try SearchSpace.enumerable()
        let first = try GridSampler().suggestion(forTrial: 0, in: space, after: TrialHistory(), seed: 1)
        let second = try GridSampler().suggestion(forTrial: 0, in: space, after: TrialHistory(), seed: 2)
        #expect(first == second)
    }

    @Test("goes on after the highest trial, leaving out none that failed or vanished")
    func continues() throws {
        let space = try SearchSpace.single(.int(min: 0, max: 9))
        let history = TrialHistory([
            PastTrial(index: 4, assignment: Assignment(values: ["4"]), state: .failed),
            PastTrial(index: 2, assignment: Assignment(values: ["2"]), state: .succeeded, objectives: [.nan]),
        ])
        var generator = SeededGenerator(seed: 0)
        let suggestions = try GridSampler().suggest(3, in: space, after: history, using: &generator)
        #expect(suggestions.map(\.values) == [["5"], ["6"], ["7"]])
    }

    @Test("passes over points that trials had out of turn, and comes back for those before them")
    func outOfTurn() throws {
        let space = try SearchSpace.single(.int(min: 0, max: 4))
        let history = TrialHistory(
            [("3", -2), ("2", 0), ("3.0", 1), ("40", 2)].map { value, index in
                PastTrial(index: index, assignment: Assignment(values: [value]), state: .succeeded, objectives: [1])
            }
        )
        var generator = SeededGenerator(seed: 0)
        let suggestions = try GridSampler().suggest(9, in: space, after: history, using: &generator)
        #expect(suggestions.map(\.values) == [["4"], ["0"], ["1"]])
    }

    @Test("refuses a continuous range by name")
    func continuous() throws {
        let space = try SearchSpace.mixed()
        var generator = SeededGenerator(seed: 0)
        #expect(throws: SamplerError.notEnumerable(parameter: "momentum")) {
            try GridSampler().suggest(1, in: space, after: TrialHistory(), using: &generator)
        }
    }

    @Test("walks a grid too large to count")
    func huge() throws {
        let space = try SearchSpace([
            ParameterDomain(name: "a", domain: .int(min: .min, max: .max)),
            ParameterDomain(name: "b", domain: .categorical(["x", "y", "z"])),
        ])
        #expect(GridSampler.point(0, in: space)?.values == [String(Int64.min), "x"])
        #expect(GridSampler.point(5, in: space)?.values == [String(Int64.min + 1), "z"])
        #expect(GridSampler.point(.max, in: space)?.values == [String(Int64.min + Int64(UInt64.max / 3)), "x"])
        let whole = try SearchSpace.single(.int(min: .min, max: .max))
        #expect(GridSampler.point(.max, in: whole)?.values == [String(Int64.max)])
    }
}
