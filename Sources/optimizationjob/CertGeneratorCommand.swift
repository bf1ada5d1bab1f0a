import ArgumentParser
import Certificates
import Glibc
import Kubernetes
import LocalRun
import Logging

/// `optimizationjob cert-generator`.
struct CertGeneratorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cert-generator",
        abstract: "Makes the certificate of the admission webhooks, and has the API server trust it.",
        discussion: """
            It makes an authority and a certificate signed by it, keeps the certificate in a Secret, and writes the \
            authority into the caBundle of both webhook configurations. A good certificate is left as it is, so this \
            can run any number of times, at the same time as another, and after one that was interrupted. One whose \
            lifetime is two thirds over, or that lacks a name, is replaced without a failing call, which takes \
            --publication-delay.

            Exit status: 0 when all is set up, 1 when something is missing or not allowed, 2 when the command line is \
            wrong.
            """
    )

    @OptionGroup(title: "Objects")
    var objects: CertificateObjectFlags

    @Option(
        help: ArgumentHelp(
            "Whom the Secret belongs to and is deleted with: Job/NAME or Deployment/NAME in its namespace, or none.",
            valueName: "kind/name"
        )
    )
    var owner = CertificateOwner.owner(SecretOwner(kind: .job, name: "optimizationjob-cert-generator"))

    @Option(
        help: ArgumentHelp(
            "A DNS name or IP address to serve under besides those of the Service; may be given several times.",
            valueName: "host"
        )
    )
    var dnsName: [String] = []

    @Option(help: ArgumentHelp("How long a new certificate is valid, such as 8760h or 365d.", valueName: "duration"))
    var lifetime = CertificateDuration(CertificateSettings().lifetime)

    @Option(
        help: ArgumentHelp(
            "How long both authorities are trusted before a new certificate replaces one in use, such as 2m.",
            valueName: "duration"
        )
    )
    var publicationDelay = CertificateDuration(CertificateSettings().publicationDelay)

    @Option(
        help: ArgumentHelp(
            "How long the old authority is trusted after that; a later run drops it.",
            valueName: "duration"
        )
    )
    var retirementDelay = CertificateDuration(CertificateSettings().retirementDelay)

    @Option(
        help: ArgumentHelp(
            "The kubeconfig of the cluster. (default: the files that KUBECONFIG lists, the cluster this runs in, "
                + "~/.kube/config)",
            valueName: "file"
        ),
        completion: .file()
    )
    var kubeconfig: String?

    @Option(
        help: ArgumentHelp(
            "What is logged: trace, debug, info, notice, warning, error or critical, and what is worse.",
            valueName: "level"
        )
    )
    var logLevel = Logger.Level.info

    func validate() throws {
        let problems = settings.problems
        guard problems.isEmpty else { throw ValidationError(problems.joined(separator: "\n")) }
    }

    func run() throws {
        // A peer that closes its side is an error of one write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        var logger = Logger(label: "cert-generator") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        do {
            let cluster = try ClusterConfiguration.load(kubeconfig: kubeconfig)
            logger.info("using a cluster", metadata: ["server": "\(cluster.server)", "from": "\(cluster.origin)"])
            let api = try APIClient(cluster: cluster, logger: logger)
            let generator = CertificateGenerator(api: api, settings: settings, logger: logger)
            let failure = runBlocking { () async -> CertificateFailure? in
                do throws(CertificateFailure) {
                    try await generator.run()
                    return nil
                } catch {
                    return error
                }
            }
            if let failure { throw failure }
        } catch {
            logger.critical("\(error)")
            throw ExitCode(1)
        }
    }

    private var settings: CertificateSettings {
        var settings = objects.settings
        settings.owner = owner.owner
        settings.additionalHosts = dnsName
        settings.lifetime = lifetime.duration
        settings.publicationDelay = publicationDelay.duration
        settings.retirementDelay = retirementDelay.duration
        return settings
    }
}

/// The flags that name the objects certificates live in.
struct CertificateObjectFlags: ParsableArguments {
    private static let defaults = CertificateSettings()

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("The namespace of the webhooks' Service and Secret.", valueName: "name")
    )
    var namespace = defaults.namespace

    @Option(
        name: [.customShort("s"), .long],
        help: ArgumentHelp("The Service that the API server calls.", valueName: "name")
    )
    var serviceName = defaults.serviceName

    @Option(help: ArgumentHelp("The Secret that the certificate is kept in.", valueName: "name"))
    var secretName = defaults.secretName

    @Option(help: ArgumentHelp("The MutatingWebhookConfiguration whose caBundle is kept.", valueName: "name"))
    var mutatingWebhookConfiguration = defaults.mutatingConfiguration

    @Option(help: ArgumentHelp("The ValidatingWebhookConfiguration whose caBundle is kept.", valueName: "name"))
    var validatingWebhookConfiguration = defaults.validatingConfiguration

    @Option(help: ArgumentHelp("The domain of the cluster's Services.", valueName: "domain"))
    var clusterDomain = defaults.clusterDomain

    var settings: CertificateSettings {
        var settings = CertificateSettings()
        settings.namespace = namespace
        settings.serviceName = serviceName
        settings.secretName = secretName
        settings.mutatingConfiguration = mutatingWebhookConfiguration
        settings.validatingConfiguration = validatingWebhookConfiguration
        settings.clusterDomain = clusterDomain
        return settings
    }
}

/// An owner, or `none`.
enum CertificateOwner: ExpressibleByArgument, CustomStringConvertible {
    case owner(SecretOwner)
    case nobody

    init?(argument: String) {
        if argument == "none" {
            self = .nobody
        } else if let owner = SecretOwner(argument) {
            self = .owner(owner)
        } else {
            return nil
        }
    }

    var owner: SecretOwner? {
        if case .owner(let owner) = self { owner } else { nil }
    }

    var description: String { owner?.description ?? "none" }
    var defaultValueDescription: String { description }
}

/// A duration of whole units: `365d`, `8760h`, `2m`, `90s`, or several of them, `1h30m`.
struct CertificateDuration: ExpressibleByArgument, CustomStringConvertible {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        var rest = Substring(argument)
        var total = Duration.zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let number = Int32(digits), let unit = rest.popFirst(), let seconds = Self.seconds[unit] else {
                return nil
            }
            total += .seconds(Int64(number) * seconds)
        }
        duration = total
    }

    private static let seconds: [Character: Int64] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]

    var description: String {
        let seconds = duration.components.seconds
        if seconds >= 3600, seconds.isMultiple(of: 3600) { return "\(seconds / 3600)h" }
        return seconds.isMultiple(of: 60) ? "\(seconds / 60)m" : "\(seconds)s"
    }

    var defaultValueDescription: String { description }
}
