import Kubernetes
import OptimizationAPI

/// What is said about a job that has ended.
struct Conclusion: Equatable {
    /// `Complete` rather than `Failed`.
    var succeeded: Bool
    var reason: String
    var message: String

    /// - Parameters:
    ///   - status: Records that have all ended, and the result.
    ///   - stopped: Trials that were running and had to be stopped.
    ///   - stop: Why no further trial is started.
    ///   - job: The job as specified.
    init(of status: OptimizationJobStatus, stop: Stop, stopped: Int, job: OptimizationJob) {
        let tried = status.trials.count
        let aside =
            switch stopped {
            case 0: ""
            case 1: "; 1 running trial was stopped"
            default: "; \(stopped) running trials were stopped"
            }
        succeeded = false
        switch stop {
        case .unable(let reason, let message):
            self.reason = reason
            self.message = message.cut(toBytes: 4096)
            return
        case .refused(let message):
            reason = JobReason.trainJobsCreationFailed
            self.message = "no TrainJob could be created; the last refusal: \(message)".cut(toBytes: 4096)
            return
        case .tooManyFailures(let failures):
            reason = JobReason.maxFailedTrialsExceeded
            let last = status.trials.last { $0.state == .failed }
            message =
                "\(failures) trial\(failures == 1 ? "" : "s") failed, more than maxFailedTrials (\(job.spec.maxFailedTrials ?? 0))\(aside)"
                + (last.map { "; the last, \($0.trainJobName): \(Sentences.failure(of: $0))" } ?? "")
            message = message.cut(toBytes: 4096)
            return
        case .goalReached(let name):
            succeeded = true
            reason = JobReason.goalReached
            let values = status.trials.first { $0.trainJobName == name }?.metrics ?? []
            let goals = job.spec.objectives.filter { $0.goal != nil }
            message =
                "\(name) reached the goal with "
                + goals.map { "\(Sentences.value(of: $0, in: values)) (goal \($0.goal ?? ""))" }.joined(separator: ", ")
                + aside
            return
        case .budgetSpent:
            reason = JobReason.maxTrialsReached
            message = "\(tried) of \(job.spec.numTrials) trials finished"
        case .spaceExhausted:
            reason = JobReason.searchSpaceExhausted
            message = "all \(tried) points of the search space were tried"
        case .historyExhausted:
            reason = JobReason.trialHistoryExhausted
            message =
                "\(tried) of \(job.spec.numTrials) trials finished; the records of more would not fit into one API object"
        }
        guard !status.trials.contains(where: { $0.state == .succeeded }) else {
            succeeded = true
            if let result = status.result, let objective = job.spec.objectives.first {
                let value = Sentences.value(of: objective, in: result.metrics)
                message += "; the best, \(result.trainJobName), reached \(value)"
            }
            return
        }
        reason = JobReason.allTrialsFailed
        let failed = status.trials.count { $0.state == .failed }
        let failure = status.trials.first { $0.state == .failed }
        message =
            switch (failed, tried) {
            case (1, 1): "the only trial failed"
            case (tried, _): "all \(tried) trials failed"
            default: "none of \(tried) trials succeeded, \(failed) failed"
            }
        if let failure {
            message += "; \(tried == 1 ? "" : "the first, ")\(failure.trainJobName): \(Sentences.failure(of: failure))"
        }
        message = message.cut(toBytes: 4096)
    }
}

/// Phrases that conditions and events share.
enum Sentences {
    static func progress(_ status: OptimizationJobStatus, of job: OptimizationJob) -> String {
        let running = status.trials.lazy.filter { $0.state == .running }.count
        let finished = status.trials.count - running
        return "\(finished) of \(job.spec.numTrials) trials finished, \(running) running"
    }

    /// `FailedJobs: jobset failed`
    static func failure(of record: TrialRecord) -> String {
        [record.reason, record.message].compactMap { $0 }.joined(separator: ": ")
    }

    /// `lr = 0.01, batch = 32`; many parameters are cut.
    static func parameters(_ parameters: [ParameterAssignment]) -> String {
        let shown = parameters.prefix(8).map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
        return parameters.count > 8 ? shown + ", and \(parameters.count - 8) more" : shown
    }

    /// `it reported "los", "epoch" and 3 more`; names are cut, since a trial may report anything.
    static func reported(_ metrics: [MetricValue]) -> String {
        guard !metrics.isEmpty else { return "it reported no metric at all" }
        let shown = metrics.prefix(8).map { "\"\($0.name.cut(toBytes: 64))\"" }.joined(separator: ", ")
        return "it reported " + shown + (metrics.count > 8 ? " and \(metrics.count - 8) more" : "")
    }

    /// `loss = 0.12`
    static func value(of objective: Objective, in record: TrialRecord) -> String {
        value(of: objective, in: record.metrics)
    }

    static func value(of objective: Objective, in metrics: [MetricValue]) -> String {
        let value = metrics.last { $0.name == objective.metric }?.value
        return "\(objective.metric) = \(value ?? "unknown")"
    }
}

extension OptimizationJobStatus {
    /// The condition that says how the job ended: `Complete` or `Failed`, being True.
    var end: Condition? {
        conditions.first { ($0.type == ConditionType.complete || $0.type == ConditionType.failed) && $0.isTrue }
    }

    /// Whether the job has ended.
    var isTerminal: Bool { end != nil }

    /// The status as far as it is worth a write by itself.
    var withoutRunningMetrics: OptimizationJobStatus {
        var bare = self
        for position in bare.trials.indices where bare.trials[position].state == .running {
            bare.trials[position].metrics = []
            bare.trials[position].progress = []
            bare.trials[position].stepMeasure = nil
        }
        return bare
    }
}
