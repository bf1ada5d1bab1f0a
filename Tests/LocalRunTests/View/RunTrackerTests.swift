import JSON
import Kubernetes
import OptimizationAPI
import Testing

@testable import LocalRun

@Suite("Following a run")
struct RunTrackerTests {
    private static func record(_ index: Int, _ state: TrialState, metrics: [MetricValue] = []) -> TrialRecord {
        TrialRecord(
            trainJobName: "a-trial-\(index)",
            state: state,
            parameters: [.init(name: "x", value: "\(index)")],
            metrics: metrics,
            creationTime: Timestamp(secondsSinceEpoch: 0)
        )
    }

    private static func job(_ trials: [TrialRecord], best: Int? = nil) -> OptimizationJob {
        OptimizationJob(
            metadata: ObjectMeta(["metadata": ["name": "a", "namespace": "default"]]),
            spec: OptimizationJobSpec(
                objectives: [Objective(metric: "loss")],
                searchAlgorithm: .random(seed: 1),
                parameters: [],
                numTrials: 3,
                parallelTrials: 2,
                trainJobTemplate: TrainJobTemplate(spec: [:])
            ),
            status: OptimizationJobStatus(
                result: best.map { TrialResult(trainJobName: "a-trial-\($0)", parameters: [], metrics: []) },
                trials: trials,
                nextTrialIndex: trials.count
            )
        )
    }

    @Test("each trial starts once and ends once, however often it is seen")
    func once() {
        var tracker = RunTracker(job: Self.job([]))
        let started = tracker.observe(Self.job([Self.record(0, .running)]), at: .seconds(1))
        #expect(started.count == 1)
        #expect(tracker.observe(Self.job([Self.record(0, .running)]), at: .seconds(2)) == [])
        let done = Self.job([Self.record(0, .succeeded), Self.record(1, .failed)], best: 0)
        let ended = tracker.observe(done, at: .seconds(3))
        // A trial that began and ended between two looks still does both.
        #expect(
            ended.map { event in
                switch event {
                case .started(let trial): "\(trial.name) started"
                case .ended(let trial, let isBest, let finished): "\(trial.name) ended \(isBest) \(finished)"
                }
            } == ["a-trial-0 ended true 1", "a-trial-1 started", "a-trial-1 ended false 2"]
        )
        #expect(tracker.observe(done, at: .seconds(4)) == [])
        #expect(tracker.state.trials.map(\.ended) == [.seconds(3), .seconds(3)])
        #expect(tracker.state.best?.name == "a-trial-0")
    }

    @Test("a trial without any metric is told what counts as a report, unless one was refused")
    func silent() {
        func message(_ reason: String, metrics: [MetricValue] = [], refusal: String? = nil) -> String? {
            var tracker = RunTracker(job: Self.job([]))
            var record = Self.record(0, .failed, metrics: metrics)
            (record.reason, record.message) = (reason, "so")
            _ = tracker.observe(Self.job([record]), at: .seconds(1), refusal: { _ in refusal })
            return tracker.state.trials.first?.message
        }
        let hint = "so; what it prints is not read, it has to post its metrics (docs/training.md)"
        #expect(message("MetricsUnavailable") == hint)
        #expect(message("MetricsUnavailable", refusal: "why") == "so; a progress report was refused: why")
        #expect(message("MetricsUnavailable", metrics: [.init(name: "los", value: "1")]) == "so")
        #expect(message("FailedJobs") == "so")
    }

    @Test("a trial that is as good as the best is not told as better, though it becomes the best")
    func tie() {
        var tracker = RunTracker(job: Self.job([]))
        func trial(_ index: Int, _ loss: String) -> TrialRecord {
            Self.record(index, .succeeded, metrics: [.init(name: "loss", value: loss)])
        }
        func isBest(_ events: [RunEvent]) -> [Bool] {
            events.compactMap { if case .ended(_, let isBest, _) = $0 { isBest } else { nil } }
        }
        let first = Self.job([Self.record(0, .running), trial(1, "0.5")], best: 1)
        #expect(isBest(tracker.observe(first, at: .seconds(1))) == [true])
        #expect(
            isBest(tracker.observe(Self.job([trial(0, " 0.50 "), trial(1, "0.5")], best: 0), at: .seconds(2))) == [
                false
            ]
        )
        let better = Self.job([trial(0, " 0.50 "), trial(1, "0.5"), trial(2, "0.25")], best: 2)
        #expect(isBest(tracker.observe(better, at: .seconds(3))) == [true])
    }

    @Test("a running trial shows what it reports, a finished one what counts")
    func progress() {
        var tracker = RunTracker(job: Self.job([Self.record(0, .running)]))
        _ = tracker.observe(Self.job([Self.record(0, .running)]), at: .seconds(1))
        func report(_ percentage: Int, _ loss: String) -> TrainJob {
            TrainJob(
                metadata: ObjectMeta(["metadata": ["name": "a-trial-0", "namespace": "default"]]),
                trainerStatus: TrainerStatus(
                    progressPercentage: percentage,
                    metrics: [.init(name: "loss", value: loss)]
                )
            )
        }
        tracker.observe(report(50, "0.5"), at: .seconds(2))
        #expect(tracker.state.trials[0].progress == 50)
        #expect(tracker.state.trials[0].metric("loss") == "0.5")
        _ = tracker.observe(
            Self.job([Self.record(0, .succeeded, metrics: [.init(name: "loss", value: "0.1")])]),
            at: .seconds(3)
        )
        tracker.observe(report(100, "9"), at: .seconds(4))
        #expect(tracker.state.trials[0].metric("loss") == "0.1")
    }

    @Test("time never runs backwards")
    func time() {
        var tracker = RunTracker(job: Self.job([]))
        tracker.tick(at: .seconds(5))
        tracker.tick(at: .seconds(4))
        #expect(tracker.state.elapsed == .seconds(5))
    }

    @Test("the rest is estimated from trials that ended, over the places there are")
    func estimate() {
        var tracker = RunTracker(job: Self.job([]))
        #expect(tracker.state.estimatedRest == nil)
        _ = tracker.observe(Self.job([Self.record(0, .running)]), at: .zero)
        _ = tracker.observe(Self.job([Self.record(0, .succeeded)]), at: .seconds(4))
        #expect(tracker.state.estimatedRest == .seconds(4))  // two trials of 4 s, two at a time
        _ = tracker.observe(Self.job([Self.record(0, .succeeded), Self.record(1, .running)]), at: .seconds(4))
        tracker.tick(at: .seconds(6))
        #expect(tracker.state.estimatedRest == .seconds(3))  // 2 s of one and 4 s of the other
        let all = (0..<3).map { Self.record($0, .succeeded) }
        _ = tracker.observe(Self.job(all), at: .seconds(9))
        #expect(tracker.state.estimatedRest == .zero)
    }
}
