import JSON
import Kubernetes
import OptimizationAPI

@testable import Controller

/// The promises the controller makes, checked by the fake API server on every change.
extension FakeCluster {
    static func checkCreation(_ object: JSONValue, in store: inout Store) {
        let meta = ObjectMeta(object)
        guard let owner = meta.optimizationJob,
            let stored = store.objects[ResourceType.optimizationJobs.plural]?[owner.name]
        else {
            store.violations.append("\(meta.name) was created without a job")
            return
        }
        guard let job = try? OptimizationJob(decoding: stored) else { return }
        guard let record = job.status.trials.first(where: { $0.trainJobName == meta.name }) else {
            store.violations.append("\(meta.name) was created before its record was written")
            return
        }
        if record.state != .running { store.violations.append("\(meta.name) was created after its record had ended") }
        if let uid = record.trainJobUID { store.violations.append("\(meta.name) was resurrected; it had been \(uid)") }
        if job.status.isTerminal { store.violations.append("\(meta.name) was created for a job that has ended") }
        if object["metadata"]?["annotations"]?[Annotations.parameters]?.stringValue?.isEmpty ?? true {
            store.violations.append("\(meta.name) does not tell its parameters")
        }
        let running = (store.objects[ResourceType.trainJobs.plural] ?? [:]).values
            .map { TrainJob(decoding: $0) }
            .filter { $0.metadata.isControlled(by: owner.uid) && !$0.isComplete && !$0.isFailed }
        if running.count > job.spec.parallelTrials {
            store.violations.append("\(running.count) TrainJobs run at once: \(running.map(\.metadata.name))")
        }
    }

    static func checkStatus(from old: JSONValue, to new: JSONValue, in store: inout Store) {
        guard let before = try? OptimizationJob(decoding: old), let after = try? OptimizationJob(decoding: new) else {
            store.violations.append("the job cannot be read any more")
            return
        }
        func expect(_ holds: Bool, _ promise: String) {
            if !holds { store.violations.append(promise) }
        }
        let (a, b) = (before.status.trials, after.status.trials)
        expect(b.count <= after.spec.numTrials, "\(b.count) records for \(after.spec.numTrials) trials")
        expect(b.filter { $0.state == .running }.count <= after.spec.parallelTrials, "too many records run at once")
        expect(Set(b.map(\.trainJobName)).count == b.count, "a trial's name was used twice")
        expect(after.status.nextTrialIndex == b.count, "nextTrialIndex is \(after.status.nextTrialIndex)")
        expect(b.count >= a.count, "a record was lost")
        for (earlier, later) in zip(a, b) {
            expect(earlier.trainJobName == later.trainJobName, "\(earlier.trainJobName) moved")
            expect(earlier.parameters == later.parameters, "\(earlier.trainJobName) got other parameters")
            expect(earlier.creationTime == later.creationTime, "\(earlier.trainJobName) got another creation time")
            if let uid = earlier.trainJobUID {
                expect(later.trainJobUID == uid, "\(earlier.trainJobName) got another UID")
            }
            if earlier.state != .running {
                expect(earlier == later, "the terminal record \(earlier.trainJobName) changed")
            }
        }
        for record in b where record.state == .succeeded {
            expect(
                Metrics.value(of: "loss", in: record.metrics) != nil,
                "\(record.trainJobName) succeeded without value"
            )
        }
        let best = BestTrial.position(in: b, objectives: after.spec.objectives).map { b[$0] }
        expect(after.status.result?.trainJobName == best?.trainJobName, "the result is not the best of the records")
        expect(after.status.result?.parameters == best?.parameters, "the result has other parameters than its record")
        expect(!before.status.isTerminal || after.status == before.status, "the job had ended and changed")
        if after.status.isTerminal {
            expect(b.allSatisfy { $0.state != .running }, "the job ended while trials ran")
        }
    }
}
