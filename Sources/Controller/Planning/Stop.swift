import Kubernetes
import OptimizationAPI

/// Why no more trials of a job will be started.
enum Stop: Equatable {
    /// `numTrials` records exist.
    case budgetSpent
    case spaceExhausted
    case historyExhausted
    /// The spec cannot be searched: a condition's reason and message.
    case unable(reason: String, message: String)
    /// A trial reached the goal of every objective that has one.
    case goalReached(trainJobName: String)
    /// More trials failed than are tolerated.
    case tooManyFailures(Int)
    /// The first TrainJobs were all refused for good, and none was ever created.
    case refused(message: String)

    /// Whether trials that still run are stopped rather than waited for: their results could change nothing.
    var stopsRunningTrials: Bool {
        switch self {
        case .budgetSpent, .spaceExhausted, .historyExhausted, .unable: false
        case .goalReached, .tooManyFailures, .refused: true
        }
    }

    /// Refusals in a row, from the first trial on, that are taken for the template's fault rather than the parameters'.
    private static let refusalsTolerated = 3

    /// What the records alone decide, the budget aside.
    init?(judging records: [TrialRecord], of job: OptimizationJob) {
        if let name = Stop.reachingTrial(in: records, of: job) {
            self = .goalReached(trainJobName: name)
        } else if let message = Stop.refusal(in: records, of: job) {
            self = .refused(message: message)
        } else if let limit = job.spec.maxFailedTrials, records.failures > limit {
            self = .tooManyFailures(records.failures)
        } else {
            return nil
        }
    }

    /// The first trial that reached all goals there are.
    private static func reachingTrial(in records: [TrialRecord], of job: OptimizationJob) -> String? {
        let goals = job.spec.objectives.filter { $0.goal != nil }
        guard !goals.isEmpty else { return nil }
        return records.first { record in
            record.state == .succeeded
                && goals.allSatisfy { goal in
                    Metrics.value(of: goal.metric, in: record.metrics).map(goal.isReached(by:)) ?? false
                }
        }?.trainJobName
    }

    private static func refusal(in records: [TrialRecord], of job: OptimizationJob) -> String? {
        let first = records.prefix(min(refusalsTolerated, max(1, job.spec.numTrials)))
        guard let last = first.last, first.count == min(refusalsTolerated, max(1, job.spec.numTrials)),
            first.allSatisfy({ $0.state == .failed && $0.reason == TrialReason.rejected }),
            records.allSatisfy({ $0.trainJobUID == nil })
        else { return nil }
        return last.message ?? "no reason was given"
    }
}

extension [TrialRecord] {
    /// Trials that count toward `maxFailedTrials`.
    var failures: Int {
        count { $0.state == .failed && !($0.reason.map(TrialReason.lost.contains) ?? false) }
    }
}

/// Why a job that had ended goes on: its spec was changed so that it has not ended after all.
struct Resumption {
    /// What changed, as a sentence.
    let message: String

    /// - Returns: `nil` when the job's end stands.
    init?(of job: OptimizationJob) {
        guard let end = job.status.end, end.observedGeneration != job.metadata.generation else { return nil }
        switch end.reason {
        case JobReason.maxTrialsReached, JobReason.allTrialsFailed:
            guard job.status.trials.count < job.spec.numTrials,
                Stop(judging: job.status.trials, of: job) == nil
            else { return nil }
            message = "numTrials was raised to \(job.spec.numTrials)"
        case JobReason.maxFailedTrialsExceeded:
            if let limit = job.spec.maxFailedTrials {
                guard job.status.trials.failures <= limit else { return nil }
                message = "maxFailedTrials was raised to \(limit)"
            } else {
                message = "maxFailedTrials was taken away"
            }
        default:
            return nil
        }
    }
}
