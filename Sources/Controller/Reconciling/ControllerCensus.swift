import Kubernetes
import OptimizationAPI

/// How many jobs and trials there are, by state.
public struct ControllerCensus: Sendable, Equatable {
    /// Jobs by the condition that says most about them: how they ended, else what holds them, else how far they came; those
    /// without one are `Pending`. Every state is there, if only with 0.
    public private(set) var jobs: [String: Int] = [:]
    /// Trials of all jobs by their state. Every state is there, if only with 0.
    public private(set) var trials: [String: Int] = [:]

    private static let jobStates = [
        ConditionType.complete, ConditionType.failed, ConditionType.suspended, ConditionType.running,
        ConditionType.created,
    ]
    private static let pending = "Pending"

    init(of statuses: some Sequence<OptimizationJobStatus>) {
        for state in Self.jobStates + [Self.pending] { jobs[state] = 0 }
        for state in TrialState.allCases { trials[state.rawValue] = 0 }
        for status in statuses {
            let state = Self.jobStates.first { state in
                status.conditions.contains { $0.type == state && $0.status == "True" }
            }
            jobs[state ?? Self.pending, default: 0] += 1
            for trial in status.trials { trials[trial.state.rawValue, default: 0] += 1 }
        }
    }
}
