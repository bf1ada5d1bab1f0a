public import JSON

/// What a person types to run a trial again: its command as the trial got it, without the trainer around it.
public struct TrialInvocation: Sendable, Equatable {
    /// The program and its arguments, references expanded; never empty.
    public let arguments: [String]
    /// The variables of `spec.trainer.env` as `NAME=value`, references expanded, sorted by name. Those for reporting
    /// are not among them, so the training reports to nobody.
    public let environment: [String]

    /// Reads a TrainJob's `spec`; `nil` when a local trainer would refuse to run it.
    public init?(spec: JSONValue) {
        guard let command = try? TrialCommand(spec: spec, injected: [], inherited: [:]) else { return nil }
        arguments = command.arguments
        environment = command.environment
    }
}
