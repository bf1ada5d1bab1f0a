import ArgumentParser
import HostProcess

/// `optimizationjob`: the program.
struct OptimizationJobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "optimizationjob",
        abstract: "Tunes the hyperparameters of Kubeflow TrainJobs.",
        version: ProgramVersion.current,
        subcommands: [
            RunCommand.self, ValidateCommand.self, PlanCommand.self, SuggestCommand.self, ControllerCommand.self,
            CertGeneratorCommand.self,
            APIServerCommand.self, TrainerSimCommand.self,
        ]
    )
}
