import Kubernetes
import OptimizationAPI

/// What becomes of trials' TrainJobs when the job or the trials end, or when the job is suspended.
extension Planner {
    /// A job that has ended starts nothing; whatever still runs for it is stopped, and in the end it goes itself.
    mutating func closed() -> Plan {
        stopRunningTrials()
        if let end = job.status.end {
            if end.observedGeneration != job.metadata.generation {
                set(end.type, end.status, end.reason, end.message)
            }
            endSuspension(end.reason, end.message)
        }
        // An end that nobody dated is dated now, or its time to live would be over long ago.
        for (position, condition) in status.conditions.enumerated() where !condition.hasTime {
            status.conditions[position].lastTransitionTime = now
        }
        var plan = finished(deletions: leftovers())
        if let end = status.end, let seconds = job.spec.ttlSecondsAfterFinished {
            let expiry = end.lastTransitionTime.adding(seconds: Int64(seconds))
            plan.deletesJob = expiry <= now
            if !plan.deletesJob { plan.wakeAfterSeconds = max(1, expiry.seconds(since: now)) }
        }
        return plan
    }

    /// Ends the records of trials that still run, because their job has ended.
    ///
    /// - Returns: How many there were.
    @discardableResult
    mutating func stopRunningTrials() -> Int {
        var stopped = 0
        for (position, record) in status.trials.enumerated() where record.state == .running {
            status.trials[position].state = .earlyStopped
            status.trials[position].reason = TrialReason.jobEnded
            status.trials[position].message = "the job ended while this trial was running"
            status.trials[position].completionTime = now
            stopped += 1
        }
        return stopped
    }

    /// TrainJobs of trials whose records are terminal, as far as they still run or are not to be kept.
    ///
    /// A record knows better than a cache that lags behind whether its TrainJob ended by itself.
    func retirements() -> [TrialDeletion] {
        let kept = retained
        return status.trials.compactMap { record -> TrialDeletion? in
            guard record.state.isTerminal,
                let trainJob = record.trainJobUID.map({ byUID[$0] }) ?? byName[record.trainJobName],
                trainJob.metadata.deletionTimestamp == nil
            else { return nil }
            let wasStopped =
                record.state == .earlyStopped || record.trainJobUID == nil
                || record.reason == TrialReason.parametersUnknown
            let isKept = kept?.contains(record.trainJobName) ?? true
            return (wasStopped && !trainJob.isFinished) || !isKept ? TrialDeletion(trainJob) : nil
        }
    }

    /// The same for a job that has ended, for which nothing may run whether or not a record tells of it.
    func leftovers() -> [TrialDeletion] {
        var deletions = retirements()
        let known = Set(deletions.map(\.uid)).union(status.trials.compactMap(\.trainJobUID))
        deletions += byUID.values
            .filter { !$0.isFinished && $0.metadata.deletionTimestamp == nil && !known.contains($0.metadata.uid) }
            .map(TrialDeletion.init)
        return deletions.sorted { $0.name.name < $1.name.name }
    }

    /// The trials whose TrainJobs stay when they have ended; `nil` for all.
    private var retained: Set<String>? {
        switch job.spec.trialRetention {
        case .all: nil
        case .none: []
        case .best:
            job.spec.objectives.count > 1
                ? Set(status.optimalTrials.map(\.trainJobName)) : Set([status.result?.trainJobName].compactMap { $0 })
        }
    }

    /// TrainJobs of running trials that are not as the job's `suspend` asks.
    ///
    /// Suspending keeps the TrainJob and so the trial: a deleted one would have cost its place in the budget. One that was
    /// suspended by somebody else (a template that starts that way, a queue) is not resumed: only ours carry the mark.
    func suspensions() -> [TrialSuspension] {
        status.trials.compactMap { record -> TrialSuspension? in
            guard record.state == .running, let trainJob = record.trainJobUID.flatMap({ byUID[$0] }),
                !trainJob.isFinished, trainJob.metadata.deletionTimestamp == nil
            else { return nil }
            let suspends = job.spec.isSuspended
            let isMarked = trainJob.metadata.annotations[Annotations.suspendedByJob] != nil
            guard suspends ? !trainJob.isSuspended : isMarked else { return nil }
            return TrialSuspension(
                name: trainJob.metadata.namespacedName,
                uid: trainJob.metadata.uid,
                version: trainJob.metadata.resourceVersion,
                suspends: suspends
            )
        }
    }
}

extension TrialDeletion {
    init(_ trainJob: TrainJob) {
        self.init(name: trainJob.metadata.namespacedName, uid: trainJob.metadata.uid)
    }
}

extension Annotations {
    /// Marks a TrainJob that was suspended because its OptimizationJob was, and is to be resumed with it.
    static let suspendedByJob = "trainer.kubeflow.org/optimizationjob-suspended"
}
