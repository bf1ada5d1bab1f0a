/// Hyperband: brackets of successive halving whose first rungs lie further and further on, with trials dealt out among
/// them, since nobody knows how early bad trials can be told.
///
/// Bracket *b* begins at `minProgress · reductionFactor^b` and gets a share of the trials in proportion to the paper's
/// *n*: early brackets more. Trial *i*'s bracket follows from *i* alone, by smooth weighted turns, and it is compared only
/// with trials of its own.
///
/// Source: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization", JMLR 18, 2018,
/// algorithm 1, with asynchronous halving inside a bracket, as in Optuna's `HyperbandPruner`.
public struct HyperbandPruner: Pruner {
    /// η: 2 or more.
    public let reductionFactor: Int
    /// *r*: as for `SuccessiveHalvingPruner`.
    public let minProgress: Int64?
    /// *R*: the step at which a trial is finished; `nil` for the last step of the first trial that succeeded.
    public let maxProgress: Int64?

    /// Settings out of range are moved into it.
    public init(reductionFactor: Int = 3, minProgress: Int64? = nil, maxProgress: Int64? = nil) {
        self.reductionFactor = max(2, reductionFactor)
        self.minProgress = minProgress.map { max(1, $0) }
        self.maxProgress = maxProgress
    }

    /// Compares within the trial's bracket.
    public func verdict(
        on trial: TrialProgress,
        among others: [TrialProgress],
        _ direction: ObjectiveDirection
    ) -> Verdict {
        guard let step = trial.step, !trial.isAtEnd(of: others),
            let last = maxProgress ?? SuccessiveHalvingPruner.finishedStep(of: others + [trial]), step < last
        else { return .keep }
        let first = minProgress ?? max(1, last / 100)
        let starts = HyperbandPruner.starts(from: first, to: last, reduction: reductionFactor)
        let brackets = HyperbandPruner.brackets(
            upTo: max(trial.index, others.reduce(0) { max($0, $1.index) }),
            count: starts.count,
            reduction: reductionFactor
        )
        func bracket(_ index: Int) -> Int { brackets.indices.contains(index) ? brackets[index] : 0 }
        let own = bracket(trial.index)
        let halving = SuccessiveHalvingPruner(reductionFactor: reductionFactor)
        return halving.verdict(
            on: trial,
            among: others.filter { bracket($0.index) == own },
            direction,
            firstRung: starts[own]
        )
    }

    /// The first rung of every bracket; at least one.
    static func starts(from first: Int64, to last: Int64, reduction: Int) -> [Int64] {
        var starts = [max(1, first)]
        var start = max(1, first)
        while start <= last / Int64(reduction) {
            start *= Int64(reduction)
            starts.append(start)
        }
        return starts
    }

    /// The brackets of trials 0 to `last`.
    ///
    /// Bracket *b* of *count* has the weight ⌈count/(s + 1)·ηˢ⌉ with s = count − 1 − b, the paper's number of trials.
    static func brackets(upTo last: Int, count: Int, reduction: Int) -> [Int] {
        let weights = (0..<count).map { bracket -> Double in
            let s = count - 1 - bracket
            let power = (0..<s).reduce(1.0) { power, _ in power * Double(reduction) }
            return (Double(count) * power / Double(s + 1)).rounded(.up)
        }
        let total = weights.reduce(0, +)
        var due = [Double](repeating: 0, count: count)
        // A job has a thousand trials at most. Whatever has a larger number than this is of the first bracket.
        return (0...max(0, min(last, 4096))).map { _ in
            var chosen = 0
            for bracket in 0..<count {
                due[bracket] += weights[bracket]
                if due[bracket] > due[chosen] { chosen = bracket }
            }
            due[chosen] -= total
            return chosen
        }
    }
}
