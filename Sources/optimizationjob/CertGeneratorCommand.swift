import ArgumentParser
import Certificates
import Glibc
import HostProcess
import Kubernetes
import Logging
import Manager

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

    /// How Go-style spellings are understood.
    static let flags = GoFlags(booleans: [])

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("The namespace of the webhooks' Service and Secret.", valueName: "name")
    )
    var namespace = CertificateSettings().namespace

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

    @OptionGroup
    var times: CertificateTimeFlags

    @Option(help: ControllerFlags.kubeconfigHelp, completion: .file())
    var kubeconfig: String?

    @OptionGroup
    var logs: LogFlags

    func validate() throws {
        let problems = settings.problems
        guard problems.isEmpty else { throw ValidationError(problems.joined(separator: "\n")) }
    }

    func run() throws {
        // A peer that closes its side is an error of one write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let logger = logs.logger(label: "cert-generator")
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
        var settings = CertificateSettings()
        objects.apply(to: &settings)
        times.apply(to: &settings)
        settings.namespace = namespace
        settings.owner = owner.owner
        settings.additionalHosts = dnsName
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
