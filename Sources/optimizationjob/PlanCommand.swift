import ArgumentParser
import LocalRun

/// `optimizationjob plan`.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows the first suggestions of a manifest and what its job would cost, and starts nothing.",
        discussion: """
            Exit status: 0, 1 when standard output cannot be written, 2 when something is wrong with the manifest. What a cluster \
            can do and a local run cannot is a warning.
            """
    )

    @Argument(help: "The manifest, in YAML or JSON; - reads standard input.", completion: .file())
    var file: String

    @Option(
        name: [.short, .long],
        // Whatever comes next, so that a negative number is judged rather than taken for a flag.
        parsing: .unconditional,
        help: ArgumentHelp("How many suggestions to show.", valueName: "n")
    )
    var count = 10

    func validate() throws {
        guard (0...1000).contains(count) else { throw ValidationError("--count: \(count) is not from 0 to 1000") }
    }

    func run() throws {
        throw ExitCode(LocalRun.plan(file, count: count))
    }
}
