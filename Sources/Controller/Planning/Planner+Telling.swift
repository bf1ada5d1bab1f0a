import Kubernetes
import OptimizationAPI

/// What a decision says about the job: result, conditions and events.
extension Planner {
    mutating func updateResult(replacing best: String?) {
        guard let position = BestTrial.position(in: status.trials, objectives: job.spec.objectives) else { return }
        let record = status.trials[position]
        status.result = TrialResult(
            trainJobName: record.trainJobName,
            parameters: record.parameters,
            metrics: record.metrics
        )
        guard record.trainJobName != best else { return }
        let value = job.spec.objectives.first.map { Sentences.value(of: $0, in: record) } ?? ""
        tell(
            .normal,
            EventReason.bestTrialImproved,
            EventAction.observe,
            "\(record.trainJobName) is the best trial so far: \(value) with \(Sentences.parameters(record.parameters))"
        )
    }

    mutating func conclude(_ stop: Stop) {
        let conclusion = Conclusion(of: status, stop: stop, job: job)
        let type = conclusion.succeeded ? ConditionType.complete : ConditionType.failed
        set(ConditionType.running, "False", conclusion.reason, conclusion.message)
        set(type, "True", conclusion.reason, conclusion.message)
        tell(
            conclusion.succeeded ? .normal : .warning,
            conclusion.succeeded ? EventReason.jobComplete : EventReason.jobFailed,
            EventAction.conclude,
            "\(conclusion.reason): \(conclusion.message)"
        )
    }

    mutating func describeProgress() {
        let wasCreated = status.trials.contains { $0.trainJobUID != nil }
        let setback = status.trials.compactMap { observation.setbacks[$0.trainJobName]?.message }.first
        if !wasCreated, let setback {
            // The words of a quota's refusal change with every attempt; the first ones stay until trials exist.
            let condition = status.conditions.first { $0.type == ConditionType.created }
            if condition?.reason != JobReason.trainJobsCreationFailed {
                set(
                    ConditionType.created,
                    "False",
                    JobReason.trainJobsCreationFailed,
                    "no trial could be created yet; trying again: \(setback)".cut(toBytes: 1024)
                )
            }
        } else {
            set(ConditionType.created, "True", JobReason.trialsStarted, "trials are being created")
        }
        set(ConditionType.running, "True", JobReason.trialsRunning, Sentences.progress(status, of: job))
    }

    /// A job that has ended starts nothing; whatever still runs for it is stopped.
    mutating func closed() -> Plan {
        for (position, record) in status.trials.enumerated() where record.state == .running {
            status.trials[position].state = .failed
            status.trials[position].reason = TrialReason.jobEnded
            status.trials[position].message = "the job ended while this trial was running"
            status.trials[position].completionTime = now
        }
        let leftovers = byUID.values
            .filter { TrialEnding(of: $0, seen: nil) == nil && $0.metadata.deletionTimestamp == nil }
            .map { TrialDeletion(name: $0.metadata.namespacedName, uid: $0.metadata.uid) }
            .sorted { $0.name.name < $1.name.name }
        return finished(deletions: leftovers)
    }

    private mutating func set(_ type: String, _ value: String, _ reason: String, _ message: String) {
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
        case .succeeded, .earlyStopped:
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
