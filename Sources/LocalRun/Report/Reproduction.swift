import JSON
import LocalCluster

/// How to run a trial again by hand.
enum Reproduction {
    /// A shell command that starts what the trial started: same folder, same variables, same arguments, expanded.
    ///
    /// What the trainer adds for reporting is left out, so the training just runs and reports to nobody.
    ///
    /// - Parameters:
    ///   - spec: The TrainJob's `spec`.
    ///   - directory: The folder of the manifest, from the root.
    /// - Returns: `nil` when there is nothing to run.
    static func command(spec: JSONValue, directory: String) -> String? {
        guard let command = try? TrialInvocation(spec: spec) else { return nil }
        return ShellQuoting.command(in: directory, environment: command.environment, arguments: command.arguments)
    }
}
