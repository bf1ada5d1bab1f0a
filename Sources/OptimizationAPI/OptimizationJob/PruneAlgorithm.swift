import JSON

/// How unpromising trials are found and stopped while they run.
///
/// A trial is judged by what it reports for the job's one objective. How far it has come, its *step*, is the last value
/// of the first of these metrics that it reports: `current_step`, `global_step`, `step`, `epoch`; a trial that reports
/// none is measured by its `progressPercentage`. All trials of a job have to count alike.
public enum PruneAlgorithm: Sendable, Hashable {
    /// Stops a trial whose best value so far is worse than the median of what the others had at the same step.
    ///
    /// - `startupTrials`: Trials that must have succeeded before any is stopped; 1 to 1000.
    /// - `startupSteps`: The step up to which no trial is stopped; 0 or more.
    case medianStop(
        startupTrials: Int = Defaults.medianStopStartupTrials,
        startupSteps: Int64 = Defaults.medianStopStartupSteps
    )
    /// Asynchronous successive halving (Li et al., arXiv:1810.05934).
    ///
    /// - `reductionFactor`: The best `1/reductionFactor` of the trials at a rung go on (*η* in the paper); 2 to 100.
    /// - `minProgress`: The step of the first rung (*r* in the paper); the others are `reductionFactor` times as far each.
    ///   1 or more; `nil` for a hundredth of the last step of the first trial that succeeded, before which none is stopped.
    case asha(reductionFactor: Int = Defaults.ashaReductionFactor, minProgress: Int64? = nil)
    /// Hyperband (Li et al., arXiv:1603.06560): brackets of successive halving that begin at different rungs, with trials
    /// dealt out among them.
    ///
    /// - `reductionFactor`: As for `asha` (*η*); 2 to 100.
    /// - `minProgress`: As for `asha`.
    /// - `maxProgress`: The step at which a trial is finished (*R*), above `minProgress`; `nil` for the last step of the
    ///   first trial that succeeded, before which none is stopped.
    case hyperband(
        reductionFactor: Int = Defaults.hyperbandReductionFactor,
        minProgress: Int64? = nil,
        maxProgress: Int64? = nil
    )

    /// The settings an object gets when it names an algorithm and leaves them out.
    public enum Defaults {
        /// `startupTrials` of `medianStop`.
        public static let medianStopStartupTrials = 5
        /// `startupSteps` of `medianStop`.
        public static let medianStopStartupSteps: Int64 = 0
        /// `reductionFactor` of `asha`.
        public static let ashaReductionFactor = 4
        /// `reductionFactor` of `hyperband`.
        public static let hyperbandReductionFactor = 3
    }

    /// The algorithm as a spec carries it.
    public var json: JSONValue {
        switch self {
        case .medianStop(let startupTrials, let startupSteps):
            return [
                "medianStop": [
                    "startupTrials": .number(JSONNumber(startupTrials)),
                    "startupSteps": .number(JSONNumber(startupSteps)),
                ]
            ]
        case .asha(let reductionFactor, let minProgress):
            var settings: JSONObject = ["reductionFactor": .number(JSONNumber(reductionFactor))]
            if let minProgress { settings["minProgress"] = .number(JSONNumber(minProgress)) }
            return ["asha": .object(settings)]
        case .hyperband(let reductionFactor, let minProgress, let maxProgress):
            var settings: JSONObject = ["reductionFactor": .number(JSONNumber(reductionFactor))]
            if let minProgress { settings["minProgress"] = .number(JSONNumber(minProgress)) }
            if let maxProgress { settings["maxProgress"] = .number(JSONNumber(maxProgress)) }
            return ["hyperband": .object(settings)]
        }
    }
}
