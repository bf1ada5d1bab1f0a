import ArgumentParser
import LocalRun

/// `optimizationjob validate`.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Says what is wrong with a manifest, and starts nothing.",
        discussion: "Exit status: 0 when nothing is wrong, 2 otherwise. Warnings alone are nothing wrong."
    )

    @Argument(help: "The manifest, in YAML or JSON; - reads standard input.", completion: .file())
    var file: String

    func run() throws {
        throw ExitCode(LocalRun.validate(file))
    }
}
