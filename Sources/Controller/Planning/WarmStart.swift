import Kubernetes
import OptimizationAPI
import Search

/// What was seen of a job that `warmStartFrom` names.
public struct WarmStartSource: Sendable, Equatable {
    /// Whether it has ended.
    public var isFinished: Bool
    /// Its trials.
    public var records: [TrialRecord]

    /// What its status says.
    public init(_ status: OptimizationJobStatus) {
        isFinished = status.isTerminal
        records = status.trials
    }
}

/// The trials of earlier jobs that join a job's history.
///
/// Before the first trial every job named must exist and have ended. What of theirs counts is fixed at that moment, by
/// time: a trial that began later, because its job was given more trials, does not join, so that suggestions do not
/// depend on when a controller was restarted. Both times are those of records, which controllers date; when a trial
/// ended is said by Trainer, whose clock may be another. A job that is deleted after that moment takes its trials out
/// of the history.
struct WarmStart {
    /// What a job gave.
    struct Share: Equatable {
        var job: String
        /// Trials that can be learned from.
        var trials = 0
        /// Trials with values that this job's parameters cannot take, which samplers leave out.
        var outside = 0
    }

    let job: OptimizationJob
    /// The job's own trials so far.
    let records: [TrialRecord]
    let sources: [String: WarmStartSource]

    /// What the job has to wait for, as a sentence; `nil` when nothing, or when its trials have begun.
    var obstacle: String? {
        guard records.isEmpty else { return nil }
        for name in job.spec.warmStartFrom {
            guard let source = sources[name] else {
                return "OptimizationJob \"\(name)\", named in spec.warmStartFrom, does not exist"
            }
            if !source.isFinished { return "OptimizationJob \"\(name)\", named in spec.warmStartFrom, has not ended" }
        }
        return nil
    }

    /// Succeeded trials with all of the objectives and exactly the parameters of this job, in the order of the jobs and of
    /// their trials. They are numbered downwards from −1, apart from the job's own.
    ///
    /// - Returns: The trials, and how many each job gave.
    func trials(in space: SearchSpace, at now: Timestamp) -> (trials: [PastTrial], shares: [Share]) {
        let names = space.parameters.map(\.name)
        let begin = records.first?.creationTime ?? now
        var trials: [PastTrial] = []
        var shares: [Share] = []
        for source in job.spec.warmStartFrom {
            var share = Share(job: source)
            for record in sources[source]?.records ?? [] where record.state == .succeeded {
                guard record.parameters.count == names.count, record.creationTime <= begin,
                    let assignment = Suggestions.assignment(of: record, names: names),
                    let values = Metrics.objectiveValues(job.spec.objectives, in: record.metrics)
                else { continue }
                trials.append(
                    PastTrial(index: -1 - trials.count, assignment: assignment, state: .succeeded, objectives: values)
                )
                if zip(space.parameters, assignment.values).allSatisfy({ $0.domain.contains($1) }) {
                    share.trials += 1
                } else {
                    share.outside += 1
                }
            }
            shares.append(share)
        }
        return (trials, shares)
    }
}
