import Kubernetes
import OptimizationAPI

/// How many jobs and trials there are, by state.
public struct ControllerCensus: Sendable, Equatable {
    /// Jobs by their state. Every `JobState` is there, if only with 0.
    public private(set) var jobs: [String: Int] = [:]
    /// Trials of all jobs by their state. Every state is there, if only with 0.
    public private(set) var trials: [String: Int] = [:]

    init(of statuses: some Sequence<OptimizationJobStatus>) {
        for state in JobState.allCases { jobs[state.rawValue] = 0 }
        for state in TrialState.allCases { trials[state.rawValue] = 0 }
        for status in statuses {
            jobs[status.state.rawValue, default: 0] += 1
            for trial in status.trials { trials[trial.state.rawValue, default: 0] += 1 }
        }
    }
}
