import ArgumentParser
import Certificates
import Manager

/// `optimizationjob controller`: what runs on a cluster.
struct ControllerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controller",
        abstract: "Serves admission webhooks and runs OptimizationJobs, on a cluster.",
        discussion: """
            Flags are written --flag=value, --flag value or -flag=value; a boolean may stand alone. Flags without a \
            subcommand mean this one.

            It stops at SIGTERM or SIGINT: /readyz fails, calls are accepted for --drain-delay, what is being \
            answered is finished by --drain-deadline. A second signal ends it at once.

            Exit status: 0 when it was asked to stop, 1 when it could not start or go on, 2 when the command line is \
            wrong, 128 and the signal's number after a second signal.
            """
    )

    /// How Go-style spellings are understood.
    static let flags = GoFlags(
        booleans: ["cert-rotation", "enable-controller", "enable-leader-election"],
        refused: [
            "experiment-suggestion-name":
                "there are no suggestion services here; every search algorithm runs in this process. Leave the flag out",
            "enable-grpc-probe-in-suggestion":
                "there are no suggestion services to probe; every search algorithm runs in this process. Leave the flag out",
            "webhook-inject-securitycontext":
                "there is no webhook for pods here, and nothing is injected into them. Leave the flag out",
            "katib-config":
                "there is no configuration file; every setting is a flag, see optimizationjob controller --help",
        ]
    )

    @OptionGroup(title: "Admission webhooks")
    var webhooks: WebhookFlags
    @OptionGroup(title: "Controller")
    var controller: ControllerFlags
    @OptionGroup(title: "Certificates")
    var certificates: RotationFlags
    @OptionGroup(title: "Probes, metrics and logs")
    var observation: ObservationFlags
    @OptionGroup(title: "Stopping")
    var draining: DrainFlags

    func validate() throws {
        do {
            _ = try options
        } catch let error as FlagError {
            throw ValidationError("--webhook-host: \(error)")
        }
        let problems = controller.problems + certificates.settings.problems
        guard problems.isEmpty else { throw ValidationError(problems.joined(separator: "\n")) }
        guard draining.drainDelay.duration <= draining.drainDeadline.duration else {
            throw ValidationError("--drain-deadline counts from the signal, so it must not be less than --drain-delay")
        }
    }

    func run() throws {
        throw ExitCode(ManagerProcess.run(try options, logger: observation.logs.logger(label: "optimizationjob")))
    }

    private var options: ManagerOptions {
        get throws {
            var options = ManagerOptions()
            options.webhookAddress = try ListenAddress(checking: webhooks.webhookHost, port: webhooks.webhookPort)
            options.certificateDirectory = webhooks.certDir
            options.clientAuthorityFile = webhooks.webhookClientCa
            options.metricsAddress = observation.metricsAddr.address
            options.probeAddress = observation.healthProbeAddr.address
            options.drainDelay = draining.drainDelay.duration
            options.drainDeadline = draining.drainDeadline.duration
            options.kubeconfig = controller.kubeconfig
            options.leaderElection = controller.enableLeaderElection ? controller.election : nil
            if !controller.trialResources.isEmpty { options.trialResources = Set(controller.trialResources) }
            options.rotatesCertificates = certificates.certRotation
            options.certificates = certificates.settings
            options.webhookNamespace = certificates.webhookNamespace
            options.controller = controller.enableController ? controller.settings : nil
            return options
        }
    }
}
