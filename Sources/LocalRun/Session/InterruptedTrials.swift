import Controller
import Kubernetes
import OptimizationAPI

extension OptimizationJob {
    /// The status once the run is over, in which no trial is left running. The controller, which writes all other records,
    /// is gone by then.
    ///
    /// - Parameters:
    ///   - state: What the trials reported last.
    ///   - now: When they were stopped.
    func withoutRunningTrials(as state: RunState, at now: Timestamp) -> OptimizationJobStatus {
        var status = status
        for position in status.trials.indices where status.trials[position].state == .running {
            let name = status.trials[position].trainJobName
            status.trials[position].state = .earlyStopped
            status.trials[position].reason = TrialReason.runEnded
            status.trials[position].message = "the run ended before the trial did"
            status.trials[position].metrics = state.trials.first { $0.name == name }?.metrics ?? []
            status.trials[position].completionTime = now
        }
        status.summary = StatusSummary(of: status, spec: spec)
        return status
    }
}
