import Controller
import Kubernetes
import OptimizationAPI

/// What a run did since it was last looked at.
public enum RunEvent: Sendable, Equatable {
    /// A trial appeared and runs.
    case started(TrialView)
    /// A trial ended, as the `finished`-th; `isBest` when it is better than all before it.
    case ended(TrialView, isBest: Bool, finished: Int)

    /// Whether a trial ended.
    var isEnd: Bool { if case .ended = self { true } else { false } }
}

/// Follows a run from the objects the API server sends.
///
/// Both kinds of objects arrive in any order and more than once; each trial starts once and ends once.
struct RunTracker {
    private(set) var state: RunState

    /// Begins to follow a job.
    init(job: OptimizationJob) {
        state = RunState(
            jobName: job.metadata.name,
            objectives: job.spec.objectives,
            totalTrials: job.spec.numTrials,
            parallelTrials: job.spec.parallelTrials
        )
    }

    /// Takes in a new version of the job.
    ///
    /// - Parameters:
    ///   - now: Time since the run began.
    ///   - refusal: Why a trial's last report was refused, by the trial's name; `nil` when none was.
    /// - Returns: What happened, oldest first.
    mutating func observe(
        _ job: OptimizationJob,
        at now: Duration,
        refusal: (String) -> String? = { _ in nil }
    ) -> [RunEvent] {
        state.elapsed = max(state.elapsed, now)
        state.totalTrials = job.spec.numTrials
        state.parallelTrials = job.spec.parallelTrials
        let before = state.best
        state.bestTrial = job.status.result?.trainJobName
        var events: [RunEvent] = []
        for record in job.status.trials {
            let position = state.trials.firstIndex { $0.name == record.trainJobName }
            var trial =
                position.map { state.trials[$0] }
                ?? TrialView(
                    name: record.trainJobName,
                    state: .running,
                    parameters: record.parameters,
                    metrics: [],
                    began: now
                )
            if position == nil { events.append(.started(trial)) }
            guard trial.state == .running else { continue }
            trial.state = record.state
            trial.reason = record.reason
            trial.message = record.message
            if record.state == .failed, let note = note(on: record, refusal: refusal(trial.name)) {
                trial.message = [trial.message, note].compactMap(\.self).joined(separator: "; ")
            }
            if !record.metrics.isEmpty { trial.metrics = record.metrics }
            if record.state != .running {
                trial.ended = now
                // Of equal trials the one that began first is the best, and it may be the last to end.
                let isBest = record.trainJobName == state.bestTrial && !(before.map { isEqual($0, trial) } ?? false)
                events.append(.ended(trial, isBest: isBest, finished: state.finishedCount + 1))
            }
            if let position {
                state.trials[position] = trial
            } else {
                state.trials.append(trial)
            }
        }
        return events
    }

    /// Why no metrics arrived, as far as the controller cannot know of it.
    private func note(on record: TrialRecord, refusal: String?) -> String? {
        if let refusal { return "a progress report was refused: \(refusal)" }
        guard record.reason == TrialReason.metricsUnavailable, record.metrics.isEmpty else { return nil }
        return "what it prints is not read, it has to post its metrics (docs/training.md)"
    }

    /// Whether two trials have the same value of the first objective.
    private func isEqual(_ a: TrialView, _ b: TrialView) -> Bool {
        a.number(state.objective.metric) == b.number(state.objective.metric)
    }

    /// Takes in what a running trial reports.
    mutating func observe(_ trainJob: TrainJob, at now: Duration) {
        state.elapsed = max(state.elapsed, now)
        guard let status = trainJob.trainerStatus,
            let position = state.trials.firstIndex(where: { $0.name == trainJob.metadata.name }),
            state.trials[position].state == .running
        else { return }
        state.trials[position].progress = status.progressPercentage.map { Int($0) }
        if !status.metrics.isEmpty { state.trials[position].metrics = status.metrics }
    }

    /// Lets time pass.
    mutating func tick(at now: Duration) {
        state.elapsed = max(state.elapsed, now)
    }
}
