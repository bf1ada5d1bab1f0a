public import JSON
public import OptimizationAPI

/// What a person types to run a trial again: its command as the trial got it, without the trainer around it.
public struct TrialInvocation: Sendable, Equatable {
    /// The program and its arguments, references expanded; never empty.
    public let arguments: [String]
    /// The variables of `spec.trainer.env` as `NAME=value`, references expanded, sorted by name. Those for reporting
    /// are not among them, so the training reports to nobody.
    public let environment: [String]

    /// Reads a TrainJob's `spec`.
    ///
    /// - Throws: Why a local trainer would refuse to run it; paths begin with `spec`, the TrainJob's.
    public init(spec: JSONValue) throws(FieldErrors) {
        let command = try TrialCommand(spec: spec, injected: [], inherited: [:])
        arguments = command.arguments
        environment = command.environment
    }
}
