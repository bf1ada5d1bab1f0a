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
    ///   - stop: Why no further trial is started.
    ///   - job: The job as specified.
    init(of status: OptimizationJobStatus, stop: Planner.Stop, job: OptimizationJob) {
        let tried = status.trials.count
        switch stop {
        case .unable(let reason, let message):
            succeeded = false
            self.reason = reason
            self.message = message.cut(toBytes: 4096)
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
        guard let failure = status.trials.first, status.trials.allSatisfy({ $0.state == .failed }) else {
            succeeded = !status.trials.isEmpty
            if let result = status.result, let objective = job.spec.objectives.first {
                let value = Sentences.value(of: objective, in: result.metrics)
                message += "; the best, \(result.trainJobName), reached \(value)"
            }
            return
        }
        succeeded = false
        reason = JobReason.allTrialsFailed
        let words = [failure.reason, failure.message].compactMap { $0 }.joined(separator: ": ")
        message = "all \(tried) trials failed; the first, \(failure.trainJobName): \(words)".cut(toBytes: 4096)
    }
}

/// Phrases that conditions and events share.
enum Sentences {
    static func progress(_ status: OptimizationJobStatus, of job: OptimizationJob) -> String {
        let running = status.trials.lazy.filter { $0.state == .running }.count
        let finished = status.trials.count - running
        return "\(finished) of \(job.spec.numTrials) trials finished, \(running) running"
    }

    /// `lr = 0.01, batch = 32`; many parameters are cut.
    static func parameters(_ parameters: [ParameterAssignment]) -> String {
        let shown = parameters.prefix(8).map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
        return parameters.count > 8 ? shown + ", and \(parameters.count - 8) more" : shown
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
    /// Whether `Complete` or `Failed` is True.
    var isTerminal: Bool {
        conditions.contains {
            ($0.type == ConditionType.complete || $0.type == ConditionType.failed) && $0.status == "True"
        }
    }

    /// The status as far as it is worth a write by itself.
    var withoutRunningMetrics: OptimizationJobStatus {
        var bare = self
        for position in bare.trials.indices where bare.trials[position].state == .running {
            bare.trials[position].metrics = []
        }
        return bare
    }
}
