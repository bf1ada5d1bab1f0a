import ArgumentParser
import Glibc
import HostProcess
import Kubernetes
import Logging
import Manager
import OptimizationAPI

/// The flags about the admission webhooks.
struct WebhookFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The port the webhooks are served at; 0 takes any free one. (default: \(defaults.webhookAddress.port))",
            valueName: "port"
        ),
        transform: FlagNumber.port
    )
    var webhookPort = defaults.webhookAddress.port

    @Option(
        help: ArgumentHelp(
            "The numeric address the webhooks are served at. (default: all of this machine's)",
            valueName: "address"
        )
    )
    var webhookHost = ""

    @Option(
        help: ArgumentHelp(
            "The folder with tls.crt and tls.key: a mounted Secret of type kubernetes.io/tls. It is watched, and "
                + "waited for if it is still empty.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var certDir = defaults.certificateDirectory

    @Option(
        help: ArgumentHelp(
            "A file with the authorities, in PEM, that callers must prove to be signed by. (default: anybody may call)",
            valueName: "file"
        ),
        completion: .file()
    )
    var webhookClientCa: String?
}

/// The flags about running jobs.
struct ControllerFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Whether to run OptimizationJobs; false serves admission alone, and needs no API server.",
            valueName: "true|false"
        )
    )
    var enableController = true

    static let kubeconfigHelp = ArgumentHelp(
        "The kubeconfig of the cluster. (default: the files that KUBECONFIG lists, the cluster this runs in, "
            + "~/.kube/config)",
        valueName: "file"
    )

    @Option(help: kubeconfigHelp, completion: .file())
    var kubeconfig: String?

    @Option(
        help: ArgumentHelp("The only namespace whose OptimizationJobs are run. (default: all)", valueName: "name")
    )
    var namespace: String?

    @Option(
        help: ArgumentHelp("How many OptimizationJobs are looked at side by side. (default: 4)", valueName: "n"),
        transform: FlagNumber.positive
    )
    var maxConcurrentReconciles = ControllerSettings().maxConcurrentReconciles

    @Option(
        help: ArgumentHelp(
            "A kind that trials may be; repeat the flag for more. TrainJob is the only one that can be run so far. "
                + "(default: \(TrialResource.trainJob))",
            valueName: "Kind.version.group"
        ),
        transform: FlagKind.read
    )
    var trialResources: [TrialResource] = []

    @Option(
        help: ArgumentHelp(
            "Whether several processes agree on one that runs jobs and renews certificates. All serve admission.",
            valueName: "true|false"
        )
    )
    var enableLeaderElection = false

    @Option(help: ArgumentHelp("The Lease they agree by.", valueName: "name"))
    var leaderElectionId = ElectionSettings().id

    @Option(
        help: ArgumentHelp("The Lease's namespace. (default: the one this runs in)", valueName: "name")
    )
    var leaderElectionNamespace: String?

    /// What is wrong with the names, each with its flag; empty when nothing is.
    var problems: [String] {
        var problems = NameRules.subdomainProblems(leaderElectionId)
            .map { ("leader-election-id", leaderElectionId, $0) }
        for (flag, name) in [("namespace", namespace), ("leader-election-namespace", leaderElectionNamespace)] {
            guard let name else { continue }
            problems += NameRules.labelProblems(name).map { (flag, name, $0) }
        }
        return problems.map { "--\($0) \($1.debugDescription): \($2)" }
    }

    var election: ElectionSettings {
        var settings = ElectionSettings()
        settings.id = leaderElectionId
        settings.namespace = leaderElectionNamespace
        return settings
    }

    var settings: ControllerSettings {
        var settings = ControllerSettings()
        settings.namespace = namespace
        settings.maxConcurrentReconciles = maxConcurrentReconciles
        return settings
    }
}

/// The flags about watching the process.
struct ObservationFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where /metrics is served, in plain HTTP; 0 for nowhere. (default: \(ServerAddress(defaults.metricsAddress)))",
            valueName: "address"
        ),
        transform: ServerAddress.init(parsing:)
    )
    var metricsAddr = ServerAddress(defaults.metricsAddress)

    @Option(
        name: [.customLong("health-probe-addr"), .customLong("healthz-addr")],
        help: ArgumentHelp(
            "Where /healthz and /readyz are served, in plain HTTP; 0 for nowhere. "
                + "(default: \(ServerAddress(defaults.probeAddress)))",
            valueName: "address"
        ),
        transform: ServerAddress.init(parsing:)
    )
    var healthProbeAddr = ServerAddress(defaults.probeAddress)

    @OptionGroup
    var logs: LogFlags
}

/// The flags about the log.
struct LogFlags: ParsableArguments {
    @Option(help: ArgumentHelp("How records are written to standard error.", valueName: "text|json"))
    var logFormat = LogSink.Format.text

    @Option(
        help: ArgumentHelp(
            "What is logged: trace, debug, info, notice, warning, error or critical, and what is worse.",
            valueName: "level"
        )
    )
    var logLevel = Logger.Level.info

    func logger(label: String) -> Logger {
        LogSink(descriptor: STDERR_FILENO, format: logFormat).logger(label: label, level: logLevel)
    }
}

/// The flags about the end of the process.
struct DrainFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long calls are accepted after the signal to stop: until every node knows that this process is not "
                + "ready. (default: \(DurationFlag(defaults.drainDelay)))",
            valueName: "duration"
        ),
        transform: DurationFlag.init(parsing:)
    )
    var drainDelay = DurationFlag(defaults.drainDelay)

    @Option(
        help: ArgumentHelp(
            "When, counted from the signal, calls that are still not answered are cut off. Keep it below the pod's "
                + "terminationGracePeriodSeconds. (default: \(DurationFlag(defaults.drainDeadline)))",
            valueName: "duration"
        ),
        transform: DurationFlag.init(parsing:)
    )
    var drainDeadline = DurationFlag(defaults.drainDeadline)
}

/// What holds unless a flag says otherwise.
private let defaults = ManagerOptions()

// The types below throw what the parser shows behind the offending value: what would be right. A type that the parser
// reads by itself can only say no.

/// An address, or `0` for none.
struct ServerAddress: CustomStringConvertible, Sendable {
    var address: ListenAddress?

    init(_ address: ListenAddress?) {
        self.address = address
    }

    init(parsing text: String) throws {
        address = text == "0" ? nil : try ListenAddress(parsing: text)
    }

    var description: String { address?.description ?? "0" }
}

/// A duration as Go writes it.
struct DurationFlag: CustomStringConvertible, Sendable {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init(parsing text: String) throws {
        do throws(FlagDuration.Problem) {
            self.init(try FlagDuration.parse(text))
        } catch {
            switch error {
            case .malformed:
                throw FlagError("\(text.debugDescription) is no duration; write one such as 10s, 1m30s or 500ms")
            case .tooLong:
                throw FlagError(
                    "\(text.debugDescription) is too long; at most \(FlagDuration.longestDays)d, 100 years, can be set"
                )
            }
        }
    }

    /// In the largest unit that leaves no rest.
    var description: String {
        let seconds = duration.components.seconds
        if seconds > 0, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
        return seconds > 0 && seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
    }
}

/// Kinds that trials may be.
enum FlagKind {
    static func read(_ text: String) throws -> TrialResource {
        guard let resource = TrialResource(text) else {
            throw FlagError("write Kind.version.group, such as \(TrialResource.trainJob)")
        }
        return resource
    }
}

/// Numbers with a range.
enum FlagNumber {
    static func port(_ text: String) throws -> UInt16 {
        guard let port = UInt16(text) else { throw FlagError("a port is a number from 0 to 65535") }
        return port
    }

    static func positive(_ text: String) throws -> Int {
        guard let number = Int(text), number > 0 else { throw FlagError("write a number from 1 on") }
        return number
    }
}

extension LogSink.Format: ExpressibleByArgument {}
