import JSON
import LocalCluster
import OptimizationAPI

/// How to run a trial again by hand.
struct Reproduction: Equatable {
    /// A shell command that starts what the trial started: same folder, same variables, same arguments, expanded.
    var command: String
    /// Variables of the template that look like secrets. The command takes their values from the shell, and does not show
    /// them.
    var secrets: [String] = []

    /// What the trainer adds for reporting is left out, so the training just runs and reports to nobody.
    ///
    /// - Parameters:
    ///   - template: The `spec` of the trials' template.
    ///   - parameters: What the trial was given.
    ///   - directory: The folder of the manifest, from the root.
    /// - Returns: `nil` when there is nothing to run.
    init?(template: JSONValue, parameters: [ParameterAssignment], directory: String) {
        var template = template
        secrets = Self.hideSecrets(in: &template)
        let spec = TrialEnvironment.adding(parameters, to: template)
        guard let trial = try? TrialInvocation(spec: spec) else { return nil }
        command = ShellQuoting.command(in: directory, environment: trial.environment, arguments: trial.arguments)
    }

    init(command: String) {
        self.command = command
    }

    /// Replaces values by references to variables of the shell. They follow the value into whatever refers to it.
    ///
    /// - Returns: The names of the variables.
    private static func hideSecrets(in template: inout JSONValue) -> [String] {
        guard var entries = template["trainer"]?["env"]?.arrayValue else { return [] }
        var names: [String] = []
        for index in entries.indices {
            guard let name = entries[index]["name"]?.stringValue, isSecret(name),
                entries[index]["value"]?.stringValue?.isEmpty == false
            else { continue }
            names.append(name)
            entries[index]["value"] = .string(ShellQuoting.reference(to: name))
        }
        template["trainer"]?["env"] = .array(entries)
        return names
    }

    /// Whether a variable's name ends one of its words as names of secrets do: `HF_TOKEN`, `WANDB_API_KEY`.
    private static func isSecret(_ name: String) -> Bool {
        name.uppercased().split { !$0.isLetter && !$0.isNumber }.contains { word in
            ["TOKEN", "PASSWORD", "PASSWD", "SECRET", "KEY", "CREDENTIAL", "CREDENTIALS"].contains(
                where: word.hasSuffix
            )
        }
    }
}
