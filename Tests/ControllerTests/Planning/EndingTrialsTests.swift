import JSON
import Kubernetes
import OptimizationAPI
import Testing

@testable import Controller

@Suite("Ending trials")
struct EndingTrialsTests {
    /// One trial, uid `u0`, seen as given.
    private func look(
        at trainJob: TrainJob?,
        record: TrialRecord = Sample.record(0, uid: "u0"),
        memory: TrialMemory? = nil,
        lost: TrialLoss? = nil,
        after seconds: Int64 = 0,
        direction: String = "Minimize"
    ) throws -> Plan {
        let job = try Sample.job(
            Sample.jobObject(numTrials: 3, parallelTrials: 1, direction: direction),
            status: Sample.status([record])
        )
        let seen = Observation(
            trainJobs: trainJob.map { [$0] } ?? [],
            memory: memory.map { ["u0": $0] } ?? [:],
            lost: lost.map { ["u0": $0] } ?? [:]
        )
        return plan(for: job, observing: seen, at: Sample.start.adding(seconds: seconds))
    }

    @Test("succeeds a trial that ended Complete with a value, and names it the result")
    func succeeded() throws {
        let plan = try look(at: Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "0.25")]), after: 5)
        let record = plan.status.trials[0]
        #expect(record.state == .succeeded && record.metrics == [MetricValue(name: "loss", value: "0.25")])
        #expect(record.completionTime == Sample.start)
        #expect(plan.status.result?.trainJobName == "bert-trial-0")
        #expect(plan.status.result?.parameters == record.parameters)
        #expect(plan.events.map(\.reason) == [EventReason.trialSucceeded, EventReason.bestTrialImproved])
    }

    @Test("takes the last entry of the objective's name")
    func lastEntry() throws {
        let metrics = [("loss", "9"), ("other", "1"), ("loss", "0.5")]
        let plan = try look(at: Sample.complete("bert-trial-0", uid: "u0", metrics: metrics))
        #expect(plan.status.trials[0].metrics.first == MetricValue(name: "loss", value: "0.5"))
    }

    @Test("does not take a value for final while the trial runs")
    func stillRunning() throws {
        let plan = try look(at: Sample.trainJob("bert-trial-0", uid: "u0", metrics: [("loss", "0.1")]))
        #expect(plan.status.trials[0].state == .running && plan.status.result == nil)
    }

    @Test("writes no status only because a running trial reported")
    func progressAlone() throws {
        let before = try look(at: Sample.trainJob("bert-trial-0", uid: "u0")).status
        let job = try Sample.job(Sample.jobObject(numTrials: 3, parallelTrials: 1), status: before)
        let seen = Observation(trainJobs: [Sample.trainJob("bert-trial-0", uid: "u0", metrics: [("loss", "0.1")])])
        let plan = plan(for: job, observing: seen, at: Sample.start.adding(seconds: 9))
        #expect(!plan.needsStatusWrite)
        #expect(plan.status.trials[0].metrics == [MetricValue(name: "loss", value: "0.1")])
    }

    @Test("remembers the last value across a report that drops it")
    func dropped() throws {
        let memory = TrialMemory(metrics: [MetricValue(name: "loss", value: "0.3")])
        let plan = try look(at: Sample.complete("bert-trial-0", uid: "u0", metrics: [("epoch", "3")]), memory: memory)
        #expect(plan.status.trials[0].state == .succeeded)
        #expect(Metrics.value(of: "loss", in: plan.status.trials[0].metrics) == 0.3)
    }

    @Test("takes the value from the record when the process was restarted after the report that dropped it")
    func droppedAndRestarted() throws {
        let record = Sample.record(0, uid: "u0", loss: "0.3")
        let plan = try look(at: Sample.complete("bert-trial-0", uid: "u0", metrics: []), record: record)
        #expect(plan.status.trials[0].state == .succeeded)
    }

    @Test("writes down a value that only memory still holds")
    func guarded() throws {
        let settled = try look(at: Sample.trainJob("bert-trial-0", uid: "u0")).status
        let job = try Sample.job(Sample.jobObject(numTrials: 3, parallelTrials: 1), status: settled)
        let seen = Observation(
            trainJobs: [Sample.trainJob("bert-trial-0", uid: "u0", metrics: [])],
            memory: ["u0": TrialMemory(metrics: [MetricValue(name: "loss", value: "0.3")])]
        )
        let first = plan(for: job, observing: seen, at: Sample.start)
        #expect(first.needsStatusWrite)
        let again = try Sample.job(Sample.jobObject(numTrials: 3, parallelTrials: 1), status: first.status)
        #expect(!plan(for: again, observing: seen, at: Sample.start).needsStatusWrite)
        #expect(first.savesReports)
        var recent = seen
        recent.savedAt = Sample.start.adding(seconds: -59)
        let early = plan(for: job, observing: recent, at: Sample.start)
        #expect(!early.needsStatusWrite && !early.savesReports && early.wakeAfterSeconds == 1)
        #expect(plan(for: job, observing: recent, at: Sample.start.adding(seconds: 1)).savesReports)
        // What is written for another reason brings it along at once.
        recent.trainJobs = [Sample.complete("bert-trial-0", uid: "u0", metrics: [])]
        #expect(plan(for: job, observing: recent, at: Sample.start).status.trials[0].state == .succeeded)
    }

    @Test(
        "waits for the objective's value until the grace period is over, then fails the trial",
        arguments: [nil, "nan", "NaN", "inf", "-inf", "n/a", "", "1e999", "0x1p3"] as [String?]
    )
    func grace(_ value: String?) throws {
        let trainJob = Sample.complete("bert-trial-0", uid: "u0", metrics: value.map { [("loss", $0)] })
        let early = try look(at: trainJob, after: 29)
        #expect(early.status.trials[0].state == .running)
        #expect(early.wakeAfter == .seconds(1))
        let late = try look(at: trainJob, after: 30)
        #expect(late.status.trials[0].state == .failed)
        #expect(late.status.trials[0].reason == TrialReason.metricsUnavailable)
        #expect(late.status.trials[0].message?.contains("loss") == true)
        let event = try #require(late.events.first { $0.reason == TrialReason.metricsUnavailable })
        #expect(event.kind == .warning && event.note.contains("bert-trial-0") && event.note.contains("lr = 0.1"))
    }

    @Test("takes a report that trails the end")
    func trailing() throws {
        let memory = TrialMemory(ending: TrialEnding(outcome: .complete, time: Sample.start, seen: Sample.start))
        let trainJob = Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "0.2")])
        #expect(try look(at: trainJob, memory: memory, after: 20).status.trials[0].state == .succeeded)
    }

    @Test("counts the grace period from its own clock when the cluster's differs", arguments: [-3600, 3600] as [Int64])
    func skew(_ seconds: Int64) throws {
        let cluster = Sample.start.adding(seconds: seconds)
        let memory = TrialMemory(ending: TrialEnding(outcome: .complete, time: cluster, seen: Sample.start))
        let trainJob = Sample.complete("bert-trial-0", uid: "u0", metrics: nil, at: cluster)
        #expect(try look(at: trainJob, memory: memory, after: 29).status.trials[0].state == .running)
        #expect(try look(at: trainJob, memory: memory, after: 30).status.trials[0].state == .failed)
    }

    @Test(
        "fails a trial with its TrainJob's own reason and words",
        arguments: [
            ("DeadlineExceeded", "TrainJob exceeded its active deadline"), ("FailedJobs", "jobset failed"),
        ]
    )
    func failed(_ reason: String, _ message: String) throws {
        let plan = try look(at: Sample.failed("bert-trial-0", uid: "u0", reason: reason, message: message))
        #expect(plan.status.trials[0].state == .failed)
        #expect(plan.status.trials[0].reason == reason && plan.status.trials[0].message == message)
        #expect(plan.events.contains { $0.kind == .warning && $0.reason == reason && $0.note.contains(message) })
        #expect(plan.status.result == nil)
    }

    @Test("fails, and never resurrects, a trial whose TrainJob is confirmed to be gone")
    func deleted() throws {
        let plan = try look(at: nil, lost: .deleted)
        #expect(plan.status.trials[0].state == .failed)
        #expect(plan.status.trials[0].reason == TrialReason.deleted)
        #expect(plan.creations.map(\.name) == ["bert-trial-1"])
    }

    @Test("believes nothing from absence alone")
    func unconfirmed() throws {
        let plan = try look(at: nil)
        #expect(plan.status.trials[0].state == .running && plan.creations.isEmpty)
    }

    @Test("does not take another TrainJob of the same name for the recorded one")
    func impostor() throws {
        let plan = try look(at: Sample.complete("bert-trial-0", uid: "other", metrics: [("loss", "0")]), lost: .deleted)
        #expect(plan.status.trials[0].reason == TrialReason.deleted && plan.deletions.isEmpty)
    }

    @Test("keeps the result of a trial whose TrainJob was deleted after it had ended")
    func endedThenDeleted() throws {
        let memory = TrialMemory(
            metrics: [MetricValue(name: "loss", value: "0.4")],
            ending: TrialEnding(outcome: .complete, time: Sample.start, seen: Sample.start)
        )
        #expect(try look(at: nil, memory: memory, lost: .deleted).status.trials[0].state == .succeeded)
        let silent = TrialMemory(ending: TrialEnding(outcome: .complete, time: Sample.start, seen: Sample.start))
        let plan = try look(at: nil, memory: silent, lost: .deleted)
        #expect(plan.status.trials[0].reason == TrialReason.deleted)
        #expect(plan.status.trials[0].message == "the TrainJob was deleted before its last report came")
        let late = try look(at: nil, memory: silent, lost: .deleted, after: 30)
        #expect(late.status.trials[0].reason == TrialReason.metricsUnavailable)
    }

    @Test("gives up a trial whose TrainJob is the job's no more, tells of it, and leaves the TrainJob alone")
    func released() throws {
        let plan = try look(at: nil, lost: .released)
        #expect(plan.status.trials[0].state == .failed && plan.status.trials[0].reason == TrialReason.nameTaken)
        #expect(plan.deletions.isEmpty && plan.suspensions.isEmpty)
        #expect(plan.events.contains { $0.kind == .warning && $0.note.contains("ownerReferences") })
    }

    @Test("names what a trial reported instead of its objective, within bounds")
    func misspelt() throws {
        func message(_ metrics: [(String, String)]?) throws -> String? {
            let trainJob = Sample.complete("bert-trial-0", uid: "u0", metrics: metrics)
            return try look(at: trainJob, after: 30).status.trials[0].message
        }
        let start = "the trial completed without reporting \"loss\"; it reported "
        #expect(try message(nil) == start + "no metric at all")
        #expect(try message([("los", "1"), ("epoch", "3")]) == start + "\"los\", \"epoch\"")
        #expect(
            try message([("loss", "nan")])
                == "the trial completed with \"loss\" = \"nan\", which is not a finite number"
        )
        let many = try #require(try message((0..<30).map { (String(repeating: "x", count: 500) + "\($0)", "1") }))
        #expect(many.hasSuffix(" and 22 more") && many.utf8.count < 700)
    }

    @Test("dates an end without a date by when it was seen")
    func undated() throws {
        var trainJob = Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "1")])
        trainJob.conditions = [try #require(Condition(decoding: ["type": "Complete", "status": "True"]))]
        let record = try look(at: trainJob, after: 7).status.trials[0]
        #expect(record.state == .succeeded && record.completionTime == Sample.start.adding(seconds: 7))
    }

    @Test("waits for a TrainJob that is being deleted to be gone")
    func beingDeleted() throws {
        let plan = try look(at: Sample.trainJob("bert-trial-0", uid: "u0", isBeingDeleted: true))
        #expect(plan.status.trials[0].state == .running && plan.creations.isEmpty)
    }

    @Test("never changes a terminal record", arguments: [TrialState.succeeded, .failed, .earlyStopped])
    func terminal(_ state: TrialState) throws {
        let record = Sample.record(0, uid: "u0", state: state, reason: "Why", loss: "1")
        for trainJob in [
            Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "0.1")]),
            Sample.failed("bert-trial-0", uid: "u0", reason: "Late", message: "x"), nil,
        ] {
            let plan = try look(at: trainJob, record: record, lost: .deleted, after: 100)
            #expect(plan.status.trials[0] == record)
        }
    }

    @Test("fails a record whose TrainJob was refused for good, in the API's own words")
    func rejected() throws {
        let words = "admission webhook \"v\" denied the request: must have a runtime"
        let job = try Sample.job(status: Sample.status([Sample.record(0), Sample.record(1, uid: "u1")]))
        let seen = Observation(
            trainJobs: [Sample.trainJob("bert-trial-1", uid: "u1")],
            refusals: ["bert-trial-0": .rejected(words)]
        )
        let plan = plan(for: job, observing: seen, at: Sample.start)
        #expect(plan.status.trials[0].reason == TrialReason.rejected && plan.status.trials[0].message == words)
        #expect(plan.status.trials[0].state == .failed && plan.status.trials[0].completionTime == Sample.start)
        #expect(plan.creations.map(\.name) == ["bert-trial-2"])
        #expect(plan.events.contains { $0.reason == TrialReason.rejected && $0.note.contains(words) })
    }

    @Test("fails a record whose name belongs to someone else, and says to whom")
    func nameTaken() throws {
        let nobodys = plan(
            for: try Sample.job(status: Sample.status([Sample.record(0)])),
            observing: Observation(refusals: ["bert-trial-0": .nameTaken(owner: nil)]),
            at: Sample.start
        )
        #expect(
            nobodys.status.trials[0].message
                == "a TrainJob named \"bert-trial-0\" exists already and was not made for this job; it was left alone"
        )
        let job = try Sample.job(status: Sample.status([Sample.record(0)]))
        let seen = Observation(refusals: ["bert-trial-0": .nameTaken(owner: "Workflow \"nightly\"")])
        let plan = plan(for: job, observing: seen, at: Sample.start)
        #expect(plan.status.trials[0].reason == TrialReason.nameTaken)
        #expect(plan.status.trials[0].message?.contains("Workflow \"nightly\"") == true)
        #expect(plan.deletions.isEmpty)
        #expect(plan.events.contains { $0.kind == .warning && $0.reason == TrialReason.nameTaken })
    }

    @Test("keeps the objective and some other metrics, within the record's share of the status")
    func metricsBounded() throws {
        let many = (0..<256).map { ("metric-\($0)", "1") } + [("loss", "0.5")]
        let record = try look(at: Sample.complete("bert-trial-0", uid: "u0", metrics: many)).status.trials[0]
        #expect(record.metrics.first == MetricValue(name: "loss", value: "0.5"))
        #expect(record.metrics.count == 1 + Metrics.otherLimit)

        let job = try Sample.job(
            Sample.jobObject(numTrials: 1000, parallelTrials: 1),
            status: Sample.status([Sample.record(0, uid: "u0")])
        )
        let seen = Observation(trainJobs: [Sample.complete("bert-trial-0", uid: "u0", metrics: many)])
        let narrow = plan(for: job, observing: seen, at: Sample.start).status.trials[0]
        #expect(narrow.metrics.first?.name == "loss" && narrow.metrics.count < 10)
    }
}
