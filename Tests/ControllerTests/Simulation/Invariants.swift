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
        guard let job = store.job(stored) else { return }
        guard let record = job.status.trials.first(where: { $0.trainJobName == meta.name }) else {
            store.violations.append("\(meta.name) was created before its record was written")
            return
        }
        if record.state != .running { store.violations.append("\(meta.name) was created after its record had ended") }
        if let uid = record.trainJobUID { store.violations.append("\(meta.name) was resurrected; it had been \(uid)") }
        if job.status.isTerminal { store.violations.append("\(meta.name) was created for a job that has ended") }
        if job.spec.isSuspended { store.violations.append("\(meta.name) was created for a job that is suspended") }
        if !job.spec.isManagedByUs { store.violations.append("\(meta.name) was created for another manager's job") }
        if object["metadata"]?["annotations"]?[Annotations.parameters]?.stringValue?.isEmpty ?? true {
            store.violations.append("\(meta.name) does not tell its parameters")
        }
        let names = Set(job.status.trials.filter { $0.state == .running }.map(\.trainJobName))
        let running = (store.objects[ResourceType.trainJobs.plural] ?? [:]).values
            .map { store.trainJob($0) }
            .filter {
                $0.metadata.isControlled(by: owner.uid) && !$0.isFinished && names.contains($0.metadata.name)
            }
        if running.count > max(job.spec.parallelTrials, names.count) {
            store.violations.append("\(running.count) TrainJobs run at once: \(running.map(\.metadata.name))")
        }
    }

    static func checkDeletion(_ type: ResourceType, _ object: JSONValue, in store: inout Store) {
        let meta = ObjectMeta(object)
        let owner = type == .trainJobs ? meta.optimizationJob?.name : meta.namespacedName
        guard let owner, let stored = store.objects[ResourceType.optimizationJobs.plural]?[owner],
            let job = store.job(stored)
        else { return }
        if type == .optimizationJobs {
            if !job.status.isTerminal || job.spec.ttlSecondsAfterFinished == nil {
                store.violations.append("a job was deleted that had not ended, or was to stay")
            }
            return
        } else if !meta.isControlled(by: job.metadata.uid) {
            store.violations.append("\(meta.name) was deleted and belongs to somebody else")
            return
        }
        let record = job.status.trials.first { $0.trainJobName == meta.name && $0.trainJobUID ?? meta.uid == meta.uid }
        if record?.state == .running {
            store.violations.append("\(meta.name) was deleted before its record was terminal")
        } else if record?.state == .earlyStopped {
            return  // stopped; that it ended meanwhile by itself changes nothing
        } else if store.hasLostStatus, record == nil {
            // A status restored to an end may know nothing of it, and the cache not that it ended by itself.
            return
        } else if TrainJob(decoding: object).isFinished, job.spec.trialRetention == .all {
            store.violations.append("\(meta.name) was deleted and was to be kept")
        } else if job.spec.trialRetention == .best, job.status.result?.trainJobName == meta.name {
            store.violations.append("\(meta.name) was deleted and is the best")
        }
    }

    static func checkStatus(from old: JSONValue, to new: JSONValue, in store: inout Store) {
        let stored = store.objects[ResourceType.optimizationJobs.plural]?[ObjectMeta(new).namespacedName] ?? new
        guard let before = store.job(old), let after = store.job(stored) else {
            store.violations.append("the job cannot be read any more")
            return
        }
        let trainJobs = Dictionary(
            (store.objects[ResourceType.trainJobs.plural] ?? [:]).values
                .map { store.trainJob($0) }.map { ($0.metadata.uid, $0) }
        ) { first, _ in first }
        func expect(_ holds: Bool, _ promise: @autoclosure () -> String) {
            if !holds { store.violations.append(promise()) }
        }
        let (a, b) = (before.status.trials, after.status.trials)
        expect(b.count <= after.spec.numTrials, "\(b.count) records for \(after.spec.numTrials) trials")
        if b.count > a.count, !store.hasLostStatus {
            let running = b.count { $0.state == .running }
            expect(running <= after.spec.parallelTrials, "\(running) records run at once")
            expect(!after.spec.isSuspended, "a trial was begun of a job that is suspended")
        }
        expect(Set(b.map(\.trainJobName)).count == b.count, "a trial's name was used twice")
        expect(Set(b.map(\.parameters)).count == b.count, "parameters were used twice")
        let indices = b.map { TrialName.index(of: $0.trainJobName) ?? -1 }
        expect(indices == indices.sorted(), "the records are out of order: \(indices)")
        let next = after.status.nextTrialIndex
        expect(store.hasLostStatus ? next > indices.last ?? -1 : next == b.count, "nextTrialIndex is \(next)")
        expect(b.count >= a.count, "a record was lost")
        for record in b {
            let trainJob = trainJobs[record.trainJobUID ?? ""]
            let told = trainJob.map { TrialParameters.read(from: $0.metadata, names: ["lr"]) }
            expect(told == nil || told == record.parameters, "\(record.trainJobName) runs with other parameters")
        }
        let byName = Dictionary(b.map { ($0.trainJobName, $0) }) { first, _ in first }
        for (position, earlier) in a.enumerated() {
            let found = store.hasLostStatus ? byName[earlier.trainJobName] : b.dropFirst(position).first
            guard let later = found, earlier.trainJobName == later.trainJobName else {
                expect(false, "\(earlier.trainJobName) moved")
                continue
            }
            let isCorrected = store.hasLostStatus && earlier.trainJobUID == nil && later.trainJobUID != nil
            expect(
                isCorrected || earlier.parameters == later.parameters,
                "\(earlier.trainJobName) got other parameters"
            )
            expect(earlier.creationTime == later.creationTime, "\(earlier.trainJobName) got another creation time")
            if let uid = earlier.trainJobUID {
                expect(later.trainJobUID == uid, "\(earlier.trainJobName) got another UID")
            }
            expect(
                later.progress.last?.step ?? -1 >= earlier.progress.last?.step ?? -1,
                "\(earlier.trainJobName) lost progress that was written"
            )
            if earlier.state != .running {
                expect(earlier == later, "the terminal record \(earlier.trainJobName) changed")
            }
        }
        for record in b where record.reason == TrialReason.pruned {
            expect(after.spec.pruneAlgorithm != nil, "\(record.trainJobName) was pruned for no reason")
            expect(record.state == .earlyStopped && !record.progress.isEmpty, "\(record.trainJobName) is not as pruned")
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
        expect(
            after.status.conditions.allSatisfy { $0.observedGeneration ?? 0 <= after.metadata.generation },
            "a generation was observed that does not exist"
        )
        for condition in after.status.conditions {
            guard let was = before.status.conditions.condition(condition.type) else { continue }
            expect(
                was.status != condition.status || was.lastTransitionTime == condition.lastTransitionTime,
                "\(condition.type) has a transition time without a transition"
            )
        }
        if let end = before.status.end, after.status.end == nil {
            expect(end.observedGeneration != after.metadata.generation, "the job went on without being asked to")
        } else if before.status.isTerminal {
            expect(a == b, "the job had ended and its records changed")
        }
        if after.status.isTerminal {
            expect(b.allSatisfy { $0.state != .running }, "the job ended while trials ran")
            expect(after.status.conditions.condition("Running")?.status == "False", "the job ended and is Running")
        }
    }
}
