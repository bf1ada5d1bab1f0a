/// What a spec may hold: the bounds that validation checks and the CustomResourceDefinition repeats.
///
/// Lengths count Unicode scalars, as an API server does.
public enum Limits {
    /// Objectives of a job. Upstream allows one.
    public static let objectives = 1...4
    /// Characters of a metric's name.
    public static let metricLength = 1...64
    /// Parameters of a job.
    public static let parameters = 1...100
    /// Characters of a parameter's name.
    public static let parameterNameLength = 1...64
    /// Characters of a number written as text.
    public static let numberLength = 1...64
    /// Choices of a categorical parameter.
    public static let choices = 1...100
    /// Characters of a choice.
    public static let choiceLength = 0...64
    /// `numTrials` and `parallelTrials`. Upstream stops at 100; the records of 1000 trials still fit an object.
    public static let trials: ClosedRange<Int64> = 1...1000
    /// `maxFailedTrials`.
    public static let failedTrials: ClosedRange<Int64> = 0...1000
    /// `startupTrials` of search algorithms.
    public static let searchStartupTrials: ClosedRange<Int64> = 0...1000
    /// `candidates` of `tpe`.
    public static let candidates: ClosedRange<Int64> = 1...1000
    /// `startupTrials` of `medianStop`.
    public static let pruneStartupTrials: ClosedRange<Int64> = 1...1000
    /// `startupSteps` of `medianStop`.
    public static let startupSteps: ClosedRange<Int64> = 0...(.max)
    /// `reductionFactor` of `asha` and `hyperband`.
    public static let reductionFactor: ClosedRange<Int64> = 2...100
    /// `minProgress` and `maxProgress` of `asha` and `hyperband`.
    public static let progress: ClosedRange<Int64> = 1...(.max)
    /// Jobs in `warmStartFrom`.
    public static let warmStarts = 0...16
    /// Characters of the name of an object, such as a job in `warmStartFrom`.
    public static let objectNameLength = 1...253
    /// `ttlSecondsAfterFinished`.
    public static let timeToLive: ClosedRange<Int64> = 0...Int64(Int32.max)
}
