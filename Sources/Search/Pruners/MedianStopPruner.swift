/// Stops a trial whose best value so far is worse than the median of what the others had by the same step.
///
/// A value that is not finite enters no median, whoever reports it. A trial without any finite value is worse than any
/// median.
///
/// Source: Golovin et al., "Google Vizier: A Service for Black-Box Optimization", KDD 2017, §3.2.1; it compares with
/// running averages, here with best values, as in Optuna's `MedianPruner`.
public struct MedianStopPruner: Pruner {
    /// Trials that must have succeeded, and that must have come as far as the one judged, before it is stopped; 1 or
    /// more.
    public let startupTrials: Int
    /// The step up to which no trial is stopped.
    public let startupSteps: Int64

    /// Settings out of range are moved into it.
    public init(startupTrials: Int = 5, startupSteps: Int64 = 0) {
        self.startupTrials = max(1, startupTrials)
        self.startupSteps = max(0, startupSteps)
    }

    /// Compares at the trial's last step.
    public func verdict(
        on trial: TrialProgress,
        among others: [TrialProgress],
        _ direction: ObjectiveDirection
    ) -> Verdict {
        guard let step = trial.step, step > startupSteps else { return .keep }
        let others = others.filter { $0.index != trial.index }
        guard others.count(where: { $0.state == .succeeded }) >= startupTrials else { return .keep }
        let costs = others.compactMap { other -> Double? in
            guard let reached = other.step, reached >= step else { return nil }
            return other.best(upTo: step, direction)
        }.sorted()
        guard costs.count >= startupTrials else { return .keep }
        let middle = costs.count / 2
        let median = costs.count % 2 == 1 ? costs[middle] : costs[middle - 1] / 2 + costs[middle] / 2
        guard let cost = trial.best(upTo: step, direction) else {
            return .stop(because: "it has reported no finite value by step \(step)")
        }
        guard cost > median else { return .keep }
        let sign = direction == .minimize ? 1.0 : -1.0
        return .stop(
            because:
                "its best value by step \(step), \(sign * cost), is worse than the median of the others, "
                + "\(sign * median)"
        )
    }
}
