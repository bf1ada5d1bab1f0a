import Kubernetes
import OptimizationAPI
import Search

/// What the job's pruner says about running trials.
extension Planner {
    /// Ends the records of trials that are not worth continuing; `retirements` stops their TrainJobs.
    ///
    /// Decided from the records alone, once they hold what was reported: so it is decided again after a crash. A trial
    /// that has ended, whatever its record says yet, is not stopped; nor is one that is suspended with its job, whose
    /// TrainJob is out of sight, or that says it is done: it may be saving its model.
    mutating func pruneTrials() {
        guard let pruner = job.spec.pruneAlgorithm?.pruner, let objective = job.spec.objectives.first,
            !job.spec.isSuspended
        else { return }
        var courses = status.trials.enumerated().map { position, record in
            TrialProgress(
                index: TrialName.index(of: record.trainJobName) ?? position,
                state: record.state.searched,
                reports: record.progress.map { ProgressReport(step: $0.step, value: $0.value) }
            )
        }
        let isMixed = Set(status.trials.lazy.compactMap(\.stepMeasure)).count > 1
        for (position, record) in status.trials.enumerated() where record.state == .running {
            guard let uid = record.trainJobUID, let trainJob = byUID[uid], !trainJob.isFinished,
                observation.memory[uid]?.ending == nil, trainJob.trainerStatus?.progressPercentage ?? 0 < 100,
                case .stop(let why) = pruner.verdict(
                    on: courses[position],
                    among: isMixed ? comparable(courses, with: record.stepMeasure) : courses,
                    objective.direction.searched
                )
            else { continue }
            status.trials[position].state = .earlyStopped
            status.trials[position].reason = TrialReason.pruned
            status.trials[position].message = why.cut(toBytes: budget.messageBytes)
            status.trials[position].completionTime = now
            courses[position].state = .earlyStopped
            tell(of: status.trials[position], before: record)
        }
    }

    /// The courses whose steps are of this measure, or may be.
    ///
    /// Trials of a job run the same script, yet where reports with one measure and with another come in turns, it is a
    /// matter of chance with which of them the first version of a TrainJob is seen.
    private func comparable(_ courses: [TrialProgress], with measure: StepMeasure?) -> [TrialProgress] {
        guard let measure else { return courses }
        return zip(courses, status.trials).filter { $1.stepMeasure == nil || $1.stepMeasure == measure }.map { $0.0 }
    }

    /// Whether running trials have made progress that the written status does not hold.
    var hasUnsavedProgress: Bool {
        budget.keepsProgress
            && zip(status.trials, job.status.trials).contains { $0.state == .running && $0.progress != $1.progress }
    }
}
