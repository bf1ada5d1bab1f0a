/// What becomes of TrainJobs that nothing trains.
///
/// A trial's loss is the sum of the squares of its numeric parameters, so the best trial is the one whose parameters are
/// nearest to 0; its accuracy is 1 / (1 + loss). Parameters are the variables `KUBEFLOW_TRAINER_OPT_…` of
/// `spec.trainer.env`; texts count for nothing.
///
/// Report *k* of *n* says a loss that is 1 − *k*/*n* above that, so that the last one is the trial's.
///
/// Two parameters steer a trial instead: one with an `exit_code` other than 0 fails at its end, and one with `seconds` takes
/// that long. By chance fail as many more as `failureShare` says.
public struct TrialSimulation: Sendable {
    /// How long a trial takes.
    public var duration: Duration = .seconds(5)
    /// Progress reports a trial, 1 or more, spread evenly over its duration.
    public var reports = 5
    /// The share of trials that fail by chance, 0 to 1. Which ones follows from their names.
    public var failureShare = 0.0
    /// The loss's name in reports.
    public var lossMetric = "loss"
    /// The accuracy's name in reports.
    public var accuracyMetric = "accuracy"

    /// Makes a simulation with defaults.
    public init() {}
}
