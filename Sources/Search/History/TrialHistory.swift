/// A trial that was started earlier, as a sampler sees it.
public struct PastTrial: Sendable, Hashable {
    /// How far the trial got.
    public enum State: Sendable, Hashable, CaseIterable {
        /// Started, or about to be; no final value yet.
        case running
        /// Ended with a value for every objective.
        case succeeded
        /// Ended without one.
        case failed
        /// Stopped by a pruner; `objectives` holds the last values seen.
        case earlyStopped
    }

    /// The trial's number in its job, counted from 0.
    public let index: Int
    /// What it was given.
    public let assignment: Assignment
    /// How far it got.
    public let state: State
    /// The values reached, in the order of the job's objectives; empty when there are none.
    ///
    /// A value can be NaN or infinite; samplers rank those worst.
    public let objectives: [Double]

    /// Describes a trial.
    public init(index: Int, assignment: Assignment, state: State, objectives: [Double] = []) {
        self.index = index
        self.assignment = assignment
        self.state = state
        self.objectives = objectives
    }
}

/// Every trial a job has started so far, in any order, and what the job is after.
public struct TrialHistory: Sendable, Hashable {
    /// The trials.
    public var trials: [PastTrial]
    /// Which way each objective is better, in the order of the job's objectives; 1 to 4 of them.
    public var directions: [ObjectiveDirection]

    /// Begins with `trials`, or with none.
    public init(_ trials: [PastTrial] = [], directions: [ObjectiveDirection] = [.minimize]) {
        self.trials = trials
        self.directions = directions
    }

    /// The number of the next trial: one more than the highest so far, 0 when there is none.
    public var nextIndex: Int {
        var highest = -1
        for trial in trials where trial.index > highest {
            highest = trial.index
        }
        return highest < .max ? highest + 1 : .max
    }
}
