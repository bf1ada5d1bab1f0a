import Testing

@testable import Search

@Suite("Every pruner")
struct PrunerContractTests {
    static let all: [any Pruner] = [
        MedianStopPruner(startupTrials: 3), SuccessiveHalvingPruner(reductionFactor: 3, minProgress: 1),
        HyperbandPruner(reductionFactor: 3, minProgress: 1, maxProgress: 9),
        SuccessiveHalvingPruner(), HyperbandPruner(),
    ]

    /// Trials that report `level / step` at each step, so that a lower level is better when minimizing.
    static func trials(_ levels: [Double], steps: Int64 = 9, state: PastTrial.State = .succeeded) -> [TrialProgress] {
        levels.enumerated().map { index, level in
            TrialProgress(
                index: index,
                state: state,
                reports: (1...steps).map { ProgressReport(step: $0, value: level / Double($0)) }
            )
        }
    }

    @Test("keeps a trial that has reported nothing, and one that has nobody to compare with", arguments: all.indices)
    func nothing(_ place: Int) {
        let pruner = PrunerContractTests.all[place]
        let silent = TrialProgress(index: 50, state: .running)
        #expect(pruner.verdict(on: silent, among: PrunerContractTests.trials([1, 2, 3, 4]), .minimize) == .keep)
        let alone = TrialProgress(index: 0, state: .running, reports: [ProgressReport(step: 5, value: .nan)])
        #expect(pruner.verdict(on: alone, among: [], .minimize) == .keep)
    }

    @Test("keeps the best trial whatever the direction", arguments: all.indices)
    func best(_ place: Int) {
        let pruner = PrunerContractTests.all[place]
        let others = PrunerContractTests.trials([1, 2, 3, 4, 5, 6, 7, 8, 9])
        let report = { (value: Double) in
            TrialProgress(index: 20, state: .running, reports: [ProgressReport(step: 4, value: value)])
        }
        #expect(pruner.verdict(on: report(0.01), among: others, .minimize) == .keep)
        #expect(pruner.verdict(on: report(100), among: others, .maximize) == .keep)
    }

    @Test("does not care in which order trials are listed", arguments: all.indices)
    func order(_ place: Int) {
        let pruner = PrunerContractTests.all[place]
        let others = PrunerContractTests.trials([3, 1, 2, 6, 5, 4, 9, 8, 7])
        let trial = TrialProgress(index: 20, state: .running, reports: [ProgressReport(step: 8, value: 0.7)])
        let verdict = pruner.verdict(on: trial, among: others, .minimize)
        #expect(verdict == pruner.verdict(on: trial, among: others.reversed(), .minimize))
        #expect(verdict == pruner.verdict(on: trial, among: others + [trial], .minimize))
    }
}

@Suite("Halving, once a trial is where others finished,")
struct FinishedTrialTests {
    @Test(
        "stops it no more",
        arguments: [
            SuccessiveHalvingPruner(reductionFactor: 3, minProgress: 1),
            HyperbandPruner(reductionFactor: 3, minProgress: 1, maxProgress: 27),
            HyperbandPruner(reductionFactor: 3, minProgress: 1),
        ] as [any Pruner]
    )
    func end(pruner: any Pruner) {
        let others = PrunerContractTests.trials(Array(repeating: 1, count: 30), steps: 27)
        func verdict(at step: Int64) -> Verdict {
            let reports = (1...step).map { ProgressReport(step: $0, value: 99) }
            let trial = TrialProgress(index: 30, state: .running, reports: reports)
            return pruner.verdict(on: trial, among: others, .minimize)
        }
        #expect(verdict(at: 26) != .keep)
        #expect(verdict(at: 27) == .keep)
        #expect(verdict(at: 30) == .keep)
    }

    @Test("stops it no more where Hyperband is told the end, and nobody has been there")
    func toldEnd() throws {
        let brackets = HyperbandPruner.brackets(upTo: 40, count: 3, reduction: 3)
        let index = try #require(brackets.lastIndex(of: 0))
        let pruner = HyperbandPruner(reductionFactor: 3, minProgress: 1, maxProgress: 9)
        let others = PrunerContractTests.trials(Array(repeating: 1, count: 30), steps: 9, state: .running)
        let reports = { (step: Int64) in [ProgressReport(step: step, value: 99)] }
        let trial = { TrialProgress(index: index, state: .running, reports: reports($0)) }
        #expect(pruner.verdict(on: trial(8), among: others, .minimize) != .keep)
        #expect(pruner.verdict(on: trial(9), among: others, .minimize) == .keep)
    }
}

@Suite("Median stopping")
struct MedianStopPrunerTests {
    private let others = PrunerContractTests.trials([1, 2, 3, 4, 5])

    private func trial(_ values: [Double], from step: Int64 = 1) -> TrialProgress {
        TrialProgress(
            index: 9,
            state: .running,
            reports: values.enumerated().map { ProgressReport(step: step + Int64($0.offset), value: $0.element) }
        )
    }

    @Test("stops what is worse than the median by the same step, and keeps what is as good")
    func median() {
        let pruner = MedianStopPruner(startupTrials: 5)
        #expect(pruner.verdict(on: trial([3.0]), among: others, .minimize) == .keep)
        guard case .stop(let reason) = pruner.verdict(on: trial([3.01]), among: others, .minimize) else {
            Issue.record("kept")
            return
        }
        #expect(reason == "its best value by step 1, 3.01, is worse than the median of the others, 3.0")
        // By step 2 the others have halved their values.
        #expect(pruner.verdict(on: trial([3.0, 2.9]), among: others, .minimize) != .keep)
        #expect(pruner.verdict(on: trial([1.2, 9]), among: others, .minimize) == .keep)
    }

    @Test("waits for enough finished trials and for its first step")
    func floors() {
        #expect(MedianStopPruner(startupTrials: 6).verdict(on: trial([99]), among: others, .minimize) == .keep)
        let late = MedianStopPruner(startupTrials: 5, startupSteps: 2)
        #expect(late.verdict(on: trial([99, 99]), among: others, .minimize) == .keep)
        #expect(late.verdict(on: trial([99, 99, 99]), among: others, .minimize) != .keep)
        let running = PrunerContractTests.trials([1, 2, 3, 4, 5], state: .running)
        #expect(MedianStopPruner(startupTrials: 5).verdict(on: trial([99]), among: running, .minimize) == .keep)
    }

    @Test("lets no NaN move the median, and stops a trial that has nothing else")
    func notANumber() {
        let odd =
            others + [
                TrialProgress(index: 6, state: .succeeded, reports: [ProgressReport(step: 5, value: .nan)]),
                TrialProgress(index: 7, state: .succeeded, reports: [ProgressReport(step: 5, value: -.infinity)]),
            ]
        let pruner = MedianStopPruner(startupTrials: 5)
        for value in [2.9, 3.0, 3.1] {
            let verdict = pruner.verdict(on: trial([value]), among: others, .minimize)
            #expect((verdict == .keep) == (pruner.verdict(on: trial([value]), among: odd, .minimize) == .keep))
        }
        #expect(pruner.verdict(on: trial([.nan]), among: odd, .minimize) != .keep)
        #expect(pruner.verdict(on: trial([2, .nan]), among: others, .minimize) != .keep)
        #expect(pruner.verdict(on: trial([1.4, .nan]), among: others, .minimize) == .keep)
    }
}

@Suite("Successive halving and Hyperband")
struct HalvingPrunerTests {
    @Test(
        "have rungs a factor apart",
        arguments: [
            (0, nil), (1, nil), (2, 2), (5, 2), (6, 6), (17, 6), (18, 18),
            (Int64.max, 4_052_555_153_018_976_256 / 2 * 2),
        ] as [(Int64, Int64?)]
    )
    func rungs(step: Int64, expected: Int64?) {
        let rung = SuccessiveHalvingPruner.rung(at: step, minimum: 2, reduction: 3)
        guard step < .max else {
            // The highest rung below the end of Int64, reached without overflow.
            #expect(rung.map { $0 > Int64.max / 3 } == true)
            return
        }
        #expect(rung == expected)
    }

    @Test("let the best part of a rung go on")
    func halving() {
        let pruner = SuccessiveHalvingPruner(reductionFactor: 2, minProgress: 2)
        let others = PrunerContractTests.trials([1, 2, 3], steps: 9)
        let trial = { (value: Double) in
            TrialProgress(index: 5, state: .running, reports: [ProgressReport(step: 3, value: value)])
        }
        #expect(pruner.verdict(on: trial(0.9), among: others, .minimize) == .keep)
        #expect(
            pruner.verdict(on: trial(1.1), among: others, .minimize)
                == .stop(because: "at step 2 it was number 3 of 4 trials, of which the best 2 go on")
        )
        #expect(pruner.verdict(on: trial(.nan), among: others, .minimize) != .keep)
    }

    @Test("wait for a trial that succeeded when they are to find the first rung themselves")
    func unknownLength() {
        let running = PrunerContractTests.trials([1, 2, 3, 4, 5, 6, 7, 8], steps: 200, state: .running)
        let trial = TrialProgress(index: 9, state: .running, reports: [ProgressReport(step: 2, value: 99)])
        #expect(SuccessiveHalvingPruner().verdict(on: trial, among: running, .minimize) == .keep)
        var finished = running
        finished[3].state = .succeeded
        #expect(SuccessiveHalvingPruner().verdict(on: trial, among: finished, .minimize) != .keep)
    }

    @Test("deal trials out to brackets in the paper's proportion, evenly in time")
    func brackets() {
        #expect(HyperbandPruner.starts(from: 1, to: 9, reduction: 3) == [1, 3, 9])
        #expect(HyperbandPruner.starts(from: 5, to: 4, reduction: 3) == [5])
        // ⌈3/3·9⌉, ⌈3/2·3⌉, ⌈3/1·1⌉
        let brackets = HyperbandPruner.brackets(upTo: 16, count: 3, reduction: 3)
        #expect((0..<3).map { bracket in brackets.count { $0 == bracket } } == [9, 5, 3])
        #expect(Set(brackets.prefix(5)) == [0, 1, 2])
    }

    @Test("compare only within a bracket")
    func separate() {
        let pruner = HyperbandPruner(reductionFactor: 3, minProgress: 1, maxProgress: 9)
        let brackets = HyperbandPruner.brackets(upTo: 40, count: 3, reduction: 3)
        let trial = TrialProgress(index: 40, state: .running, reports: [ProgressReport(step: 8, value: 5)])
        let all = (0..<40).map { index in
            TrialProgress(index: index, state: .succeeded, reports: [ProgressReport(step: 9, value: 1)])
        }
        #expect(pruner.verdict(on: trial, among: all, .minimize) != .keep)
        let strangers = all.filter { brackets[$0.index] != brackets[40] }
        #expect(pruner.verdict(on: trial, among: strangers, .minimize) == .keep)
    }
}

@Suite("A trial's progress")
struct TrialProgressTests {
    @Test("stays small, and keeps its first and last report")
    func bounded() {
        var progress = TrialProgress(index: 0, state: .running)
        for step in 0..<1000 as Range<Int64> {
            progress.append(ProgressReport(step: step, value: Double(step)))
            #expect(progress.reports.count <= TrialProgress.limit)
            #expect(progress.reports.first?.step == 0 && progress.reports.last?.step == step)
        }
    }

    @Test("stays known from the first steps on, more coarsely the further it is", arguments: [(15, 2), (48, 11)])
    func thinned(limit: Int, whole: Int64) throws {
        var reports: [ProgressReport] = []
        for step in 1...1000 as ClosedRange<Int64> {
            reports.add(ProgressReport(step: step, value: 0), atMost: limit)
        }
        #expect(reports.count == limit)
        #expect(reports.prefix(Int(whole)).map(\.step) == Array(1...whole))
        let growth = zip(reports, reports.dropFirst()).map { Double($1.step) / Double($0.step) }
        #expect(try #require(growth.max()) <= 2.2)
    }

    @Test("is thinned at once when less may be kept")
    func lessRoom() {
        var reports: [ProgressReport] = []
        for step in 1...48 as ClosedRange<Int64> { reports.add(ProgressReport(step: step, value: 0), atMost: 48) }
        reports.add(ProgressReport(step: 49, value: 0), atMost: 15)
        #expect(reports.count == 15)
        #expect(reports.first?.step == 1 && reports.last?.step == 49)
    }

    @Test("goes forward only, and takes the last word on a step")
    func order() {
        var progress = TrialProgress(index: 0, state: .running)
        for (step, value) in [(3, 1.0), (1, 2), (3, 3), (4, 4)] as [(Int64, Double)] {
            progress.append(ProgressReport(step: step, value: value))
        }
        #expect(progress.reports == [ProgressReport(step: 3, value: 3), ProgressReport(step: 4, value: 4)])
    }
}
