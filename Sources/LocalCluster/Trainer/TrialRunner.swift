/// What takes a trial from its start to its end. `LocalTrainer` decides when; this is how.
protocol TrialRunner: Sendable {
    /// Has the TrainJob say that it runs, and runs it.
    ///
    /// Returns when nothing of the trial is left, soon after `stop` was asked for at the latest. The end is for the caller
    /// to write down.
    func run(_ request: TrainJobRequest, stop: StopRequest) async -> TrialOutcome
}

/// How a trial came to its end.
enum TrialOutcome: Sendable, Equatable {
    /// By itself.
    case ended(TrainJobState)
    /// It was stopped, or nobody saw how it ended. Then the reason to stop it says what it is called, and `otherwise` counts
    /// where there was none.
    case interrupted(otherwise: TrainJobState)
    /// Its TrainJob was deleted before anything ran.
    case gone
}
