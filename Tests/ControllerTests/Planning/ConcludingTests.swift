import JSON
import Kubernetes
import OptimizationAPI
import Testing

@testable import Controller

@Suite("Concluding a job")
struct ConcludingTests {
    private func ended(_ losses: [String?]) -> OptimizationJobStatus {
        Sample.status(
            losses.enumerated().map { index, loss in
                Sample.record(
                    index,
                    uid: "u\(index)",
                    state: loss == nil ? .failed : .succeeded,
                    reason: loss == nil ? "FailedJobs" : nil,
                    loss: loss
                )
            }
        )
    }

    private func conclude(_ losses: [String?], direction: String = "Minimize") throws -> Plan {
        let job = try Sample.job(
            Sample.jobObject(numTrials: losses.count, direction: direction),
            status: ended(losses)
        )
        return plan(for: job, observing: Observation(), at: Sample.start)
    }

    @Test("completes when every record is terminal, failed ones included")
    func complete() throws {
        let plan = try conclude(["0.3", nil, "0.1", "0.2"])
        let condition = try #require(plan.status.condition("Complete"))
        #expect(condition.status == "True" && condition.reason == JobReason.maxTrialsReached)
        #expect(condition.message == "4 of 4 trials finished; the best, bert-trial-2, reached loss = 0.1")
        #expect(plan.status.condition("Running")?.status == "False")
        #expect(plan.status.condition("Failed") == nil)
        #expect(plan.status.result?.trainJobName == "bert-trial-2")
        #expect(plan.creations.isEmpty && plan.wakeAfter == nil)
        #expect(plan.events.contains { $0.reason == EventReason.jobComplete && $0.kind == .normal })
    }

    @Test("is not complete while a trial runs")
    func notYet() throws {
        var status = ended(["0.3", "0.2", "0.1"])
        status.trials.append(Sample.record(3, uid: "u3"))
        let seen = Observation(trainJobs: [Sample.trainJob("bert-trial-3", uid: "u3")])
        let plan = plan(for: try Sample.job(status: status), observing: seen, at: Sample.start)
        #expect(plan.status.condition("Complete") == nil && plan.status.condition("Running")?.status == "True")
        #expect(plan.status.condition("Running")?.message == "3 of 4 trials finished, 1 running")
    }

    @Test("fails when all trials failed, and says why the first did")
    func allFailed() throws {
        let plan = try conclude([nil, nil])
        let condition = try #require(plan.status.condition("Failed"))
        #expect(condition.status == "True" && condition.reason == JobReason.allTrialsFailed)
        #expect(condition.message == "all 2 trials failed; the first, bert-trial-0: FailedJobs")
        #expect(plan.status.condition("Complete") == nil && plan.status.result == nil)
        #expect(plan.events.contains { $0.reason == EventReason.jobFailed && $0.kind == .warning })
    }

    @Test(
        "takes the best by the objective's direction; of equals the earlier trial",
        arguments: [
            ("Minimize", ["2", "1", "1", "3"], 1), ("Maximize", ["2", "3", "1", "3"], 1),
            ("Minimize", ["-0", "0", "1e-300", "5"], 0), ("Maximize", ["-1e308", "-2", "-2.0", "-3"], 1),
            ("Minimize", ["1e2", "99.5", " 99.5 ", "0x10"], 1),
        ]
    )
    func best(_ direction: String, _ losses: [String], _ winner: Int) throws {
        #expect(try conclude(losses, direction: direction).status.result?.trainJobName == "bert-trial-\(winner)")
    }

    @Test("ends a grid that is smaller than numTrials once every point was tried")
    func gridExhausted() throws {
        let object = Sample.jobObject(
            numTrials: 10,
            parallelTrials: 4,
            algorithm: ["grid": [:]],
            parameters: Sample.grid(3)
        )
        var status = plan(for: try Sample.job(object), observing: Observation(), at: Sample.start).status
        #expect(status.trials.map { $0.parameters[0].value } == ["b0", "b1", "b2"])
        for position in status.trials.indices {
            #expect(status.condition("Complete") == nil)
            status.trials[position].trainJobUID = "u\(position)"
            status.trials[position].state = .succeeded
            status.trials[position].metrics = [MetricValue(name: "loss", value: "\(position)")]
        }
        let last = plan(for: try Sample.job(object, status: status), observing: Observation(), at: Sample.start)
        #expect(last.status.condition("Complete")?.reason == JobReason.searchSpaceExhausted)
        #expect(last.status.trials.count == 3 && last.creations.isEmpty)
    }

    @Test("fails at once a job that cannot be searched, and starts nothing", arguments: [true, false])
    func unsearchable(_ isGrid: Bool) throws {
        var job = try Sample.job()
        if isGrid {
            job.spec.searchAlgorithm = .grid  // over real numbers
        } else {
            job.spec.parameters[0].searchSpace = .uniform(NumericRange(min: "none", max: "1"))
        }
        let plan = plan(for: job, observing: Observation(), at: Sample.start)
        let condition = try #require(plan.status.condition("Failed"))
        #expect(condition.status == "True" && condition.message.contains("lr"))
        #expect(condition.reason == (isGrid ? JobReason.suggestionFailed : JobReason.invalidSpec))
        #expect(plan.status.trials.isEmpty && plan.creations.isEmpty)
    }

    @Test("does nothing more for a job that has ended", arguments: ["Complete", "Failed"])
    func terminal(_ type: String) throws {
        var status = ended(["0.3"])
        status.conditions = [
            Condition(
                type: type,
                status: "True",
                reason: "Done",
                message: "",
                lastTransitionTime: Sample.start,
                observedGeneration: 3
            )
        ]
        let seen = Observation(trainJobs: [Sample.complete("bert-trial-0", uid: "u0", metrics: [("loss", "0")])])
        let plan = plan(for: try Sample.job(status: status), observing: seen, at: Sample.start)
        #expect(!plan.needsStatusWrite && plan.creations.isEmpty && plan.deletions.isEmpty && plan.events.isEmpty)
    }

    @Test("stops what still runs for a job that has ended, and only what is its own")
    func leftovers() throws {
        var status = Sample.status([Sample.record(0, uid: "u0"), Sample.record(1)])
        status.conditions = [
            Condition(
                type: "Failed",
                status: "True",
                reason: "Done",
                message: "",
                lastTransitionTime: Sample.start,
                observedGeneration: 3
            )
        ]
        let seen = Observation(
            trainJobs: [
                Sample.trainJob("bert-trial-0", uid: "u0"),
                Sample.trainJob("foreign", uid: "x", owner: "someone-else"),
                Sample.trainJob("bert-trial-7", uid: "u7", isBeingDeleted: true),
            ]
        )
        let plan = plan(for: try Sample.job(status: status), observing: seen, at: Sample.start)
        #expect(plan.deletions.map(\.uid) == ["u0"])
        #expect(plan.creations.isEmpty)
        #expect(plan.status.trials.allSatisfy { $0.state == .earlyStopped && $0.reason == TrialReason.jobEnded })
    }

    @Test("reaches a point where nothing is left to write")
    func fixedPoint() throws {
        let first = try conclude(["0.3", "0.2"])
        let job = try Sample.job(Sample.jobObject(numTrials: 2), status: first.status)
        #expect(!plan(for: job, observing: Observation(), at: Sample.start.adding(seconds: 60)).needsStatusWrite)
    }

    @Test("tells a job whose spec cannot be understood, once")
    func unreadable() throws {
        var object = Sample.jobObject()
        object["spec"] = "nonsense"
        let snapshot = JobSnapshot(object)
        guard case .unreadable(let problem, nil) = snapshot.content else {
            Issue.record("a string is no spec")
            return
        }
        let plan = plan(forUnreadable: snapshot, because: problem, at: Sample.start)
        #expect(plan.needsStatusWrite && plan.status.condition("Failed")?.reason == JobReason.invalidSpec)
        object["status"] = plan.status.json
        #expect(
            !Controller.plan(forUnreadable: JobSnapshot(object), because: problem, at: Sample.start).needsStatusWrite
        )
    }

    @Test("does not know how a job is that has trials and whose spec cannot be understood, and says so once")
    func notUnderstood() throws {
        let running = plan(for: try Sample.job(), observing: Observation(), at: Sample.start).status
        var object = Sample.jobObject()
        object["spec"] = "nonsense"
        object["status"] = running.json
        let plan = plan(forUnreadable: JobSnapshot(object), because: "nonsense", at: Sample.start)
        #expect(plan.needsStatusWrite && plan.status.condition("Running")?.reason == JobReason.specNotUnderstood)
        #expect(plan.status.summary?.state == "Unknown" && plan.status.summary?.trials == "0/4")
        #expect(plan.status.end == nil && plan.status.trials == running.trials)
        object["status"] = plan.status.json
        let again = Controller.plan(forUnreadable: JobSnapshot(object), because: "nonsense", at: Sample.start)
        #expect(!again.needsStatusWrite)
    }
}
