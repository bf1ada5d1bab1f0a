import Kubernetes
import OptimizationAPI

/// Records of trials that the status has lost: it was cleared, or replaced by an older one of a backup.
extension Planner {
    /// Records the job's TrainJobs that no record names, so that none of their names is given to a trial with other
    /// parameters.
    ///
    /// A record is written before its TrainJob is created and is never taken away, so a TrainJob without one means that
    /// the status was, or that the cache shows an older job than is stored: then the write meets a conflict and nothing
    /// comes of this. What becomes of the trials is found out as for all others. A trial whose TrainJob is gone too
    /// stays forgotten.
    mutating func restoreRecords() {
        let recorded = Set(status.trials.map(\.trainJobName))
        let unrecorded = byName.values
            .compactMap { trainJob -> (index: Int, trainJob: TrainJob)? in
                guard !recorded.contains(trainJob.metadata.name) else { return nil }
                return trialIndex(of: trainJob).map { ($0, trainJob) }
            }
            .sorted { $0.index < $1.index }
        guard !unrecorded.isEmpty else { return }

        var size = reservedBytes
        var restored: [TrialRecord] = []
        for (index, trainJob) in unrecorded {
            let record = record(of: trainJob)
            size += StatusSize.bytes(of: record) + growthBytes
            // What is left out is stopped when the job ends, as whatever runs for it then.
            guard status.trials.count < max(1, job.spec.numTrials), size <= budget.total else { break }
            let before = status.trials.lastIndex { TrialName.index(of: $0.trainJobName) ?? -1 < index }
            status.trials.insert(record, at: before.map { $0 + 1 } ?? 0)
            status.nextTrialIndex = max(status.nextTrialIndex, index + 1)
            restored.append(record)
        }
        tell(ofRestored: restored)
    }

    /// The number of the trial a TrainJob is; `nil` when it has not the name that a trial of this job would have.
    private func trialIndex(of trainJob: TrainJob) -> Int? {
        let name = trainJob.metadata.name
        guard let index = TrialName.index(of: name), index < TrialName.indexLimit,
            name
                == TrialName.make(
                    job: job.metadata.name,
                    index: index,
                    hasInitializer: job.spec.trainJobTemplate.hasInitializer
                )
        else { return nil }
        return index
    }

    /// What the TrainJob itself tells of its trial. Without parameters it teaches nothing and could not be the result, so
    /// it has failed: the name stays taken, and `retirements` stops what still runs.
    private func record(of trainJob: TrainJob) -> TrialRecord {
        let parameters = TrialParameters.read(from: trainJob.metadata, names: job.spec.parameters.map(\.name))
        var record = TrialRecord(
            trainJobName: trainJob.metadata.name,
            trainJobUID: trainJob.metadata.uid,
            parameters: parameters ?? [],
            creationTime: trainJob.metadata.creationTimestamp ?? now
        )
        if parameters == nil {
            record.state = .failed
            record.reason = TrialReason.parametersUnknown
            record.message =
                "the status has lost the trial's record, and its TrainJob's annotation \"\(Annotations.parameters)\" "
                + "does not tell the parameters"
            record.completionTime = now
        }
        return record
    }
}
