import Search
import Testing

/// Where trials crash, out of memory say, there is nothing to find and much to waste.
@Suite("Regions where trials fail")
struct FailingRegionTests {
    /// A sampler with a model, and how many of the last sixteen trials it may waste.
    struct Learner: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let sampler: any Sampler
        let allowance: Int
        /// The distance² from the best place by which its best trial may miss it.
        let miss: Double
    }

    static let learners = [
        Learner(testDescription: "tpe", sampler: TPESampler(startupTrials: 6), allowance: 6, miss: 0.02),
        Learner(testDescription: "cmaes", sampler: CMAESSampler(startupTrials: 6), allowance: 8, miss: 0.05),
        Learner(testDescription: "gp", sampler: GPSampler(startupTrials: 6), allowance: 7, miss: 1e-3),
        Learner(testDescription: "auto", sampler: AutoSampler(), allowance: 7, miss: 1e-3),
    ]

    @Test(
        "are learned and left alone, though the best place is beside one",
        arguments: learners,
        [1, 2, 3] as [UInt64]
    )
    func edge(_ learner: Learner, seed: UInt64) throws {
        let space = try SearchSpace([
            ParameterDomain(name: "a", domain: .float(min: 0, max: 1)),
            ParameterDomain(name: "b", domain: .float(min: 0, max: 1)),
        ])
        var history = TrialHistory()
        for index in 0..<26 {
            let suggestion = try learner.sampler.suggestion(forTrial: index, in: space, after: history, seed: seed)
            let next = try #require(suggestion)
            let (a, b) = (try #require(Double(next.values[0])), try #require(Double(next.values[1])))
            // More than two thirds of the space: random points would fail 11 times of 16.
            let fails = a > 0.3
            history.trials.append(
                PastTrial(
                    index: index,
                    assignment: next,
                    state: fails ? .failed : .succeeded,
                    objectives: fails ? [] : [(a - 0.2) * (a - 0.2) + (b - 0.3) * (b - 0.3)]
                )
            )
        }
        #expect(history.trials.suffix(16).count { $0.state == .failed } <= learner.allowance)
        let best = history.trials.compactMap(\.objectives.first).min()
        #expect(try #require(best) < learner.miss)
    }
}
