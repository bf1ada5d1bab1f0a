import JSON
import Kubernetes
import OptimizationAPI
import Search
import Testing

@testable import Controller

@Suite("Pruning")
struct PruningTests {
    /// Trials 0 to 4 have succeeded with losses 1 to 5 at every step to 10; trial 5 runs.
    private func job(
        _ algorithm: JSONValue = ["medianStop": ["startupTrials": 5]],
        numTrials: Int = 10,
        running: TrialRecord = Sample.record(5, uid: "u5"),
        more: JSONObject = [:]
    ) throws -> OptimizationJob {
        let finished = (0..<5).map { index -> TrialRecord in
            var record = Sample.record(index, uid: "u\(index)", state: .succeeded, loss: "\(index + 1)")
            record.progress = (1...10).map { ProgressPoint(step: $0, value: Double(index + 1)) }
            return record
        }
        let more = more.merging(["pruneAlgorithm": algorithm])
        let object = Sample.jobObject(numTrials: numTrials, parallelTrials: 1, more: more)
        let job = try Sample.job(object, status: Sample.status(finished + [running]))
        // All that is to be said of this is said already.
        let seen = Observation(trainJobs: [Sample.trainJob("bert-trial-5", uid: "u5")])
        return try Sample.job(object, status: plan(for: job, observing: seen, at: Sample.start).status)
    }

    /// What is decided when trial 5 has reported these losses, one a step.
    private func look(
        _ losses: [Double],
        at job: OptimizationJob,
        trainJob: TrainJob? = Sample.trainJob("bert-trial-5", uid: "u5", metrics: [("loss", "9")]),
        unsavedSince: Timestamp? = nil,
        after seconds: Int64 = 0
    ) -> Plan {
        let points = losses.enumerated().map { ProgressPoint(step: Int64($0.offset + 1), value: $0.element) }
        let seen = Observation(
            trainJobs: trainJob.map { [$0] } ?? [],
            memory: ["u5": TrialMemory(metrics: [MetricValue(name: "loss", value: "9")], progress: points)],
            unsavedSince: unsavedSince
        )
        return plan(for: job, observing: seen, at: Sample.start.adding(seconds: seconds))
    }

    @Test("ends the record with the last value, stops the TrainJob, says why, and starts the next trial")
    func prunes() throws {
        let plan = look([9, 8], at: try job(), after: 7)
        let record = plan.status.trials[5]
        #expect(record.state == .earlyStopped && record.reason == TrialReason.pruned)
        #expect(record.message == "its best value by step 2, 8.0, is worse than the median of the others, 3.0")
        #expect(record.metrics == [MetricValue(name: "loss", value: "9")])
        #expect(record.progress.map(\.step) == [1, 2])
        #expect(record.completionTime == Sample.start.adding(seconds: 7))
        #expect(plan.needsStatusWrite && !plan.leavesProgressUnsaved)
        #expect(plan.deletions.map(\.uid) == ["u5"])
        #expect(plan.events.map(\.reason) == [EventReason.trialPruned])
        #expect(plan.creations.map(\.name) == ["bert-trial-6"])
        #expect(plan.status.trialCounts.earlyStopped == 1)
        #expect(plan.status.result?.trainJobName == "bert-trial-0")
    }

    @Test("leaves alone a trial that does well, or of which too little is known")
    func keeps() throws {
        for losses in [[], [2.5], [9, 2]] as [[Double]] {
            #expect(look(losses, at: try job()).status.trials[5].state == .running, "\(losses)")
        }
        let patient = try job(["medianStop": ["startupTrials": 5, "startupSteps": 3]])
        #expect(look([9, 9, 9], at: patient).status.trials[5].state == .running)
        #expect(look([9, 9, 9, 9], at: patient).status.trials[5].state == .earlyStopped)
        let demanding = try job(["medianStop": ["startupTrials": 6]])
        #expect(look([9, 9], at: demanding).status.trials[5].state == .running)
    }

    @Test("stops no trial whose TrainJob has ended, is out of sight, suspended or at 100 percent")
    func endedOrUnseen() throws {
        let ended = Sample.complete("bert-trial-5", uid: "u5", metrics: [])
        #expect(look([9, 8], at: try job(), trainJob: ended).status.trials[5].state == .succeeded)
        #expect(look([9, 8], at: try job(), trainJob: nil).status.trials[5].state == .running)
        let suspended = try job(more: ["suspend": true])
        #expect(look([9, 8], at: suspended).status.trials[5].state == .running)
        var done = Sample.trainJob("bert-trial-5", uid: "u5", metrics: [("loss", "9")])
        done.trainerStatus?.progressPercentage = 100
        #expect(look([9, 8], at: try job(), trainJob: done).status.trials[5].state == .running)
    }

    @Test("asks nothing of a job without pruneAlgorithm, and keeps no progress of its trials")
    func unasked() throws {
        let object = Sample.jobObject(numTrials: 10, parallelTrials: 1)
        let job = try Sample.job(object, status: try job().status)
        let plan = look([9, 8], at: job)
        #expect(plan.status.trials[5].state == .running && plan.status.trials[5].progress.isEmpty)
        #expect(!plan.leavesProgressUnsaved)
    }

    @Test("is moved by no NaN, neither the trial's nor another's")
    func nan() throws {
        #expect(look([.nan, 2.5], at: try job()).status.trials[5].state == .running)
        #expect(look([.nan, .infinity], at: try job()).status.trials[5].state == .earlyStopped)
        var status = try job().status
        status.trials[4].progress = [ProgressPoint(step: 10, value: .nan)]
        let object = Sample.jobObject(
            numTrials: 10,
            parallelTrials: 1,
            more: ["pruneAlgorithm": ["medianStop": ["startupTrials": 4]]]
        )
        let plan = look([2.6], at: try Sample.job(object, status: status))
        #expect(
            plan.status.trials[5].message
                == "its best value by step 1, 2.6, is worse than the median of the others, 2.5"
        )
    }

    @Test("has progress ride along with the next write, or written by itself when it has waited for a minute")
    func saving() throws {
        let fresh = look([2.5], at: try job())
        #expect(!fresh.needsStatusWrite && fresh.leavesProgressUnsaved)
        #expect(fresh.wakeAfterSeconds == 60)
        let later = look([2.5], at: try job(), unsavedSince: Sample.start, after: 59)
        #expect(!later.needsStatusWrite && later.wakeAfterSeconds == 1)
        let due = look([2.5], at: try job(), unsavedSince: Sample.start, after: 60)
        #expect(due.needsStatusWrite && !due.leavesProgressUnsaved)
        let saved = look([2.5], at: try job(running: due.status.trials[5]), after: 61)
        #expect(!saved.needsStatusWrite && !saved.leavesProgressUnsaved && saved.wakeAfterSeconds == nil)
    }

    @Test("decides after a restart as it would have without one, from what was written")
    func restart() throws {
        var record = Sample.record(5, uid: "u5")
        record.progress = [ProgressPoint(step: 1, value: 2.5), ProgressPoint(step: 2, value: 9)]
        let job = try job(running: record)
        // The best value so far was reported before the restart.
        let points = [ProgressPoint(step: 3, value: 9)]
        let seen = Observation(
            trainJobs: [Sample.trainJob("bert-trial-5", uid: "u5", metrics: [("loss", "9")])],
            memory: ["u5": TrialMemory(progress: points)]
        )
        let plan = plan(for: job, observing: seen, at: Sample.start)
        #expect(plan.status.trials[5].state == .running)
        #expect(plan.status.trials[5].progress == record.progress + points)
    }

    @Test("mixes no steps of two measures, neither in a trial's course nor between trials")
    func measures() throws {
        var record = Sample.record(5, uid: "u5")
        record.progress = [ProgressPoint(step: 1, value: 9), ProgressPoint(step: 2, value: 9)]
        record.stepMeasure = .metric("epoch")
        func look(_ others: StepMeasure?, memory measure: StepMeasure) throws -> TrialRecord {
            var job = try job(["medianStop": ["startupTrials": 5, "startupSteps": 2]])
            job.status.trials[5] = record
            for index in 0..<5 { job.status.trials[index].stepMeasure = others }
            var memory = TrialMemory(progress: [ProgressPoint(step: 9, value: 9)])
            memory.stepMeasure = measure
            let seen = Observation(trainJobs: [Sample.trainJob("bert-trial-5", uid: "u5")], memory: ["u5": memory])
            return plan(for: job, observing: seen, at: Sample.start).status.trials[5]
        }
        #expect(try look(.metric("epoch"), memory: .metric("step")).progress == record.progress)
        #expect(try look(.metric("epoch"), memory: .metric("epoch")).progress.last?.step == 9)
        #expect(try look(.metric("epoch"), memory: .metric("epoch")).state == .earlyStopped)
        #expect(try look(.metric("step"), memory: .metric("epoch")).state == .running)
        // Records of older releases do not say what they count.
        #expect(try look(nil, memory: .metric("epoch")).state == .earlyStopped)
    }

    @Test("keeps a trial's course in a thousandth of what a status may take")
    func bounded() throws {
        let losses = (0..<500).map { 2 + Double($0 % 7) / 10 }
        let few = look(losses, at: try job(numTrials: 10)).status.trials[5].progress
        let many = look(losses, at: try job(numTrials: 1000)).status.trials[5].progress
        #expect(few.count > 20 && few.count <= TrialProgress.limit)
        #expect(many.count >= 8 && many.count <= 16)
        for points in [few, many] {
            #expect(points.first?.step == 1 && points.last?.step == 500)
            #expect(zip(points, points.dropFirst()).allSatisfy { $0.step < $1.step })
        }
    }

    @Test("is how samplers learn of a trial: by the last value it had")
    func learning() throws {
        let stopped = look([9, 8], at: try job()).status
        let suggestions = try Suggestions(for: try job(), after: stopped.trials, at: Sample.start)
        let trial = try #require(suggestions.history.trials.first { $0.index == 5 })
        #expect(trial.state == .earlyStopped && trial.objectives == [9])
    }
}

extension JSONObject {
    fileprivate func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        for (name, value) in other { merged[name] = value }
        return merged
    }
}
