import ArgumentParser

/// `optimizationjob`: the program.
struct OptimizationJobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "optimizationjob",
        abstract: "Tunes the hyperparameters of Kubeflow TrainJobs.",
        version: "0.1.0",
        subcommands: [RunCommand.self, ValidateCommand.self, CertGeneratorCommand.self]
    )
}
