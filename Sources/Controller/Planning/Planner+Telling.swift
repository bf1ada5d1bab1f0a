import Kubernetes
import OptimizationAPI

/// What a decision says about the job: result, conditions and events.
extension Planner {
    mutating func updateResult(replacing best: String?) {
        guard let position = BestTrial.position(in: status.trials, objectives: job.spec.objectives) else { return }
        let record = status.trials[position]
        status.result = TrialResult(of: record)
        if job.spec.objectives.count > 1 { updateFront() }
        guard record.trainJobName != best else { return }
        let value = job.spec.objectives.first.map { Sentences.value(of: $0, in: record) } ?? ""
        tell(
            .normal,
            EventReason.bestTrialImproved,
            EventAction.observe,
            "\(record.trainJobName) is the best trial so far: \(value) with \(Sentences.parameters(record.parameters))"
        )
    }

    /// As many of the optimal trials as fit, the earlier ones first.
    private mutating func updateFront() {
        // What was beaten once stays beaten, so nothing can have changed while no trial succeeded.
        let succeeded = status.trialCounts.succeeded
        guard succeeded != job.status.trialCounts.succeeded || status.optimalTrials.isEmpty else { return }
        var bytes = 0
        status.optimalTrials = ParetoFront.positions(in: status.trials, objectives: job.spec.objectives)
            .map { TrialResult(of: status.trials[$0]) }
            .prefix {
                bytes += StatusSize.bytes(of: $0)
                return bytes <= budget.front
            }
    }

    mutating func conclude(_ stop: Stop) {
        let stopped = stopRunningTrials()
        let conclusion = Conclusion(of: status, stop: stop, stopped: stopped, job: job)
        if case .refused = stop { set(ConditionType.created, "False", conclusion.reason, conclusion.message) }
        set(ConditionType.running, "False", conclusion.reason, conclusion.message)
        endSuspension(conclusion.reason, conclusion.message)
        set(
            conclusion.succeeded ? ConditionType.complete : ConditionType.failed,
            "True",
            conclusion.reason,
            conclusion.message
        )
        tell(
            conclusion.succeeded ? .normal : .warning,
            conclusion.succeeded ? EventReason.jobComplete : EventReason.jobFailed,
            EventAction.conclude,
            "\(conclusion.reason): \(conclusion.message)"
        )
        if let seconds = job.spec.ttlSecondsAfterFinished { wake(at: now.adding(seconds: Int64(seconds))) }
    }

    /// Trials of other jobs joined the history, or none did.
    mutating func tell(ofWarmStart shares: [WarmStart.Share]) {
        guard !shares.isEmpty else { return }
        let joined = shares.reduce(0) { $0 + $1.trials }
        let parts = shares.map { share in
            let rest = share.outside > 0 ? " (and \(share.outside) outside of these ranges, which do not count)" : ""
            return "\(share.trials) of \"\(share.job)\"" + rest
        }
        .joined(separator: ", ")
        tell(
            joined > 0 ? .normal : .warning,
            EventReason.warmStarted,
            EventAction.start,
            "trials that joined the history: \(parts)"
                + (joined > 0 ? "" : "; a trial joins that succeeded with exactly these parameters and all objectives")
        )
    }

    /// Trials were recorded anew.
    mutating func tell(ofRestored records: [TrialRecord]) {
        guard !records.isEmpty else { return }
        tell(
            .warning,
            EventReason.trialsRestored,
            EventAction.observe,
            "the status had lost the records of trials whose TrainJobs exist, and these were recorded anew: "
                + records.map(\.trainJobName).joined(separator: ", ")
        )
        for record in records where record.state == .failed {
            tell(
                .warning,
                record.reason ?? TrialReason.failed,
                EventAction.observe,
                "\(record.trainJobName) failed: \(record.message ?? "")"
            )
        }
    }

    /// A job that has ended is not suspended any more, whatever its spec says.
    mutating func endSuspension(_ reason: String, _ message: String) {
        guard status.conditions.isTrue(ConditionType.suspended) else { return }
        set(ConditionType.suspended, "False", reason, message)
    }

    /// A job that had ended goes on.
    mutating func reopen(_ resumption: Resumption) {
        for condition in job.status.conditions where condition.isTrue {
            guard condition.type == ConditionType.complete || condition.type == ConditionType.failed else { continue }
            set(condition.type, "False", JobReason.resumed, resumption.message)
        }
        tell(.normal, EventReason.jobResumed, EventAction.resume, "the job goes on: \(resumption.message)")
    }

    /// Conditions of a job that has not ended.
    mutating func describeProgress() {
        let isSuspended = job.spec.isSuspended
        let isHeldBack = describeCreation()
        let wasSuspended = status.conditions.isTrue(ConditionType.suspended)
        if isSuspended {
            set(ConditionType.suspended, "True", JobReason.suspended, "spec.suspend is true: no trial runs")
        } else if wasSuspended {
            set(ConditionType.suspended, "False", JobReason.resumed, "spec.suspend is false again")
        }
        if isSuspended != wasSuspended {
            tell(
                .normal,
                isSuspended ? EventReason.jobSuspended : EventReason.jobResumed,
                isSuspended ? EventAction.suspend : EventAction.resume,
                isSuspended ? "no trial is started, and running trials are suspended" : "the job and its trials go on"
            )
        }
        if isSuspended {
            set(ConditionType.running, "False", JobReason.suspended, Sentences.progress(status, of: job))
        } else if isHeldBack, let created = status.conditions.condition(ConditionType.created) {
            set(ConditionType.running, "False", created.reason, created.message)
        } else {
            set(ConditionType.running, "True", JobReason.trialsRunning, Sentences.progress(status, of: job) + delays)
        }
    }

    /// How many of the trials that count as running have no TrainJob yet because it could not be created, and why; empty
    /// when there are none.
    private var delays: String {
        let setbacks = status.trials.lazy
            .filter { $0.state == .running && $0.trainJobUID == nil }
            .compactMap { observation.setbacks[$0.trainJobName] }
        guard let first = setbacks.first else { return "" }
        return "; of these, \(setbacks.count) could not be created yet: \(first.message)".cut(toBytes: 1024)
    }

    /// - Returns: Whether something holds all trials back, which `Created` then tells.
    private mutating func describeCreation() -> Bool {
        let before = status.conditions.condition(ConditionType.created)
        if let obstacle {
            if before?.reason != JobReason.waitingForWarmStart {
                tell(.normal, EventReason.warmStartAwaited, EventAction.start, "no trial is started yet: \(obstacle)")
            }
            set(ConditionType.created, "False", JobReason.waitingForWarmStart, obstacle)
            return true
        }
        if let words = creationFailure(before) {
            set(ConditionType.created, "False", JobReason.trainJobsCreationFailed, words)
            return true
        }
        if !status.trials.isEmpty {
            set(ConditionType.created, "True", JobReason.trialsStarted, "trials are being created")
        }
        return false
    }

    /// Why no trial exists, as a sentence; `nil` when one does or none has failed to be created. After a restart, what the
    /// status says holds until an attempt shows that it does not.
    private func creationFailure(_ before: Condition?) -> String? {
        guard !status.trials.contains(where: { $0.trainJobUID != nil }) else { return nil }
        if let setback = status.trials.lazy.compactMap({ observation.setbacks[$0.trainJobName] }).first {
            return "no trial could be created yet; trying again: \(setback.message)".cut(toBytes: 1024)
        }
        guard let before, before.status == "False", before.reason == JobReason.trainJobsCreationFailed else {
            return nil
        }
        return before.message
    }

    mutating func set(_ type: String, _ value: String, _ reason: String, _ message: String) {
        status.conditions.setCondition(
            Condition(
                type: type,
                status: value,
                reason: reason,
                message: message,
                lastTransitionTime: now,
                observedGeneration: job.metadata.generation
            )
        )
    }

    private mutating func tell(_ kind: JobEvent.Kind, _ reason: String, _ action: String, _ note: String) {
        events.append(JobEvent(kind: kind, reason: reason, action: action, note: note))
    }

    mutating func tell(of record: TrialRecord, before: TrialRecord) {
        let parameters = Sentences.parameters(record.parameters)
        if before.parameters != record.parameters {
            tell(
                .warning,
                EventReason.trialsRestored,
                EventAction.observe,
                "\(record.trainJobName) was there before its record, which was corrected: it has \(parameters)"
            )
        }
        if before.trainJobUID == nil, record.trainJobUID != nil {
            tell(
                .normal,
                EventReason.trialStarted,
                EventAction.create,
                "\(record.trainJobName) was created with \(parameters)"
            )
        }
        switch record.state {
        case .running: break
        case .earlyStopped:
            tell(
                .normal,
                EventReason.trialPruned,
                EventAction.prune,
                "\(record.trainJobName) with \(parameters) was stopped: \(record.message ?? "")"
            )
        case .succeeded:
            let values = job.spec.objectives.map { Sentences.value(of: $0, in: record) }.joined(separator: ", ")
            tell(
                .normal,
                EventReason.trialSucceeded,
                EventAction.observe,
                "\(record.trainJobName) reached \(values)"
            )
        case .failed:
            tell(
                .warning,
                record.reason ?? TrialReason.failed,
                EventAction.observe,
                "\(record.trainJobName) with \(parameters) failed: \(record.message ?? record.reason ?? "")"
            )
        }
    }
}

extension TrialResult {
    /// What a record says.
    init(of record: TrialRecord) {
        self.init(trainJobName: record.trainJobName, parameters: record.parameters, metrics: record.metrics)
    }
}
