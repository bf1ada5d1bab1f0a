import ArgumentParser
import LocalRun

/// `optimizationjob validate`.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Says what is wrong with a manifest, and starts nothing.",
        discussion: """
            A file may have several OptimizationJobs, each in a document of its own. What a cluster can do and a local run \
            cannot is a warning, and so is what is legal but probably not meant.

            Exit status: 0 when nothing is wrong, warnings aside; 2 otherwise.
            """
    )

    @Argument(help: "The manifest, in YAML or JSON; - reads standard input.", completion: .file())
    var file: String

    func run() throws {
        throw ExitCode(LocalRun.validate(file))
    }
}
