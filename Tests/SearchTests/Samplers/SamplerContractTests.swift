import Search
import Testing

/// A sampler with a space it works in.
struct SamplerCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let sampler: any Sampler
    let space: @Sendable () throws -> SearchSpace

    static let all = [
        SamplerCase(testDescription: "random", sampler: RandomSampler(), space: { try .everyKind() }),
        SamplerCase(testDescription: "grid", sampler: GridSampler(), space: { try .enumerable() }),
        SamplerCase(testDescription: "sobol", sampler: SobolSampler(), space: { try .everyKind() }),
        SamplerCase(testDescription: "tpe", sampler: TPESampler(startupTrials: 4), space: { try .everyKind() }),
        SamplerCase(testDescription: "cmaes", sampler: CMAESSampler(startupTrials: 4), space: { try .everyKind() }),
        SamplerCase(testDescription: "gp", sampler: GPSampler(startupTrials: 4), space: { try .everyKind() }),
        SamplerCase(testDescription: "auto", sampler: AutoSampler(parallelTrials: 4), space: { try .everyKind() }),
    ]
}

/// What every sampler promises. A new sampler joins by adding itself to `SamplerCase.all`.
@Suite("Every sampler")
struct SamplerContractTests {
    /// Runs a job alone: one suggestion at a time, each trial ending as its number decides.
    private func run(_ subject: SamplerCase, trials: Int, seed: UInt64) throws -> TrialHistory {
        let space = try subject.space()
        var history = TrialHistory()
        for index in 0..<trials {
            let suggestion = try subject.sampler.suggestion(forTrial: index, in: space, after: history, seed: seed)
            let state = PastTrial.State.allCases[index % PastTrial.State.allCases.count]
            history.trials.append(
                PastTrial(
                    index: index,
                    assignment: try #require(suggestion),
                    state: state,
                    objectives: state == .succeeded ? [Double(index)] : []
                )
            )
        }
        return history
    }

    @Test(
        "starts behind the trials of another job with the same seed, if it has a start",
        arguments: SamplerCase.all.filter { ["tpe", "cmaes", "gp", "auto"].contains($0.testDescription) }
    )
    func joined(_ subject: SamplerCase) throws {
        let other = try run(subject, trials: 3, seed: 7).trials
        let history = TrialHistory(
            other.map { PastTrial(index: -1 - $0.index, assignment: $0.assignment, state: .succeeded, objectives: [1]) }
        )
        let space = try subject.space()
        let first = try subject.sampler.suggestion(forTrial: 0, in: space, after: history, seed: 7)
        #expect(!other.map(\.assignment).contains(try #require(first)))
    }

    @Test("repeats itself for the same seed", arguments: SamplerCase.all)
    func sameSeed(_ subject: SamplerCase) throws {
        let space = try subject.space()
        var first = SeededGenerator(seed: 7), second = SeededGenerator(seed: 7)
        let a = try subject.sampler.suggest(8, in: space, after: TrialHistory(), using: &first)
        let b = try subject.sampler.suggest(8, in: space, after: TrialHistory(), using: &second)
        #expect(a.count == 8)
        #expect(a == b)
        #expect(first == second)
    }

    @Test(
        "repeats no value of a normal law with a step while others are likely, and is never without one",
        arguments: SamplerCase.all.filter { $0.testDescription != "grid" }
    )
    func normals(_ subject: SamplerCase) throws {
        let space = try SearchSpace([
            ParameterDomain(name: "a", domain: .intNormal(mean: 4, stdDev: 2)),
            ParameterDomain(name: "b", domain: .normal(mean: 0, stdDev: 0.1, step: 0.1)),
        ])
        var history = TrialHistory()
        for index in 0..<20 {
            let next = try subject.sampler.suggestion(forTrial: index, in: space, after: history, seed: 3)
            let assignment = try #require(next)
            let value = try #require(Double(assignment.values[0]))
            history.trials.append(
                PastTrial(index: index, assignment: assignment, state: .succeeded, objectives: [value])
            )
        }
        #expect(Set(history.trials.map(\.assignment)).count == 20)
        let narrow = try SearchSpace.single(.intNormal(mean: 4, stdDev: 0.01))
        var generator = SeededGenerator(seed: 1)
        let suggestions = try subject.sampler.suggest(3, in: narrow, after: TrialHistory(), using: &generator)
        #expect(suggestions.map(\.values) == [["4"], ["4"], ["4"]])
    }

    @Test("continues the same sequence after a restart", arguments: SamplerCase.all)
    func restart(_ subject: SamplerCase) throws {
        let whole = try run(subject, trials: 30, seed: 99)
        for index in [0, 1, 13, 29] {
            let before = TrialHistory(Array(whole.trials.prefix(index)))
            let again = try subject.sampler.suggestion(forTrial: index, in: subject.space(), after: before, seed: 99)
            #expect(again == whole.trials[index].assignment)
        }
    }

    @Test("does not care in which order past trials are listed", arguments: SamplerCase.all)
    func permutation(_ subject: SamplerCase) throws {
        let history = try run(subject, trials: 20, seed: 3)
        let reversed = TrialHistory(history.trials.reversed())
        let expected = try subject.sampler.suggestion(forTrial: 20, in: subject.space(), after: history, seed: 3)
        let other = try subject.sampler.suggestion(forTrial: 20, in: subject.space(), after: reversed, seed: 3)
        #expect(expected == other)
    }

    @Test("suggests only values of the space, for any seed", arguments: SamplerCase.all)
    func inside(_ subject: SamplerCase) async throws {
        let space = try subject.space()
        for seed in 0..<2000 as Range<UInt64> {
            await Task.yield()  // other tests wait for moments, on the same few threads
            var generator = SeededGenerator(seed: seed, stream: Int(seed))
            let suggestions = try subject.sampler.suggest(3, in: space, after: TrialHistory(), using: &generator)
            #expect(suggestions.count == 3)
            for suggestion in suggestions where !space.allows(suggestion) {
                Issue.record("seed \(seed) gives \(suggestion.values)")
            }
        }
    }

    @Test(
        "stays inside the space whatever trials reported, and suggests what is not being tried already",
        arguments: SamplerCase.all,
        [
            { _ in [0] }, { _ in [.nan] }, { _ in [] }, { [1e300 * Double($0 % 2 == 0 ? 1 : -1)] },
            { [$0 % 3 == 0 ? .infinity : Double($0)] },
        ] as [@Sendable (Int) -> [Double]]
    )
    func strangeReports(_ subject: SamplerCase, report: @Sendable (Int) -> [Double]) throws {
        let space = try subject.space()
        for isFailing in [false, true] {
            var history = TrialHistory()
            for index in 0..<20 {
                let suggestion = try subject.sampler.suggestion(forTrial: index, in: space, after: history, seed: 5)
                let assignment = try #require(suggestion)
                #expect(space.allows(assignment))
                #expect(!history.trials.contains { $0.state == .running && $0.assignment == assignment })
                let state: PastTrial.State = isFailing ? .failed : index % 4 == 3 ? .running : .succeeded
                let objectives = state == .succeeded ? report(index) : []
                history.trials.append(
                    PastTrial(index: index, assignment: assignment, state: state, objectives: objectives)
                )
            }
        }
    }

    @Test("suggests nothing when asked for nothing, or less", arguments: SamplerCase.all, [0, -1, .min])
    func nothing(_ subject: SamplerCase, count: Int) throws {
        var generator = SeededGenerator(seed: 1)
        let suggestions = try subject.sampler.suggest(
            count,
            in: subject.space(),
            after: TrialHistory(),
            using: &generator
        )
        #expect(suggestions.isEmpty)
    }

    @Test("suggests the one empty assignment where there are no parameters", arguments: SamplerCase.all)
    func emptySpace(_ subject: SamplerCase) throws {
        let suggestion = try subject.sampler.suggestion(
            forTrial: 0,
            in: SearchSpace([]),
            after: TrialHistory(),
            seed: 1
        )
        #expect(suggestion == Assignment(values: []))
    }

    /// A history whose every trial ended in `state`, with `objectives`.
    private func history(
        _ subject: SamplerCase,
        _ state: PastTrial.State,
        trials: Int = 12,
        objectives: (Int) -> [Double]
    ) throws -> TrialHistory {
        var generator = SeededGenerator(seed: 17)
        let points = try RandomSampler().suggest(trials, in: subject.space(), after: TrialHistory(), using: &generator)
        return TrialHistory(
            points.enumerated().map { index, point in
                PastTrial(index: index, assignment: point, state: state, objectives: objectives(index))
            }
        )
    }

    private func expectSound(_ subject: SamplerCase, after history: TrialHistory, seeds: Range<UInt64> = 0..<3) throws {
        let space = try subject.space()
        for seed in seeds {
            let suggestion = try subject.sampler.suggestion(
                forTrial: history.nextIndex,
                in: space,
                after: history,
                seed: seed
            )
            let found = try #require(suggestion)
            #expect(space.allows(found), "seed \(seed) gives \(found.values)")
        }
    }

    @Test("goes on after nothing but failures", arguments: SamplerCase.all)
    func onlyFailures(_ subject: SamplerCase) throws {
        try expectSound(subject, after: history(subject, .failed) { _ in [] })
        try expectSound(subject, after: history(subject, .succeeded) { _ in [.nan] })
        try expectSound(subject, after: history(subject, .earlyStopped) { _ in [] })
    }

    @Test("survives an objective that is constant, enormous or hardly a number", arguments: SamplerCase.all)
    func oddValues(_ subject: SamplerCase) throws {
        try expectSound(subject, after: history(subject, .succeeded) { _ in [3] })
        try expectSound(subject, after: history(subject, .succeeded) { [$0 % 2 == 0 ? 1e300 : -1e300] })
        try expectSound(subject, after: history(subject, .succeeded) { [$0 % 3 == 0 ? 1.7e308 : Double($0)] })
        try expectSound(subject, after: history(subject, .succeeded) { [[.nan, .infinity, 1][$0 % 3]] })
        try expectSound(subject, after: history(subject, .succeeded) { [Double($0) * .leastNonzeroMagnitude] })
        try expectSound(subject, after: history(subject, .earlyStopped) { [Double($0)] })
    }

    @Test("survives many trials at one point that disagree", arguments: SamplerCase.all)
    func duplicates(_ subject: SamplerCase) throws {
        let point = try history(subject, .succeeded, trials: 1) { _ in [] }.trials[0].assignment
        let history = TrialHistory(
            (0..<12).map { PastTrial(index: $0, assignment: point, state: .succeeded, objectives: [Double($0)]) }
        )
        try expectSound(subject, after: history)
    }

    @Test("takes several objectives", arguments: SamplerCase.all)
    func severalObjectives(_ subject: SamplerCase) throws {
        var past = try history(subject, .succeeded) { [Double($0), Double(12 - $0), 1, Double($0 % 3)] }
        past.directions = [.minimize, .minimize, .maximize, .maximize]
        try expectSound(subject, after: past)
    }

    @Test("passes over trials whose values are none of the space", arguments: SamplerCase.all)
    func strangers(_ subject: SamplerCase) throws {
        let width = try subject.space().parameters.count
        let history = TrialHistory(
            (0..<8).map { index in
                PastTrial(
                    index: index,
                    assignment: Assignment(values: Array(repeating: "x\(index)", count: width - index % 2)),
                    state: .succeeded,
                    objectives: [Double(index)]
                )
            }
        )
        try expectSound(subject, after: history)
    }

    @Test("gives parallel trials different values", arguments: SamplerCase.all)
    func parallel(_ subject: SamplerCase) throws {
        var past = try history(subject, .succeeded) { [Double($0 * $0)] }
        let space = try subject.space()
        var suggestions: [Assignment] = []
        for index in past.nextIndex..<(past.nextIndex + 4) {
            let suggestion = try subject.sampler.suggestion(forTrial: index, in: space, after: past, seed: 5)
            let next = try #require(suggestion)
            past.trials.append(PastTrial(index: index, assignment: next, state: .running))
            suggestions.append(next)
        }
        #expect(Set(suggestions).count == 4)
    }

    @Test("has every point of a finite space once, and then no more", arguments: SamplerCase.all)
    func exhaustion(_ subject: SamplerCase) throws {
        let space = try SearchSpace([
            ParameterDomain(name: "a", domain: .categorical(["x", "y"])),
            ParameterDomain(name: "b", domain: .int(min: 1, max: 3)),
            ParameterDomain(name: "c", domain: .float(min: 0, max: 0.2, step: 0.1)),
        ])
        var history = TrialHistory()
        var seen: Set<Assignment> = []
        while let next = try subject.sampler.suggestion(
            forTrial: history.nextIndex,
            in: space,
            after: history,
            seed: 8
        ) {
            #expect(seen.insert(next).inserted)
            let index = history.nextIndex
            let state = PastTrial.State.allCases[index % PastTrial.State.allCases.count]
            history.trials.append(
                PastTrial(index: index, assignment: next, state: state, objectives: [Double(index % 5)])
            )
            try #require(seen.count <= 18)
        }
        #expect(seen.count == 18)
    }
}
