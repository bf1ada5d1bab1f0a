import ArgumentParser
import HostProcess
import LocalRun
import Manager

/// `optimizationjob apiserver`.
struct APIServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apiserver",
        abstract: "Serves the part of the Kubernetes API that jobs need, on this machine, for kubectl and tests.",
        discussion: """
            It listens on loopback only and keeps everything in memory. Nothing runs TrainJobs: `optimizationjob \
            controller --kubeconfig <file>` creates them, and `optimizationjob trainer-sim --kubeconfig <file>` plays the \
            trainer.

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

    @Option(
        help: ArgumentHelp(
            "Where a Service that a webhook configuration names is reached, such as "
                + "kubeflow-system/optimizationjob-webhook=127.0.0.1:8443; repeat the flag for more. There are no Services "
                + "besides.",
            valueName: "namespace/name=address:port"
        ),
        transform: FlagService.read
    )
    var service: [StandaloneAPIServer.Service] = []

    @OptionGroup
    var logs: LogFlags

    func run() throws {
        var options = StandaloneAPIServer.Options(kubeconfig: kubeconfig)
        options.port = port
        options.services = service
        let logger = logs.logger(label: "apiserver")
        let status = runBlocking { [options] in await StandaloneAPIServer.run(options, logger: logger) }
        throw ExitCode(status)
    }
}

/// Services and where they are.
private enum FlagService {
    static func read(_ text: String) throws -> StandaloneAPIServer.Service {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let names = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, names.count == 2, !names.contains(where: \.isEmpty) else {
            throw FlagError("write namespace/name=address:port")
        }
        let address = try ListenAddress(parsing: String(parts[1]))
        guard !address.host.isEmpty, address.port > 0 else {
            throw FlagError("\(parts[1]) names no address and port that can be called; write such as 127.0.0.1:8443")
        }
        return StandaloneAPIServer.Service(
            name: String(names[1]),
            namespace: String(names[0]),
            host: address.host,
            port: address.port
        )
    }
}
