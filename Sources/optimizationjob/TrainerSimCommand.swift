import ArgumentParser
import HostProcess
import LocalCluster
import LocalRun

/// `optimizationjob trainer-sim`.
struct TrainerSimCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trainer-sim",
        abstract: "Stands in for Kubeflow Trainer: moves the status of TrainJobs, and trains nothing.",
        discussion: """
            For trying and testing OptimizationJobs on a cluster that has the CustomResourceDefinition of TrainJobs and no \
            Trainer; beside a Trainer it would quarrel with it.

            A trial's loss is the sum of the squares of its numeric parameters, so the best trial is the one nearest to \
            0; its accuracy is 1 / (1 + loss). Report k of n says a loss that is 1 - k/n above that. Two parameters \
            steer a trial instead: with an exit_code other than 0 it fails, with seconds it takes that long. TrainJobs are \
            suspended, resumed and ended at their deadline as Trainer would.

            It needs the rights to get, list and watch trainjobs, and to patch trainjobs/status.

            Exit status: 0 after SIGINT or SIGTERM, 1 when it could not start, 2 when the command line is wrong.
            """
    )

    /// What holds unless a flag says otherwise.
    private static let defaults = TrialSimulation()
    /// The longest name of a metric that a TrainJob takes.
    private static let longestName = 64

    @Option(
        help: ArgumentHelp(
            "How long a trial takes. (default: \(DurationFlag(defaults.duration)))",
            valueName: "duration"
        ),
        transform: DurationFlag.init(parsing:)
    )
    var duration = DurationFlag(defaults.duration)

    @Option(help: ArgumentHelp("Progress reports a trial, 1 to 1000.", valueName: "n"))
    var reports = defaults.reports

    @Option(
        help: ArgumentHelp(
            "The share of trials that fail by chance, 0 to 1. Which ones follows from their names.",
            valueName: "share"
        )
    )
    var failureShare = defaults.failureShare

    @Option(help: ArgumentHelp("The name the loss is reported under.", valueName: "metric"))
    var lossMetric = defaults.lossMetric

    @Option(help: ArgumentHelp("The name the accuracy is reported under.", valueName: "metric"))
    var accuracyMetric = defaults.accuracyMetric

    @Option(help: ArgumentHelp("The only namespace whose TrainJobs are moved. (default: all)", valueName: "name"))
    var namespace: String?

    @Option(help: ControllerFlags.kubeconfigHelp, completion: .file())
    var kubeconfig: String?

    @OptionGroup
    var logs: LogFlags

    func validate() throws {
        guard (1...1000).contains(reports) else {
            throw ValidationError("--reports: \(reports) is not from 1 to 1000")
        }
        guard (0...1).contains(failureShare) else {
            throw ValidationError("--failure-share: \(failureShare) is not from 0 to 1")
        }
        for (flag, name) in [("--loss-metric", lossMetric), ("--accuracy-metric", accuracyMetric)] {
            guard (1...Self.longestName).contains(name.unicodeScalars.count) else {
                throw ValidationError("\(flag): a metric's name has 1 to \(Self.longestName) characters")
            }
        }
    }

    func run() throws {
        var simulation = TrialSimulation()
        simulation.duration = duration.duration
        simulation.reports = reports
        simulation.failureShare = failureShare
        simulation.lossMetric = lossMetric
        simulation.accuracyMetric = accuracyMetric
        let logger = logs.logger(label: "trainer-sim")
        let status = runBlocking { [simulation, namespace, kubeconfig] in
            await StandaloneTrainer.run(simulation, namespace: namespace, kubeconfig: kubeconfig, logger: logger)
        }
        throw ExitCode(status)
    }
}
