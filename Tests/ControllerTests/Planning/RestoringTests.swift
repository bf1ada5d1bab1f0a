import JSON
import Kubernetes
import OptimizationAPI
import Testing

@testable import Controller

@Suite("A status that was cleared or replaced by an older one")
struct RestoringTests {
    private static let created = Sample.start.adding(seconds: -600)
    private static let now = Sample.start.adding(seconds: 600)

    /// A TrainJob as trial `index` left it, with its parameters as the controller writes them or with another annotation.
    private static func trainJob(
        _ index: Int,
        lr: String = "0.5",
        loss: String? = nil,
        annotation: String? = nil,
        isEnded: Bool = true
    ) -> TrainJob {
        let (name, uid) = ("bert-trial-\(index)", "u\(index)")
        var trainJob =
            isEnded
            ? Sample.complete(name, uid: uid, metrics: loss.map { [("loss", $0)] }) : Sample.trainJob(name, uid: uid)
        let text = TrialParameters.text([ParameterAssignment(name: "lr", value: lr)])
        trainJob.metadata.annotations[Annotations.parameters] = annotation ?? text
        trainJob.metadata.creationTimestamp = created.adding(seconds: Int64(index))
        return trainJob
    }

    private static func running(_ index: Int, lr: String = "0.5", annotation: String? = nil) -> TrainJob {
        trainJob(index, lr: lr, annotation: annotation, isEnded: false)
    }

    private func look(
        _ status: OptimizationJobStatus? = nil,
        _ trainJobs: [TrainJob],
        numTrials: Int = 6,
        parallelTrials: Int = 2,
        more: JSONObject = [:]
    ) throws -> Plan {
        let object = Sample.jobObject(numTrials: numTrials, parallelTrials: parallelTrials, more: more)
        return plan(
            for: try Sample.job(object, status: status),
            observing: Observation(trainJobs: trainJobs),
            at: Self.now
        )
    }

    private func values(_ records: [TrialRecord]) -> [[String]] { records.map { $0.parameters.map(\.value) } }

    @Test("is written anew after the TrainJobs: parameters, UIDs and times, and what became of them")
    func cleared() throws {
        // The index orders them, not the name: 10 comes after 9.
        let trainJobs = [Self.running(10, lr: "0.7"), Self.trainJob(8, lr: "0.3", loss: "0.25"), Self.running(9)]
        let plan = try look(nil, trainJobs)
        let records = plan.status.trials
        #expect(records.map(\.trainJobName) == ["bert-trial-8", "bert-trial-9", "bert-trial-10"])
        #expect(values(records) == [["0.3"], ["0.5"], ["0.7"]])
        #expect(records.map(\.trainJobUID) == ["u8", "u9", "u10"])
        #expect(records.map(\.state) == [.succeeded, .running, .running])
        #expect(records.map(\.creationTime) == [8, 9, 10].map(Self.created.adding(seconds:)))
        #expect(records.allSatisfy { $0.completionTime ?? .now() > $0.creationTime })
        #expect(plan.status.nextTrialIndex == 11)
        #expect(plan.needsStatusWrite && plan.creations.isEmpty && plan.deletions.isEmpty)
        #expect(plan.status.result?.trainJobName == "bert-trial-8")
        #expect(plan.status.condition("Created")?.status == "True")
        #expect(
            plan.events.map(\.reason) == [
                EventReason.trialsRestored, EventReason.trialSucceeded, EventReason.bestTrialImproved,
            ]
        )
        #expect(plan.events.first?.note.hasSuffix(": bert-trial-8, bert-trial-9, bert-trial-10") == true)
        // Once written, it is as if nothing had been.
        let next = try look(plan.status, trainJobs)
        #expect(next.status == plan.status && !next.needsStatusWrite && next.events.isEmpty)
    }

    @Test("gives no name anew: the next trials come after those that exist")
    func nextTrials() throws {
        let plan = try look(nil, [Self.trainJob(3, loss: "1"), Self.running(1)], parallelTrials: 3)
        let records = plan.status.trials
        #expect(records.map { TrialName.index(of: $0.trainJobName) } == [1, 3, 4, 5])
        #expect(plan.creations.map(\.name) == ["bert-trial-4", "bert-trial-5"])
        var suggestions = try Suggestions(for: try Sample.job(), after: Array(records.prefix(2)), at: Self.now)
        #expect(records[2].parameters == (try suggestions.next(index: 4)))
    }

    @Test("of a backup gets the trials that began since, each in its place, and keeps what it says of the others")
    func older() throws {
        var old = Sample.status([
            Sample.record(0, uid: "u0", state: .succeeded, loss: "1"), Sample.record(2, uid: "u2"), Sample.record(3),
        ])
        old.nextTrialIndex = 4
        let trainJobs = [
            Self.trainJob(0, lr: "0.9", loss: "7"), Self.running(1), Self.trainJob(2, lr: "0.9", loss: "2"),
            Self.running(4, lr: "0.6"),
        ]
        let plan = try look(old, trainJobs)
        #expect(plan.status.trials.map { TrialName.index(of: $0.trainJobName) } == [0, 1, 2, 3, 4])
        #expect(values(plan.status.trials) == [["0.1"], ["0.5"], ["0.3"], ["0.4"], ["0.6"]])
        #expect(plan.status.trials.map(\.state) == [.succeeded, .running, .succeeded, .running, .running])
        #expect(plan.status.trials[0] == old.trials[0])
        #expect(plan.status.nextTrialIndex == 5)
        #expect(plan.creations.map(\.name) == ["bert-trial-3"])
        let notes = plan.events.filter { $0.reason == EventReason.trialsRestored }.map(\.note)
        #expect(notes.count == 1 && notes.allSatisfy { $0.hasSuffix(": bert-trial-1, bert-trial-4") })
    }

    @Test("does not make up parameters that a TrainJob does not tell: its trial has failed, and what runs is stopped")
    func unreadable() throws {
        let texts = ["", "lr=0.5", "[]", "{}", #"{"lr":0.5}"#, #"{"lr":"0.5","x":"1"}"#, #"{"x":"1"}"#]
        for (index, text) in texts.enumerated() {
            let trainJobs = [
                Self.trainJob(0, loss: "1", annotation: text), Self.running(1, annotation: text), Self.running(2),
            ]
            // The first two are no fault of theirs.
            let plan = try look(nil, trainJobs, more: ["maxFailedTrials": 0])
            #expect(plan.status.end == nil, "\(index)")
            #expect(plan.status.trials.map(\.state) == [.failed, .failed, .running, .running], "\(index)")
            #expect(plan.status.trials.prefix(2).allSatisfy { $0.reason == TrialReason.parametersUnknown })
            #expect(values(Array(plan.status.trials.prefix(3))) == [[], [], ["0.5"]], "\(index)")
            #expect(plan.deletions.map(\.uid) == ["u1"] && plan.status.result == nil, "\(index)")
            #expect(plan.creations.map(\.name) == ["bert-trial-3"], "\(index)")
            let reasons = plan.events.map(\.reason)
            #expect(
                reasons
                    == [EventReason.trialsRestored, TrialReason.parametersUnknown, TrialReason.parametersUnknown]
            )
        }
        var bare = Self.running(0)
        bare.metadata.annotations = [:]
        #expect(try look(nil, [bare]).status.trials.first?.reason == TrialReason.parametersUnknown)
    }

    @Test("leaves TrainJobs alone that are no trials of the job, or more than it may have")
    func others() throws {
        var foreign = Self.running(0)
        foreign.metadata.ownerReferences[0].uid = "another"
        var oddNames: [TrainJob] = []
        for name in ["bert", "bert-trial-01", "bart-trial-1", "bert-trial-1-copy", "bert-trial-99999999999"] {
            var trainJob = Self.running(1)
            trainJob.metadata.name = name
            trainJob.metadata.uid = name
            oddNames.append(trainJob)
        }
        let plan = try look(nil, [foreign] + oddNames)
        #expect(plan.status.trials.allSatisfy { $0.trainJobUID == nil } && plan.status.nextTrialIndex == 2)
        let many = try look(nil, (0..<5).map { Self.running($0) }, numTrials: 3)
        #expect(many.status.trials.map(\.trainJobUID) == ["u0", "u1", "u2"])
    }

    @Test("is left as it is once the job has ended")
    func ended() throws {
        var status = Sample.status([Sample.record(0, uid: "u0", state: .succeeded, loss: "1")])
        status.conditions = [
            Condition(
                type: ConditionType.complete,
                status: "True",
                reason: JobReason.goalReached,
                message: "",
                lastTransitionTime: Sample.start,
                observedGeneration: 3
            )
        ]
        let plan = try look(status, [Self.trainJob(0), Self.running(1)])
        #expect(plan.status == status && plan.deletions.map(\.uid) == ["u1"])
    }

    @Test("does not make a job with trials wait for those it started from, nor be joined by later ones")
    func warmStart() throws {
        let plan = try look(nil, [Self.trainJob(0, loss: "1")], more: ["warmStartFrom": ["old"]])
        #expect(plan.creations.map(\.name) == ["bert-trial-1", "bert-trial-2"])
        let job = try Sample.job(Sample.jobObject(more: ["warmStartFrom": ["old"]]))
        var source = OptimizationJobStatus()
        source.trials = [Sample.record(0, state: .succeeded, loss: "1")]
        let start = WarmStart(job: job, records: plan.status.trials, sources: ["old": WarmStartSource(source)])
        #expect(start.trials(in: try job.spec.searchSpace, at: Self.now).trials.isEmpty)
    }

    @Test("lets a record without UID take the parameters of a TrainJob that was there before it")
    func corrected() throws {
        let records = [Sample.record(0), Sample.record(1), Sample.record(2)]
        let trainJobs = [
            Self.trainJob(0, lr: "0.9", loss: "1"), Self.running(1, lr: "0.2"), Self.running(2, annotation: "?"),
        ]
        let plan = try look(Sample.status(records), trainJobs)
        #expect(values(plan.status.trials) == [["0.9"], ["0.2"], ["0.3"]])
        #expect(plan.status.result?.parameters.map(\.value) == ["0.9"])
        let notes = plan.events.filter { $0.reason == EventReason.trialsRestored }.map(\.note)
        #expect(notes == ["bert-trial-0 was there before its record, which was corrected: it has lr = 0.9"])
        // Whoever edits the annotation later changes nothing.
        let edited = try look(plan.status, [trainJobs[0], Self.running(1, lr: "0.8"), trainJobs[2]])
        #expect(edited.status == plan.status)
    }

    @Test("loses no name when the number of the next trial alone is lost")
    func numberLost() throws {
        var status = Sample.status([Sample.record(4, uid: "u4"), Sample.record(5, state: .succeeded, loss: "1")])
        status.nextTrialIndex = 2
        let plan = try look(status, [Self.running(4)], parallelTrials: 3)
        #expect(plan.status.trials.map { TrialName.index(of: $0.trainJobName) } == [4, 5, 6, 7])
    }
}
