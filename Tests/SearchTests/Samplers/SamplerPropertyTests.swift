import Search
import Testing

/// What holds for every sampler after any history, tried on histories drawn at random.
@Suite("Every sampler, after any history")
struct SamplerPropertyTests {
    /// How many histories a sampler can be tried on while somebody waits.
    private func seeds(_ subject: SamplerCase) -> Range<UInt64> {
        subject.sampler is GPSampler || subject.sampler is AutoSampler ? 0..<12 : 0..<1000
    }

    /// Up to twenty trials anywhere in the space, in any state, reporting anything.
    private func history(in space: SearchSpace, using generator: inout SeededGenerator) throws -> TrialHistory {
        let count = Int(generator.below(21))
        let points = try RandomSampler().suggest(count, in: space, after: TrialHistory(), using: &generator)
        let reports: [Double] = [0, 1, -1, .nan, .infinity, -.infinity, 1e300, -1e300, .leastNonzeroMagnitude]
        return TrialHistory(
            points.enumerated().map { index, point in
                let state = PastTrial.State.allCases[Int(generator.below(UInt64(PastTrial.State.allCases.count)))]
                let isOdd = generator.unit() < 0.3
                let report = isOdd ? reports[Int(generator.below(UInt64(reports.count)))] : generator.unit()
                return PastTrial(index: index, assignment: point, state: state, objectives: [report])
            },
            directions: [generator.unit() < 0.5 ? .minimize : .maximize]
        )
    }

    @Test("suggests values of the space, to parallel trials different ones", arguments: SamplerCase.all)
    func inside(_ subject: SamplerCase) async throws {
        let space = try subject.space()
        for seed in seeds(subject) {
            await Task.yield()  // other tests wait for moments, on the same few threads
            var generator = SeededGenerator(seed: seed, stream: 1)
            let past = try history(in: space, using: &generator)
            let suggestions = try subject.sampler.suggest(3, in: space, after: past, using: &generator)
            try #require(suggestions.count == 3)
            for suggestion in suggestions where !space.allows(suggestion) {
                Issue.record("seed \(seed) gives \(suggestion.values)")
            }
            #expect(Set(suggestions).count == 3, "seed \(seed)")
        }
    }

    @Test("says the same whichever order past trials are listed in", arguments: SamplerCase.all)
    func order(_ subject: SamplerCase) async throws {
        let space = try subject.space()
        for seed in seeds(subject) {
            await Task.yield()
            var generator = SeededGenerator(seed: seed, stream: 2)
            let past = try history(in: space, using: &generator)
            var shuffled = past
            for index in shuffled.trials.indices.reversed() {
                shuffled.trials.swapAt(index, Int(generator.below(UInt64(index + 1))))
            }
            let trial = past.nextIndex
            let first = try subject.sampler.suggestion(forTrial: trial, in: space, after: past, seed: seed)
            let second = try subject.sampler.suggestion(forTrial: trial, in: space, after: shuffled, seed: seed)
            #expect(first == second, "seed \(seed)")
        }
    }
}
