import JSON
import Kubernetes
import OptimizationAPI
import Search
import Testing

@testable import Controller

@Suite("Starting trials")
struct StartingTrialsTests {
    @Test("records as many trials as may run at once, before any TrainJob exists")
    func first() throws {
        let job = try Sample.job()
        let plan = plan(for: job, observing: Observation(), at: Sample.start)
        #expect(plan.needsStatusWrite)
        #expect(plan.status.trials.map(\.trainJobName) == ["bert-trial-0", "bert-trial-1"])
        #expect(plan.status.trials.allSatisfy { $0.state == .running && $0.trainJobUID == nil })
        #expect(plan.status.nextTrialIndex == 2)
        #expect(plan.creations.map(\.name) == ["bert-trial-0", "bert-trial-1"])
        #expect(plan.status.condition("Created")?.status == "True")
        #expect(plan.status.condition("Running")?.status == "True")
        #expect(
            plan.status.conditions.allSatisfy { $0.observedGeneration == 3 && $0.lastTransitionTime == Sample.start }
        )
    }

    @Test("is a function of its arguments: the same look gives the same plan")
    func deterministic() throws {
        let job = try Sample.job()
        let a = plan(for: job, observing: Observation(), at: Sample.start)
        let b = plan(for: job, observing: Observation(), at: Sample.start)
        #expect(a.status == b.status && a.creations == b.creations && a.events == b.events)
    }

    @Test("creates a recorded trial without UID again: same name, same values")
    func recordWithoutChild() throws {
        let first = plan(for: try Sample.job(), observing: Observation(), at: Sample.start)
        let later = try Sample.job(status: first.status)
        let second = plan(for: later, observing: Observation(), at: Sample.start.adding(seconds: 60))
        #expect(!second.needsStatusWrite)
        #expect(second.creations == first.creations)
    }

    @Test("notes the UID of a TrainJob that is there already instead of creating it")
    func adopt() throws {
        let job = try Sample.job(status: Sample.status([Sample.record(0), Sample.record(1)]))
        let seen = Observation(trainJobs: [Sample.trainJob("bert-trial-0", uid: "u0")])
        let plan = plan(for: job, observing: seen, at: Sample.start)
        #expect(plan.status.trials.map(\.trainJobUID) == ["u0", nil])
        #expect(plan.creations.map(\.name) == ["bert-trial-1"])
        #expect(plan.events.map(\.reason) == [EventReason.trialStarted])
    }

    @Test("tells samplers which way each objective is better, and nothing of values that say nothing")
    func history() throws {
        let objectives: JSONObject = [
            "objectives": [Sample.objective("accuracy", "Maximize"), Sample.objective("loss")]
        ]
        func record(_ index: Int, _ state: TrialState, _ reason: String) -> TrialRecord {
            var record = Sample.record(index, uid: "u\(index)", state: state, reason: reason, loss: "2")
            record.metrics.append(MetricValue(name: "accuracy", value: "0.5"))
            return record
        }
        let records = [
            record(0, .succeeded, TrialReason.completed), record(1, .earlyStopped, "Pruned"),
            record(2, .earlyStopped, TrialReason.jobEnded), record(3, .failed, "FailedJobs"),
            record(4, .failed, TrialReason.deleted), record(5, .failed, TrialReason.nameTaken),
        ]
        let suggestions = try Suggestions(
            for: try Sample.job(Sample.jobObject(more: objectives)),
            after: records,
            at: Sample.start
        )
        #expect(suggestions.history.directions == [.maximize, .minimize])
        #expect(suggestions.history.trials.map(\.objectives) == [[0.5, 2], [0.5, 2], [], [0.5, 2], [], []])
        let states: [PastTrial.State] = [
            .succeeded, .earlyStopped, .earlyStopped, .failed, .earlyStopped, .earlyStopped,
        ]
        #expect(suggestions.history.trials.map(\.state) == states)
    }

    @Test("never adopts a TrainJob that another owner controls")
    func foreign() throws {
        let job = try Sample.job(status: Sample.status([Sample.record(0)]))
        let seen = Observation(trainJobs: [Sample.trainJob("bert-trial-0", uid: "u0", owner: "someone-else")])
        let plan = plan(for: job, observing: seen, at: Sample.start)
        #expect(plan.status.trials[0].trainJobUID == nil)
        #expect(plan.creations.map(\.name).contains("bert-trial-0"))
    }

    @Test("starts a trial for each that ended, never more at once than parallelTrials and never more than numTrials")
    func budget() throws {
        let records = [
            Sample.record(0, uid: "u0"), Sample.record(1, uid: "u1", state: .succeeded, loss: "1"),
            Sample.record(2, uid: "u2"),
        ]
        let job = try Sample.job(status: Sample.status(records))
        let seen = Observation(
            trainJobs: [
                Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "3")]),
                Sample.complete("bert-trial-2", uid: "u2", metrics: [("loss", "2")]),
            ]
        )
        let plan = plan(for: job, observing: seen, at: Sample.start)
        #expect(plan.status.trials.count == 4)
        #expect(plan.creations.map(\.name) == ["bert-trial-3"])
    }

    @Test("starts nothing while as many run as may", arguments: [1, 2, 3])
    func full(_ parallel: Int) throws {
        let records = (0..<parallel).map { Sample.record($0, uid: "u\($0)") }
        let job = try Sample.job(
            Sample.jobObject(numTrials: 9, parallelTrials: parallel),
            status: Sample.status(records)
        )
        let seen = Observation(
            trainJobs: (0..<parallel).map { Sample.trainJob("bert-trial-\($0)", uid: "u\($0)") }
        )
        let plan = plan(for: job, observing: seen, at: Sample.start)
        #expect(plan.creations.isEmpty && plan.status.trials.count == parallel)
    }

    @Test("lets running trials be when parallelTrials was lowered")
    func lowered() throws {
        let records = (0..<3).map { Sample.record($0, uid: "u\($0)") }
        let job = try Sample.job(Sample.jobObject(numTrials: 9, parallelTrials: 1), status: Sample.status(records))
        let seen = Observation(trainJobs: (0..<3).map { Sample.trainJob("bert-trial-\($0)", uid: "u\($0)") })
        let plan = plan(for: job, observing: seen, at: Sample.start)
        #expect(plan.creations.isEmpty && plan.deletions.isEmpty && plan.status.trials.count == 3)
    }

    @Test("continues the same sequence after a restart as without one", arguments: [1, 2, 5])
    func sequence(_ parallel: Int) throws {
        func parameters(of job: JSONValue) throws -> [[String]] {
            var status: OptimizationJobStatus?
            for _ in 0..<20 {
                let job = try Sample.job(job, status: status)  // decoded anew, as after a restart
                var next = plan(for: job, observing: Observation(), at: Sample.start).status
                for position in next.trials.indices where next.trials[position].state == .running {
                    next.trials[position].state = .succeeded
                    next.trials[position].metrics = [MetricValue(name: "loss", value: "\(position)")]
                }
                status = next
                if next.trials.count == 10 { break }
            }
            return (status?.trials ?? []).map { $0.parameters.map(\.value) }
        }
        let one = try parameters(of: Sample.jobObject(numTrials: 10, parallelTrials: 1))
        let many = try parameters(of: Sample.jobObject(numTrials: 10, parallelTrials: parallel))
        #expect(one == many && Set(one).count == 10)
    }

    @Test("takes the seed from the UID when the user gave none")
    func seed() throws {
        func first(_ uid: String, _ algorithm: JSONValue) throws -> [TrialRecord] {
            let job = try Sample.job(Sample.jobObject(uid: uid, algorithm: algorithm))
            return plan(for: job, observing: Observation(), at: Sample.start).status.trials
        }
        #expect(try first("a", ["random": [:]]).map(\.parameters) == first("a", ["random": [:]]).map(\.parameters))
        #expect(try first("a", ["random": [:]]).map(\.parameters) != first("b", ["random": [:]]).map(\.parameters))
        let seeded: JSONValue = ["random": ["seed": -3]]
        #expect(try first("a", seeded).map(\.parameters) == first("b", seeded).map(\.parameters))
    }

    @Test("never takes an index twice, even when nextTrialIndex was lost or is absurd", arguments: [0, -5, 1, Int.max])
    func indices(_ next: Int) throws {
        var status = Sample.status([Sample.record(0, uid: "u0", state: .succeeded, loss: "1")])
        status.nextTrialIndex = next
        let plan = plan(for: try Sample.job(status: status), observing: Observation(), at: Sample.start)
        #expect(Set(plan.status.trials.map(\.trainJobName)).count == plan.status.trials.count)
        #expect(plan.status.trials.count == 3)
    }

    @Test("creates nothing for a job that is being deleted")
    func deleting() throws {
        var object = Sample.jobObject()
        object["metadata"]?["deletionTimestamp"] = .string(Sample.start.description)
        let job = try Sample.job(object, status: Sample.status([Sample.record(0)]))
        let plan = plan(for: job, observing: Observation(), at: Sample.start)
        #expect(plan.creations.isEmpty && !plan.needsStatusWrite && plan.deletions.isEmpty && plan.wakeAfter == nil)
    }

    @Test("holds a trial back that could not be created, until it is time")
    func setback() throws {
        let job = try Sample.job(status: Sample.status([Sample.record(0), Sample.record(1)]))
        let seen = Observation(
            setbacks: [
                "bert-trial-0": CreationSetback(message: "exceeded quota", notBefore: Sample.start.adding(seconds: 8))
            ]
        )
        let early = plan(for: job, observing: seen, at: Sample.start)
        #expect(early.creations.map(\.name) == ["bert-trial-1"])
        #expect(early.wakeAfter == .seconds(8))
        #expect(early.status.condition("Created")?.status == "False")
        #expect(early.status.condition("Created")?.reason == JobReason.trainJobsCreationFailed)
        #expect(early.status.condition("Created")?.message.contains("exceeded quota") == true)
        #expect(early.status.condition("Running")?.reason == JobReason.trainJobsCreationFailed)
        let restarted = try Sample.job(status: early.status)
        let silent = plan(for: restarted, observing: Observation(), at: Sample.start.adding(seconds: 4))
        #expect(!silent.needsStatusWrite && silent.creations.count == 2)
        let later = plan(for: job, observing: seen, at: Sample.start.adding(seconds: 8))
        #expect(later.creations.map(\.name) == ["bert-trial-0", "bert-trial-1"])
    }

    @Test("says of a job that runs how many of its trials could not be created")
    func partialSetback() throws {
        let job = try Sample.job(
            status: Sample.status([Sample.record(0, uid: "a"), Sample.record(1), Sample.record(2)])
        )
        func setback(_ message: String) -> CreationSetback {
            CreationSetback(message: message, notBefore: Sample.start.adding(seconds: 8))
        }
        let seen = Observation(
            trainJobs: [Sample.trainJob("bert-trial-0", uid: "a")],
            setbacks: ["bert-trial-1": setback("exceeded quota"), "bert-trial-2": setback("etcd timeout")]
        )
        let running = plan(for: job, observing: seen, at: Sample.start).status.condition("Running")
        #expect(running?.status == "True")
        #expect(running?.message.hasSuffix("3 running; of these, 2 could not be created yet: exceeded quota") == true)
    }

    @Test("stops before the records outgrow an API object, and ends with what there is")
    func bytes() throws {
        let object = Sample.jobObject(numTrials: 1000, parallelTrials: 1000)
        let options = PlanningOptions(statusByteLimit: 64 << 10)
        var status = OptimizationJobStatus()
        for _ in 0..<1000 where status.condition("Complete") == nil {
            let job = try Sample.job(object, status: status)
            status = plan(for: job, observing: Observation(), at: Sample.start, options: options).status
            #expect(status.json.serialized().count < 64 << 10)
            for position in status.trials.indices where status.trials[position].state == .running {
                status.trials[position].state = .succeeded
                status.trials[position].metrics = [MetricValue(name: "loss", value: "\(position)")]
            }
        }
        #expect(status.trials.count > 50 && status.trials.count < 1000)
        #expect(status.condition("Complete")?.reason == JobReason.trialHistoryExhausted)
        #expect(status.result?.trainJobName == "bert-trial-0")
    }
}
