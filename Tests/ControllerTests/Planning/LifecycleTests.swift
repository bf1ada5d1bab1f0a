import JSON
import Kubernetes
import OptimizationAPI
import Search
import Testing

@testable import Controller

@Suite("Stopping a job early")
struct StoppingTests {
    private func look(
        _ records: [TrialRecord],
        _ trainJobs: [TrainJob] = [],
        refusals: [String: CreationRefusal] = [:],
        numTrials: Int = 9,
        goal: String? = nil,
        direction: String = "Minimize",
        more: JSONObject = [:]
    ) throws -> Plan {
        let object = Sample.jobObject(
            numTrials: numTrials,
            parallelTrials: min(3, numTrials),
            direction: direction,
            goal: goal,
            more: more
        )
        let job = try Sample.job(object, status: Sample.status(records))
        return plan(for: job, observing: Observation(trainJobs: trainJobs, refusals: refusals), at: Sample.start)
    }

    @Test(
        "completes a job whose goal a trial reached, and stops its other trials in the same plan",
        arguments: [("Minimize", "0.25", "0.25"), ("Minimize", "0.5", "0.1"), ("Maximize", "0.25", "1e2")]
    )
    func goal(_ direction: String, _ goal: String, _ value: String) throws {
        let running = [Sample.record(0, uid: "u0"), Sample.record(1, uid: "u1"), Sample.record(2)]
        let seen = [
            Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", value)]),
            Sample.trainJob("bert-trial-1", uid: "u1", metrics: [("loss", "7")]),
        ]
        let plan = try look(running, seen, goal: goal, direction: direction)
        let end = try #require(plan.status.end)
        #expect(end.type == "Complete" && end.reason == JobReason.goalReached)
        #expect(
            end.message
                == "bert-trial-0 reached the goal with loss = \(value) (goal \(goal)); 2 running trials were stopped"
        )
        #expect(plan.status.trials.map(\.state) == [.succeeded, .earlyStopped, .earlyStopped])
        #expect(plan.status.trials[1].reason == TrialReason.jobEnded)
        #expect(plan.status.trials[1].metrics == [MetricValue(name: "loss", value: "7")])
        #expect(plan.deletions.map(\.uid) == ["u1"] && plan.creations.isEmpty)
        #expect(plan.status.condition("Running")?.status == "False")
        #expect(plan.status.result?.trainJobName == "bert-trial-0")
    }

    @Test("goes on while the goal is not reached, and does not take a running trial's value for it")
    func goalMissed() throws {
        let running = [Sample.record(0, uid: "u0"), Sample.record(1, uid: "u1")]
        let seen = [
            Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "0.2501")]),
            Sample.trainJob("bert-trial-1", uid: "u1", metrics: [("loss", "0.1")]),
        ]
        let plan = try look(running, seen, goal: "0.25")
        #expect(plan.status.end == nil && plan.status.trials.count == 4)
    }

    @Test("needs every goal of several objectives reached by one trial")
    func goals() throws {
        let more: JSONObject = [
            "objectives": [
                Sample.objective("loss", goal: "1"), Sample.objective("accuracy", "Maximize", goal: "0.9"),
                Sample.objective("size"),
            ]
        ]
        func ended(_ loss: String, _ accuracy: String) throws -> Plan {
            let metrics = [("loss", loss), ("accuracy", accuracy), ("size", "3")]
            return try look(
                [Sample.record(0, uid: "u0")],
                [Sample.complete("bert-trial-0", uid: "u0", metrics: metrics)],
                more: more
            )
        }
        #expect(try ended("0.5", "0.8").status.end == nil)
        #expect(try ended("2", "0.95").status.end == nil)
        #expect(try ended("0.5", "0.95").status.end?.reason == JobReason.goalReached)
    }

    @Test("fails a job once more trials failed than it tolerates, stops the rest, and quotes the last failure")
    func tooManyFailures() throws {
        let records = [
            Sample.record(0, uid: "u0", state: .failed, reason: "FailedJobs"), Sample.record(1, uid: "u1"),
            Sample.record(2, uid: "u2"), Sample.record(3, uid: "u3", state: .succeeded, loss: "1"),
        ]
        let seen = [
            Sample.failed("bert-trial-1", uid: "u1", reason: "DeadlineExceeded", message: "too slow"),
            Sample.trainJob("bert-trial-2", uid: "u2"),
        ]
        #expect(try look(records, seen, more: ["maxFailedTrials": 2]).status.end == nil)
        let plan = try look(records, seen, more: ["maxFailedTrials": 1])
        let end = try #require(plan.status.end)
        #expect(end.type == "Failed" && end.reason == JobReason.maxFailedTrialsExceeded)
        #expect(end.message.contains("2 trials failed, more than maxFailedTrials (1); 1 running trial was stopped"))
        #expect(end.message.contains("bert-trial-1: DeadlineExceeded: too slow"))
        #expect(plan.deletions.map(\.uid) == ["u2"])
        #expect(plan.status.result?.trainJobName == "bert-trial-3")
    }

    @Test(
        "does not count trials as failed that were deleted, or whose name was taken",
        arguments: [TrialReason.deleted, TrialReason.nameTaken]
    )
    func lost(_ reason: String) throws {
        let records = (0..<3).map { Sample.record($0, uid: "u\($0)", state: .failed, reason: reason) }
        let plan = try look(records, more: ["maxFailedTrials": 0])
        #expect(plan.status.end == nil && plan.status.trials.count == 6)
        #expect(try look(records, numTrials: 3).status.end?.reason == JobReason.allTrialsFailed)
    }

    @Test(
        "fails a job whose first trials are all refused for good, in the API's words, long before its budget is spent"
    )
    func refused() throws {
        let running = (0..<3).map { Sample.record($0) }
        let refusals = Dictionary(
            uniqueKeysWithValues: (0..<3).map { ("bert-trial-\($0)", CreationRefusal.rejected("no such runtime")) }
        )
        let plan = try look(running, refusals: refusals, numTrials: 100)
        let end = try #require(plan.status.end)
        #expect(end.type == "Failed" && end.reason == JobReason.trainJobsCreationFailed)
        #expect(end.message == "no TrainJob could be created; the last refusal: no such runtime")
        #expect(plan.status.condition("Created")?.status == "False")
        #expect(plan.status.trials.count == 3 && plan.creations.isEmpty)
    }

    @Test("goes on after refusals when a trial could be created, or when they are fewer than three")
    func refusedLater() throws {
        func refused(_ index: Int) -> TrialRecord {
            Sample.record(index, state: .failed, reason: TrialReason.rejected)
        }
        #expect(try look([refused(0), refused(1)]).status.end == nil)
        let mixed = [refused(0), refused(1), refused(2), Sample.record(3, uid: "u3")]
        #expect(try look(mixed, [Sample.trainJob("bert-trial-3", uid: "u3")]).status.end == nil)
        #expect(
            try look([refused(0), refused(1)], numTrials: 2).status.end?.reason == JobReason.trainJobsCreationFailed
        )
    }

    @Test("fails, rather than completes, a job none of whose trials succeeded though some were stopped")
    func nothingSucceeded() throws {
        let records = [
            Sample.record(0, uid: "u0", state: .earlyStopped, loss: "3"),
            Sample.record(1, uid: "u1", state: .failed, reason: "FailedJobs"),
        ]
        let plan = try look(records, numTrials: 2)
        #expect(plan.status.end?.reason == JobReason.allTrialsFailed && plan.status.end?.type == "Failed")
        #expect(plan.status.end?.message.hasPrefix("none of 2 trials succeeded, 1 failed") == true)
    }
}

@Suite("Going on after the end")
struct ResumptionTests {
    /// A job that ended with two trials, at generation 3, whose spec is then changed to generation 4.
    private func ended(_ losses: [String?] = ["0.5", "0.4"], more: JSONObject = [:]) throws -> OptimizationJobStatus {
        let records = losses.enumerated().map { index, loss in
            Sample.record(
                index,
                uid: "u\(index)",
                state: loss == nil ? .failed : .succeeded,
                reason: loss == nil ? "FailedJobs" : nil,
                loss: loss
            )
        }
        let job = try Sample.job(Sample.jobObject(numTrials: 2, more: more), status: Sample.status(records))
        let status = plan(for: job, observing: Observation(), at: Sample.start).status
        try #require(status.isTerminal)
        return status
    }

    private func changed(
        _ status: OptimizationJobStatus,
        numTrials: Int = 2,
        more: JSONObject = [:],
        generation: Int = 4
    ) throws -> OptimizationJob {
        var object = Sample.jobObject(numTrials: numTrials, more: more)
        object["metadata"]?["generation"] = .number(JSONNumber(generation))
        return try Sample.job(object, status: status)
    }

    @Test("goes on when numTrials grows, with the next trials of the same sequence and true transition times")
    func grown() throws {
        let later = Sample.start.adding(seconds: 50)
        let plan = plan(for: try changed(ended(), numTrials: 5), observing: Observation(), at: later)
        #expect(plan.status.end == nil && plan.status.trials.count == 4)
        let complete = try #require(plan.status.condition("Complete"))
        #expect(complete.status == "False" && complete.reason == JobReason.resumed)
        #expect(complete.lastTransitionTime == later && complete.observedGeneration == 4)
        #expect(plan.status.condition("Running")?.status == "True")
        #expect(plan.status.condition("Created")?.status == "True")
        #expect(plan.creations.map(\.name) == ["bert-trial-2", "bert-trial-3"])
        let undisturbed = try Sample.job(
            Sample.jobObject(numTrials: 5),
            status: Sample.status(ended().trials)
        )
        let expected = Controller.plan(for: undisturbed, observing: Observation(), at: later)
        #expect(plan.status.trials == expected.status.trials)
        #expect(plan.events.contains { $0.reason == EventReason.jobResumed })
    }

    @Test("goes on after all trials failed when numTrials grows, and after too many failures when more are tolerated")
    func failed() throws {
        let grown = plan(for: try changed(ended([nil, nil]), numTrials: 3), observing: Observation(), at: Sample.start)
        #expect(grown.status.end == nil && grown.status.condition("Failed")?.status == "False")
        let status = try ended([nil, "1"], more: ["maxFailedTrials": 0])
        #expect(status.end?.reason == JobReason.maxFailedTrialsExceeded)
        #expect(status.end?.message.hasPrefix("1 trial failed, more than maxFailedTrials (0)") == true)
        for more in [["maxFailedTrials": 1], [:]] as [JSONObject] {
            let plan = plan(
                for: try changed(status, numTrials: 3, more: more),
                observing: Observation(),
                at: Sample.start
            )
            #expect(plan.status.end == nil && plan.status.trials.count == 3)
        }
        for more in [["maxFailedTrials": 1], [:]] as [JSONObject] {
            let used = try changed(status, numTrials: status.trials.count, more: more)
            let plan = plan(for: used, observing: Observation(), at: Sample.start)
            #expect(plan.status.end?.reason == JobReason.maxFailedTrialsExceeded && plan.events.isEmpty)
            #expect(plan.status.end?.observedGeneration == used.metadata.generation)
        }
        let still = try changed(status, numTrials: 3, more: ["maxFailedTrials": 0])
        #expect(plan(for: still, observing: Observation(), at: Sample.start).status.end != nil)
    }

    @Test("stays ended when another field changes, and only acknowledges the new generation, once")
    func acknowledged() throws {
        let status = try ended()
        let job = try changed(status, more: ["ttlSecondsAfterFinished": 1000])
        let first = plan(for: job, observing: Observation(), at: Sample.start.adding(seconds: 9))
        #expect(first.needsStatusWrite && first.events.isEmpty)
        #expect(first.status.end?.observedGeneration == 4)
        #expect(first.status.end?.lastTransitionTime == Sample.start)
        let again = try changed(first.status, more: ["ttlSecondsAfterFinished": 1000])
        #expect(!plan(for: again, observing: Observation(), at: Sample.start.adding(seconds: 9)).needsStatusWrite)
    }

    @Test("stays complete when its goal is reached, however much numTrials grows")
    func goal() throws {
        let records = [Sample.record(0, uid: "u0", state: .succeeded, loss: "0.1")]
        let job = try Sample.job(Sample.jobObject(numTrials: 2, goal: "0.2"), status: Sample.status(records))
        let status = plan(for: job, observing: Observation(), at: Sample.start).status
        var object = Sample.jobObject(numTrials: 9, goal: "0.2")
        object["metadata"]?["generation"] = 4
        let plan = plan(for: try Sample.job(object, status: status), observing: Observation(), at: Sample.start)
        #expect(plan.status.end?.reason == JobReason.goalReached && plan.status.trials.count == 1)
    }

    @Test("does not flap when what it goes on with has no more points")
    func exhausted() throws {
        func job(_ numTrials: Int, _ status: OptimizationJobStatus, generation: Int) throws -> OptimizationJob {
            var object = Sample.jobObject(
                numTrials: numTrials,
                algorithm: ["grid": [:]],
                parameters: Sample.grid(2)
            )
            object["metadata"]?["generation"] = .number(JSONNumber(generation))
            return try Sample.job(object, status: status)
        }
        var status = plan(for: try job(2, .init(), generation: 3), observing: Observation(), at: Sample.start).status
        for position in status.trials.indices { status.trials[position].state = .failed }
        status = plan(for: try job(2, status, generation: 3), observing: Observation(), at: Sample.start).status
        #expect(status.end?.reason == JobReason.allTrialsFailed)
        status = plan(for: try job(4, status, generation: 4), observing: Observation(), at: Sample.start).status
        #expect(status.end?.reason == JobReason.allTrialsFailed)
        let last = plan(for: try job(4, status, generation: 4), observing: Observation(), at: Sample.start)
        #expect(last.events.isEmpty)
        #expect(!last.needsStatusWrite)
    }
}

@Suite("Keeping and clearing away")
struct RetentionTests {
    private func finished(_ retention: String, more: JSONObject = [:], ttl: Int? = nil) throws -> OptimizationJob {
        var more = more
        more["trialRetention"] = .string(retention)
        if let ttl { more["ttlSecondsAfterFinished"] = .number(JSONNumber(ttl)) }
        let records = [
            Sample.record(0, uid: "u0", state: .succeeded, loss: "0.3"),
            Sample.record(1, uid: "u1", state: .succeeded, loss: "0.1"),
            Sample.record(2, uid: "u2", state: .failed, reason: "FailedJobs"),
            Sample.record(3, uid: "u3"),
        ]
        return try Sample.job(Sample.jobObject(numTrials: 4, more: more), status: Sample.status(records))
    }

    private let seen = Observation(
        trainJobs: [
            Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "0.3")]),
            Sample.complete("bert-trial-1", uid: "u1", metrics: [("loss", "0.1")]),
            Sample.failed("bert-trial-2", uid: "u2", reason: "FailedJobs", message: ""),
            Sample.trainJob("bert-trial-3", uid: "u3"),
        ]
    )

    @Test(
        "deletes the TrainJobs of ended trials as trialRetention says, and never those of running ones",
        arguments: [("All", []), ("Best", ["u0", "u2"]), ("None", ["u0", "u1", "u2"])]
    )
    func retention(_ retention: String, _ deleted: [String]) throws {
        let plan = plan(for: try finished(retention), observing: seen, at: Sample.start)
        #expect(plan.deletions.map(\.uid) == deleted)
    }

    @Test("deletes the best so far once a better one is recorded, in the plan that records it")
    func replaced() throws {
        var seen = seen
        seen.trainJobs[3] = Sample.complete("bert-trial-3", uid: "u3", metrics: [("loss", "0.01")])
        let plan = plan(for: try finished("Best"), observing: seen, at: Sample.start)
        #expect(plan.needsStatusWrite && plan.status.result?.trainJobName == "bert-trial-3")
        #expect(plan.deletions.map(\.uid) == ["u0", "u1", "u2"])
    }

    @Test("keeps the whole Pareto front of several objectives")
    func front() throws {
        let more: JSONObject = [
            "objectives": [Sample.objective("loss"), Sample.objective("accuracy", "Maximize")],
            "trialRetention": "Best",
        ]
        let values = [("1", "0.5"), ("2", "0.9"), ("2", "0.8"), ("0.5", "0.4"), ("2", "0.9")]
        let records = values.enumerated().map { index, value in
            var record = Sample.record(index, uid: "u\(index)", state: .succeeded, loss: value.0)
            record.metrics.append(MetricValue(name: "accuracy", value: value.1))
            return record
        }
        let job = try Sample.job(Sample.jobObject(numTrials: 5, more: more), status: Sample.status(records))
        let trainJobs = (0..<5).map { Sample.complete("bert-trial-\($0)", uid: "u\($0)", metrics: nil) }
        let plan = plan(for: job, observing: Observation(trainJobs: trainJobs), at: Sample.start)
        #expect(plan.status.optimalTrials.map(\.trainJobName) == [0, 1, 3, 4].map { "bert-trial-\($0)" })
        #expect(plan.status.result?.trainJobName == "bert-trial-3")
        #expect(plan.deletions.map(\.uid) == ["u2"])
    }

    @Test("counts the time to live of an end without a date from when it is seen")
    func undated() throws {
        var job = try finished("All", ttl: 60)
        for position in job.status.trials.indices { job.status.trials[position].state = .succeeded }
        job.status.conditions = [try #require(Condition(decoding: ["type": "Complete", "status": "True"]))]
        let first = plan(for: job, observing: seen, at: Sample.start)
        #expect(!first.deletesJob && first.wakeAfterSeconds == 60 && first.needsStatusWrite)
        job.status = first.status
        #expect(plan(for: job, observing: seen, at: Sample.start.adding(seconds: 60)).deletesJob)
    }

    @Test("deletes the job when its time to live after the end is over, not before", arguments: [0, 60])
    func timeToLive(_ ttl: Int) throws {
        var seen = seen
        seen.trainJobs[3] = Sample.complete("bert-trial-3", uid: "u3", metrics: [("loss", "0.2")])
        let ending = plan(for: try finished("All", ttl: ttl), observing: seen, at: Sample.start)
        #expect(ending.status.isTerminal && !ending.deletesJob && ending.wakeAfterSeconds == Int64(max(1, ttl)))
        var job = try finished("All", ttl: ttl)
        job.status = ending.status
        if ttl > 0 {
            let early = plan(for: job, observing: seen, at: Sample.start.adding(seconds: Int64(ttl) - 1))
            #expect(!early.deletesJob && early.wakeAfterSeconds == 1)
        }
        #expect(plan(for: job, observing: seen, at: Sample.start.adding(seconds: Int64(ttl))).deletesJob)
    }
}

@Suite("Suspending a job")
struct SuspendingTests {
    private func look(
        suspend: Bool,
        _ status: OptimizationJobStatus,
        _ trainJobs: [TrainJob] = [],
        numTrials: Int = 4
    ) throws -> Plan {
        let object = Sample.jobObject(numTrials: numTrials, more: ["suspend": .bool(suspend)])
        return plan(
            for: try Sample.job(object, status: status),
            observing: Observation(trainJobs: trainJobs),
            at: Sample.start
        )
    }

    private func suspended(_ trainJob: TrainJob, byUs: Bool) -> TrainJob {
        var trainJob = trainJob
        trainJob.isSuspended = true
        if byUs { trainJob.metadata.annotations[Annotations.suspendedByJob] = "true" }
        return trainJob
    }

    @Test("starts nothing of a job that begins suspended, and says so")
    func fromTheStart() throws {
        let plan = try look(suspend: true, .init())
        #expect(plan.status.trials.isEmpty && !plan.touchesObjects)
        #expect(plan.status.condition("Suspended")?.status == "True")
        #expect(plan.status.condition("Running")?.reason == JobReason.suspended)
        #expect(plan.status.condition("Created") == nil)
        let resumed = try look(suspend: false, plan.status)
        #expect(resumed.status.condition("Suspended")?.status == "False")
        #expect(resumed.status.condition("Suspended")?.reason == JobReason.resumed)
        #expect(resumed.creations.count == 2)
        #expect(try !look(suspend: true, plan.status).needsStatusWrite)
    }

    @Test("suspends the TrainJobs of running trials, creates none, and keeps the records as they are")
    func running() throws {
        let records = [
            Sample.record(0, uid: "u0", state: .succeeded, loss: "1"), Sample.record(1, uid: "u1"), Sample.record(2),
        ]
        let seen = [
            Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "1")]),
            Sample.trainJob("bert-trial-1", uid: "u1"),
        ]
        let plan = try look(suspend: true, Sample.status(records), seen)
        #expect(plan.suspensions.map(\.uid) == ["u1"] && plan.suspensions.allSatisfy(\.suspends))
        #expect(plan.creations.isEmpty && plan.deletions.isEmpty)
        #expect(plan.status.trials == records)
        #expect(plan.events.map(\.reason).contains(EventReason.jobSuspended))
    }

    @Test("resumes what it suspended, and nothing that somebody else did")
    func resumed() throws {
        let records = [Sample.record(0, uid: "u0"), Sample.record(1, uid: "u1")]
        let seen = [
            suspended(Sample.trainJob("bert-trial-0", uid: "u0"), byUs: true),
            suspended(Sample.trainJob("bert-trial-1", uid: "u1"), byUs: false),
        ]
        let plan = try look(suspend: false, Sample.status(records), seen)
        #expect(plan.suspensions.map(\.uid) == ["u0"] && !plan.suspensions[0].suspends)
        #expect(try look(suspend: true, Sample.status(records), seen).suspensions.isEmpty)
    }

    @Test("records trials that end while it is suspended, and completes when they were the last")
    func endedMeanwhile() throws {
        let seen = [Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "1")])]
        let plan = try look(suspend: true, Sample.status([Sample.record(0, uid: "u0")]), seen, numTrials: 2)
        #expect(plan.status.trials.map(\.state) == [.succeeded] && plan.status.end == nil)
        let last = try look(
            suspend: true,
            Sample.status([
                Sample.record(0, uid: "u0"), Sample.record(1, uid: "u1", state: .failed, reason: "FailedJobs"),
            ]),
            seen,
            numTrials: 2
        )
        #expect(last.status.end?.reason == JobReason.maxTrialsReached)
    }

    @Test("is not suspended any more once it has ended, whoever wrote the end")
    func endedSuspended() throws {
        let records = [
            Sample.record(0, uid: "u0"), Sample.record(1, uid: "u1", state: .failed, reason: "FailedJobs"),
        ]
        let suspended = try look(suspend: true, Sample.status(records), numTrials: 2).status
        #expect(suspended.condition("Suspended")?.status == "True")
        let seen = [Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "1")])]
        var ended = try look(suspend: true, suspended, seen, numTrials: 2).status
        let condition = try #require(ended.condition("Suspended"))
        #expect(condition.status == "False" && condition.reason == JobReason.maxTrialsReached)
        ended.conditions.setCondition(try #require(suspended.condition("Suspended")))
        #expect(try look(suspend: true, ended, seen, numTrials: 2).status.condition("Suspended")?.status == "False")
    }

    @Test("leaves a job of another manager entirely alone, whatever state it is in")
    func managedByOthers() throws {
        let object = Sample.jobObject(more: ["managedBy": .string(Managers.multiKueue), "ttlSecondsAfterFinished": 0])
        var job = try Sample.job(object, status: Sample.status([Sample.record(0, uid: "u0")]))
        let seen = Observation(trainJobs: [Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "1")])])
        let plan = plan(for: job, observing: seen, at: Sample.start)
        #expect(!plan.needsStatusWrite && !plan.touchesObjects && plan.events.isEmpty && plan.wakeAfter == nil)
        job.spec.managedBy = Managers.controller
        #expect(Controller.plan(for: job, observing: seen, at: Sample.start).needsStatusWrite)
    }
}

@Suite("Starting from the trials of other jobs")
struct WarmStartTests {
    private let object = Sample.jobObject(more: ["warmStartFrom": ["old", "older"]])

    private func source(_ records: [TrialRecord], ended: Bool = true) -> WarmStartSource {
        var status = Sample.status(records)
        if ended {
            status.conditions.setCondition(
                Condition(type: "Complete", status: "True", reason: "x", message: "", lastTransitionTime: Sample.start)
            )
        }
        return WarmStartSource(status)
    }

    @Test("waits, and says for which job, until all it is to start from exist and have ended")
    func waits() throws {
        let ended = source([])
        for (sources, words) in [
            (["old": ended], "\"older\", named in spec.warmStartFrom, does not exist"),
            (["older": ended, "old": source([], ended: false)], "\"old\", named in spec.warmStartFrom, has not ended"),
        ] {
            let plan = plan(
                for: try Sample.job(object),
                observing: Observation(warmStarts: sources),
                at: Sample.start
            )
            #expect(plan.status.trials.isEmpty && plan.creations.isEmpty && plan.wakeAfterSeconds == 10)
            let created = try #require(plan.status.condition("Created"))
            #expect(created.status == "False" && created.reason == JobReason.waitingForWarmStart)
            #expect(created.message.contains(words))
            #expect(plan.events.map(\.reason) == [EventReason.warmStartAwaited])
        }
        let ready = plan(
            for: try Sample.job(object),
            observing: Observation(warmStarts: ["old": ended, "older": ended]),
            at: Sample.start
        )
        #expect(ready.status.trials.count == 2 && ready.status.condition("Running")?.status == "True")
    }

    @Test("takes succeeded trials on exactly its parameters that began before it did, in a fixed order")
    func joins() throws {
        var foreign = Sample.record(3, state: .succeeded, loss: "1")
        foreign.parameters = [ParameterAssignment(name: "rate", value: "1")]
        var late = Sample.record(4, state: .succeeded, loss: "1")
        late.creationTime = Sample.start.adding(seconds: 1)
        let sources = [
            "old": source([
                Sample.record(0, state: .succeeded, loss: "0.5"), Sample.record(1, state: .failed),
                Sample.record(2, state: .succeeded, loss: "nan"), foreign, late,
            ]),
            "older": source([Sample.record(5, state: .succeeded, loss: "0.25")]),
        ]
        var job = try Sample.job(object)
        let space = try job.spec.searchSpace
        let (first, shares) = WarmStart(job: job, records: job.status.trials, sources: sources).trials(
            in: space,
            at: Sample.start
        )
        #expect(shares == [WarmStart.Share(job: "old", trials: 1), WarmStart.Share(job: "older", trials: 1)])
        #expect(first.map(\.assignment.values) == [["0.1"], ["0.6"]])
        #expect(first.map(\.objectives) == [[0.5], [0.25]] && first.map(\.index) == [-1, -2])
        job.status = Sample.status([Sample.record(0)])
        let after = WarmStart(job: job, records: job.status.trials, sources: sources).trials(
            in: space,
            at: Sample.start.adding(seconds: 500)
        )
        .trials
        #expect(after == first)
        #expect(WarmStart(job: job, records: job.status.trials, sources: [:]).obstacle == nil)
    }

    @Test("takes trials that ended, by a clock that is ahead, after it began; and says once how many joined")
    func clocks() throws {
        var ahead = Sample.record(0, state: .succeeded, loss: "0.5")
        ahead.completionTime = Sample.start.adding(seconds: 90)
        // 0.95, of a wider range: no sampler learns from it.
        var outside = ahead
        outside.parameters[0].value = "0.95"
        for (records, kind, words) in [
            ([ahead], JobEvent.Kind.normal, "trials that joined the history: 1 of \"old\", 0 of \"older\""),
            (
                [ahead, outside], .normal,
                "trials that joined the history: 1 of \"old\" (and 1 outside of these ranges, which do not count), 0 of"
            ),
            ([outside], .warning, "trials that joined the history: 0 of \"old\" (and 1 outside"),
            ([], .warning, "trials that joined the history: 0 of \"old\", 0 of \"older\"; "),
        ] {
            let seen = Observation(warmStarts: ["old": source(records), "older": source([])])
            let began = plan(for: try Sample.job(object), observing: seen, at: Sample.start)
            let event = try #require(began.events.first { $0.reason == EventReason.warmStarted })
            #expect(event.kind == kind && event.note.hasPrefix(words))
            var status = began.status
            status.trials[0].state = .failed
            let next = plan(for: try Sample.job(object, status: status), observing: seen, at: Sample.start)
            #expect(next.status.trials.count == 3 && !next.events.contains { $0.reason == EventReason.warmStarted })
        }
    }
}
