import Search
import Testing

/// Where trials crash, out of memory say, there is nothing to find and much to waste.
@Suite("Regions where trials fail")
struct FailingRegionTests {
    /// A sampler with a model.
    struct Learner: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let sampler: any Sampler
        /// The distance² from the best place by which the median job's best trial may miss it.
        let miss: Double
    }

    static let learners = [
        Learner(testDescription: "tpe", sampler: TPESampler(startupTrials: 6), miss: 0.02),
        Learner(testDescription: "cmaes", sampler: CMAESSampler(startupTrials: 6), miss: 0.05),
        Learner(testDescription: "gp", sampler: GPSampler(startupTrials: 6), miss: 1e-3),
        Learner(testDescription: "auto", sampler: AutoSampler(), miss: 1e-3),
    ]

    private static let jobs = 6
    private static let trials = 26
    /// The last trials of a job, when there was something to learn from.
    private static let late = 16
    /// More than two thirds of the space fail.
    private static let failingShare = 0.7

    @Test("are learned and left alone, though the best place is beside one", arguments: learners)
    func edge(_ learner: Learner) async throws {
        var wasted = 0
        var bests: [Double] = []
        for seed in 0..<UInt64(FailingRegionTests.jobs) {
            await Task.yield()  // other tests wait for moments, on the same few threads
            let history = try job(learner.sampler, seed: seed)
            wasted += history.trials.suffix(FailingRegionTests.late).count { $0.state == .failed }
            bests.append(history.trials.compactMap(\.objectives.first).min() ?? .infinity)
        }
        // One job may be unlucky. All together waste fewer than points that learn nothing do, by five deviations.
        let trials = Double(FailingRegionTests.late * FailingRegionTests.jobs)
        let share = FailingRegionTests.failingShare
        #expect(Double(wasted) < trials * share - 5 * (trials * share * (1 - share)).squareRoot())
        #expect(bests.sorted()[FailingRegionTests.jobs / 2] < learner.miss)
    }

    /// A job whose trials fail on one side of an edge.
    private func job(_ sampler: any Sampler, seed: UInt64) throws -> TrialHistory {
        let space = try SearchSpace([
            ParameterDomain(name: "a", domain: .float(min: 0, max: 1)),
            ParameterDomain(name: "b", domain: .float(min: 0, max: 1)),
        ])
        var history = TrialHistory()
        for index in 0..<FailingRegionTests.trials {
            let suggestion = try sampler.suggestion(forTrial: index, in: space, after: history, seed: seed)
            let next = try #require(suggestion)
            let (a, b) = (try #require(Double(next.values[0])), try #require(Double(next.values[1])))
            let fails = a > 1 - FailingRegionTests.failingShare
            history.trials.append(
                PastTrial(
                    index: index,
                    assignment: next,
                    state: fails ? .failed : .succeeded,
                    objectives: fails ? [] : [(a - 0.2) * (a - 0.2) + (b - 0.3) * (b - 0.3)]
                )
            )
        }
        return history
    }
}
