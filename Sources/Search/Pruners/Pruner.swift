/// Whether a running trial is worth continuing.
public enum Verdict: Sendable, Equatable {
    /// It is, or it is too early to say.
    case keep
    /// It is not: a sentence for people says why.
    case stop(because: String)
}

/// Decides which running trials to stop.
///
/// A pruner has settings and no memory: it judges by what all trials have reported so far.
public protocol Pruner: Sendable {
    /// Judges a running trial.
    ///
    /// - Parameters:
    ///   - trial: The trial with its reports.
    ///   - others: The other trials of the job, whatever their state; the trial itself, if listed, is passed over.
    ///   - direction: Which way the objective is better.
    func verdict(on trial: TrialProgress, among others: [TrialProgress], _ direction: ObjectiveDirection) -> Verdict
}
