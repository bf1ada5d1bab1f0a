/// A history sorted by what a model can learn from each trial.
///
/// - A trial that succeeded is a point with its costs: the objectives, turned so that less is better.
/// - A pruned trial was stopped because it did worse than others at the same step, so its last value says the more the
///   worse it is: its cost counts, but as no better than the median of those that succeeded. Without a value, or before
///   any succeeded, it tells nothing.
/// - A trial that failed, or succeeded with a value that is not finite, has no cost: its point is where trials fail.
/// - A running trial is a point that needs no second trial.
///
/// A trial whose values are none of this space (of another job's wider ranges, say) is left out. The order is that of
/// the trials' numbers, whatever the history's.
struct Observations {
    /// Points with costs, one cost an objective, lower is better.
    private(set) var points: [[Double]] = []
    private(set) var costs: [[Double]] = []
    /// Points where trials failed.
    private(set) var failed: [[Double]] = []
    /// Points of running trials.
    var running: [[Double]] = []
    /// Every trial that ended and tells something, in the order of their numbers: its point, and its costs unless it
    /// failed.
    private(set) var ended: [(point: [Double], costs: [Double]?)] = []

    init(_ history: TrialHistory, in space: UnitSpace) {
        let directions = history.directions
        var told: [(point: [Double], costs: [Double]?, isPruned: Bool)] = []
        for trial in Observations.inOrder(history.trials) {
            guard let point = space.point(of: trial.assignment) else { continue }
            let costs = zip(directions, trial.objectives).map { $0.cost($1) }
            let isComplete = costs.count == directions.count && costs.allSatisfy(\.isFinite)
            switch trial.state {
            case .running: running.append(point)
            case .failed: told.append((point, nil, isPruned: false))
            case .succeeded: told.append((point, isComplete ? costs : nil, isPruned: false))
            case .earlyStopped: if isComplete { told.append((point, costs, isPruned: true)) }
            }
        }
        let succeeded = told.compactMap { $0.isPruned ? nil : $0.costs }
        if succeeded.isEmpty { told.removeAll(where: \.isPruned) }
        let medians = directions.indices.map { index in
            let sorted = succeeded.map { $0[index] }.sorted()
            return sorted.isEmpty ? .infinity : sorted[sorted.count / 2]
        }
        for trial in told {
            let counted = trial.costs.map { trial.isPruned ? zip($0, medians).map { max($0, $1) } : $0 }
            ended.append((trial.point, counted))
            if let counted {
                points.append(trial.point)
                costs.append(counted)
            } else {
                failed.append(trial.point)
            }
        }
    }

    /// Sorted, which nearly every history is already.
    private static func inOrder(_ trials: [PastTrial]) -> [PastTrial] {
        let isOrdered = trials.indices.dropFirst().allSatisfy { trials[$0 - 1].index < trials[$0].index }
        return isOrdered ? trials : trials.sorted(by: precedes)
    }

    /// By number; trials of one number (of jobs a warm start joined) by their content, so that the order of the list
    /// never matters.
    private static func precedes(_ first: PastTrial, _ second: PastTrial) -> Bool {
        if first.index != second.index { return first.index < second.index }
        let texts = (first.assignment.values, second.assignment.values)
        if texts.0 != texts.1 { return texts.0.lexicographicallyPrecedes(texts.1) }
        return first.objectives.map(\.bitPattern).lexicographicallyPrecedes(second.objectives.map(\.bitPattern))
    }
}
