import Kubernetes
import Transport

/// Which objects the certificates live in, whom they speak for, and how long everything takes.
///
/// The names are those of the manifests in `webhooks/` and `certs/`.
public struct CertificateSettings: Sendable, Hashable {
    /// Where Service and Secret are; default `kubeflow-system`.
    public var namespace = "kubeflow-system"
    /// The Service that the API server calls; default `optimizationjob-webhook`.
    public var serviceName = "optimizationjob-webhook"
    /// The Secret; default `optimizationjob-webhook-cert`.
    public var secretName = "optimizationjob-webhook-cert"
    /// The `MutatingWebhookConfiguration`; default `optimizationjob-defaulter`.
    public var mutatingConfiguration = "optimizationjob-defaulter"
    /// The `ValidatingWebhookConfiguration`; default `optimizationjob-validator`.
    public var validatingConfiguration = "optimizationjob-validator"
    /// The domain of the cluster's Services; default `cluster.local`.
    public var clusterDomain = "cluster.local"
    /// DNS names or IP addresses to serve under besides the Service's.
    public var additionalHosts: [String] = []
    /// Who owns the Secret; `nil` for nobody.
    public var owner: SecretOwner?
    /// How long a new certificate is valid; default 365 days. It is renewed when two thirds of that are over.
    public var lifetime: Duration = .seconds(365 * 86_400)
    /// From the moment both configurations trust a new authority until its certificate replaces the old one: every API
    /// server must have seen the configurations by then. Default 2 minutes.
    public var publicationDelay: Duration = .seconds(120)
    /// From the moment a certificate is replaced until its authority is not trusted any more: every replica must serve the
    /// new one by then. A kubelet brings a Secret's change to a Pod within about two minutes, later on a busy node.
    /// Default 1 hour.
    public var retirementDelay: Duration = .seconds(3600)

    /// The defaults stated on each property.
    public init() {}

    /// The name an API server calls the Service by: `service.namespace.svc`.
    public var primaryHost: String { "\(serviceName).\(namespace).svc" }

    /// Everything a certificate must speak for; `primaryHost` first.
    public var hosts: [String] {
        var hosts = [primaryHost, "\(primaryHost).\(clusterDomain)", "\(serviceName).\(namespace)", serviceName]
        for host in additionalHosts where !hosts.contains(host) { hosts.append(host) }
        return hosts
    }

    /// What is wrong with the settings, each with the flag at fault; empty when nothing is.
    public var problems: [String] {
        var problems: [String] = []
        let names: [(flag: String, name: String, rule: (String) -> [String])] = [
            ("namespace", namespace, NameRules.labelProblems), ("service-name", serviceName, NameRules.labelProblems),
            ("secret-name", secretName, NameRules.subdomainProblems),
            ("mutating-webhook-configuration", mutatingConfiguration, NameRules.subdomainProblems),
            ("validating-webhook-configuration", validatingConfiguration, NameRules.subdomainProblems),
            ("cluster-domain", clusterDomain, NameRules.subdomainProblems),
        ]
        for (flag, name, rule) in names {
            problems += rule(name).map { "--\(flag) \(name.debugDescription): \($0)" }
        }
        for host in additionalHosts where !CertificateSettings.isHost(host) {
            problems.append("--dns-name \(host.debugDescription): is neither a DNS name nor an IP address")
        }
        let longestDelay = Duration.seconds(30 * 86_400)
        for (flag, duration) in [("publication-delay", publicationDelay), ("retirement-delay", retirementDelay)]
        where duration < .zero || duration > longestDelay {
            problems.append("--\(flag): must be from 0 to 30 days")
        }
        let longestLifetime = Duration.seconds(100 * 365 * 86_400)
        // A renewal begins with a third of the lifetime left, and all its steps must fit in there.
        let needed = max((min(publicationDelay, longestDelay) + min(retirementDelay, longestDelay)) * 3, .seconds(600))
        if lifetime < needed || lifetime > longestLifetime {
            problems.append(
                "--lifetime: must be from \(needed.components.seconds) seconds, which is three times "
                    + "--publication-delay and --retirement-delay together and no less than 10 minutes, to 100 years"
            )
        }
        return problems
    }

    /// Whether a certificate can name a host: an address, or a name whose first label may be `*`.
    private static func isHost(_ host: String) -> Bool {
        if SocketAddress(numeric: host, port: 0) != nil { return true }
        let name = host.hasPrefix("*.") ? String(host.dropFirst(2)) : host
        return NameRules.subdomainProblems(name.lowercased()).isEmpty
    }
}
