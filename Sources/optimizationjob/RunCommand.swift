import ArgumentParser
import HostProcess
import LocalRun
import Logging

/// `optimizationjob run`.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs an OptimizationJob on this machine, without a cluster.",
        discussion: """
            Every trial is a process: spec.trainJobTemplate.spec.trainer.command with its args and env, in a \
            folder of its own with links to what lies beside the manifest, hidden files aside (to reach what lies \
            elsewhere, as ../data, name a folder above with --context). It reports its metrics to KUBEFLOW_TRAINER_SERVER_URL, as it would to \
            Kubeflow Trainer.

            Exit status: 0 when the job completed, 1 when it failed, 2 when the manifest or the command line is \
            wrong, 130 after Ctrl-C.
            """
    )

    @Argument(help: "The manifest, in YAML or JSON; - reads standard input.", completion: .file())
    var file: String

    @Option(
        name: [.short, .customLong("output")],
        help: "What to print in the end: text (a report), or the OptimizationJob as json or yaml."
    )
    var output = RunOptions.Format.text

    @Option(help: ArgumentHelp("The folder in which the folder of this run is made.", valueName: "dir"))
    var outputDir = RunOptions.defaultOutputDirectory

    @Option(
        help: ArgumentHelp(
            "The folder whose entries every trial finds in its own. (default: the manifest's folder)",
            valueName: "dir"
        )
    )
    var context: String?

    @Option(
        // Whatever comes next, so that a negative number is judged rather than taken for a flag.
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many trials run at a time, instead of spec.parallelTrials; auto: one a core, if there are that many.",
            valueName: "n|auto"
        ),
        transform: RunOptions.Parallelism.init(argument:)
    )
    var parallelTrials: RunOptions.Parallelism?

    @Option(
        help: ArgumentHelp(
            "What optimizationjob.log in the folder of the run tells: trace, debug, info, notice, warning or error.",
            valueName: "level"
        )
    )
    var logLevel = Logger.Level.info

    func run() throws {
        var options = RunOptions(manifest: file)
        options.format = output
        options.outputDirectory = outputDir
        options.contextDirectory = context
        options.parallelism = parallelTrials
        options.logLevel = logLevel
        let status = runBlocking { [options] in await LocalRun.run(options) }
        throw ExitCode(status)
    }
}

extension RunOptions.Format: ExpressibleByArgument {}

extension Logger.Level: @retroactive ExpressibleByArgument {}

extension RunOptions.Parallelism {
    /// `auto`, or a number from 1 on.
    fileprivate init(argument: String) throws {
        if argument == "auto" {
            self = .auto
        } else if let count = Int(argument), count >= 1 {
            self = .count(count)
        } else {
            throw ValidationError("must be a whole number from 1 on, or auto")
        }
    }
}
