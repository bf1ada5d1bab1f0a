/// Asynchronous successive halving: at every rung the best `1/reductionFactor` of the trials go on.
///
/// Rung *k* is at `minProgress · reductionFactor^k` steps. A trial is judged at the highest rung it has reached, by its
/// best value when it got there, against all trials that ever did. With fewer than `reductionFactor` trials at a rung
/// nobody is stopped there. A trial stays under judgement until the next rung, so that the first at a rung, who had
/// nobody to compare with, can still be stopped by those who follow; but none at the end, where no rung is.
///
/// Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, arXiv:1810.05934, in the
/// stopping form: a trial runs on until it is stopped, instead of waiting to be promoted.
public struct SuccessiveHalvingPruner: Pruner {
    /// η: 2 or more.
    public let reductionFactor: Int
    /// *r*: the step of the first rung, 1 or more; `nil` for a hundredth of the last step of the first trial that
    /// succeeded.
    public let minProgress: Int64?

    /// Settings out of range are moved into it.
    public init(reductionFactor: Int = 4, minProgress: Int64? = nil) {
        self.reductionFactor = max(2, reductionFactor)
        self.minProgress = minProgress.map { max(1, $0) }
    }

    /// Compares at the highest rung reached.
    public func verdict(
        on trial: TrialProgress,
        among others: [TrialProgress],
        _ direction: ObjectiveDirection
    ) -> Verdict {
        guard !trial.isAtEnd(of: others),
            let first = minProgress
                ?? SuccessiveHalvingPruner.finishedStep(of: others + [trial]).map({ max(1, $0 / 100) })
        else { return .keep }
        return verdict(on: trial, among: others, direction, firstRung: first)
    }

    /// The last step of the first trial that succeeded: how far a trial goes that nobody stops.
    static func finishedStep(of trials: [TrialProgress]) -> Int64? {
        trials.filter { $0.state == .succeeded && $0.step != nil }.min { $0.index < $1.index }?.step
    }

    func verdict(
        on trial: TrialProgress,
        among others: [TrialProgress],
        _ direction: ObjectiveDirection,
        firstRung: Int64
    ) -> Verdict {
        guard let step = trial.step,
            let threshold = SuccessiveHalvingPruner.rung(at: step, minimum: firstRung, reduction: reductionFactor),
            let cost = trial.best(reaching: threshold, direction)
        else { return .keep }
        let rivals = others.filter { $0.index != trial.index }.compactMap { $0.best(reaching: threshold, direction) }
        let count = rivals.count + 1
        guard count >= reductionFactor else { return .keep }
        // Trials that are equal share the better place.
        let better = rivals.count { $0 < cost }
        let going = max(1, count / reductionFactor)
        guard better >= going else { return .keep }
        return .stop(
            because:
                "at step \(threshold) it was number \(better + 1) of \(count) trials, of which the best \(going) go on"
        )
    }

    /// The step of the highest rung that a trial has reached.
    ///
    /// - Parameters:
    ///   - step: How far the trial has come.
    ///   - minimum: The step of the first rung; 1 or more.
    ///   - reduction: How many times as far the next rung is; 2 or more.
    /// - Returns: `nil` before the first rung.
    static func rung(at step: Int64, minimum: Int64, reduction: Int) -> Int64? {
        guard step >= minimum else { return nil }
        var threshold = minimum
        while step / Int64(reduction) >= threshold {  // divided, because the product can overflow
            threshold *= Int64(reduction)
        }
        return threshold
    }
}
