import ArgumentParser
import HostProcess
import LocalRun

/// `optimizationjob apiserver`.
struct APIServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apiserver",
        abstract: "Serves the part of the Kubernetes API that jobs need, on this machine, for kubectl and tests.",
        discussion: """
            It listens on loopback only and keeps everything in memory. Nothing runs TrainJobs: `optimizationjob \
            controller --kubeconfig <file>` creates them, and whoever likes may play the trainer.

            Exit status: 0 after SIGINT or SIGTERM, 1 when it could not start, 2 when the command line is wrong.
            """
    )

    @Option(
        help: ArgumentHelp(
            "The file to write a kubeconfig to, readable by its owner only. It is there once the server answers, and "
                + "removed when it stops.",
            valueName: "file"
        ),
        completion: .file()
    )
    var kubeconfig: String

    @Option(help: ArgumentHelp("The port on 127.0.0.1; 0 takes any free one.", valueName: "port"))
    var port: UInt16 = 0

    @OptionGroup
    var logs: LogFlags

    func run() throws {
        var options = StandaloneAPIServer.Options(kubeconfig: kubeconfig)
        options.port = port
        let logger = logs.logger(label: "apiserver")
        let status = runBlocking { [options] in await StandaloneAPIServer.run(options, logger: logger) }
        throw ExitCode(status)
    }
}
