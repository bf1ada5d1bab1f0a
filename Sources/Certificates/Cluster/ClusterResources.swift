public import Kubernetes

extension ResourceType {
    static let secrets = ResourceType(group: "", version: "v1", plural: "secrets", kind: "Secret")
    static let jobs = ResourceType(group: "batch", version: "v1", plural: "jobs", kind: "Job")
    static let deployments = ResourceType(group: "apps", version: "v1", plural: "deployments", kind: "Deployment")
    /// `mutatingwebhookconfigurations.admissionregistration.k8s.io/v1`.
    public static let mutatingWebhookConfigurations = ResourceType(
        group: "admissionregistration.k8s.io",
        version: "v1",
        plural: "mutatingwebhookconfigurations",
        kind: "MutatingWebhookConfiguration",
        isNamespaced: false
    )
    /// `validatingwebhookconfigurations.admissionregistration.k8s.io/v1`.
    public static let validatingWebhookConfigurations = ResourceType(
        group: "admissionregistration.k8s.io",
        version: "v1",
        plural: "validatingwebhookconfigurations",
        kind: "ValidatingWebhookConfiguration",
        isNamespaced: false
    )
}

/// Which object owns the Secret, so that it goes when that object is deleted.
public struct SecretOwner: Sendable, Hashable, CustomStringConvertible {
    /// The kinds that can own it.
    public enum Kind: String, Sendable, CaseIterable {
        /// A `Job` of `batch/v1`.
        case job = "Job"
        /// A `Deployment` of `apps/v1`.
        case deployment = "Deployment"
    }

    /// The owner's kind.
    public var kind: Kind
    /// The owner's name; it lives in the Secret's namespace.
    public var name: String

    /// Names an owner.
    public init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }

    /// Reads `Deployment/name` or `Job/name`, in any case of letters; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, NameRules.subdomainProblems(String(parts[1])).isEmpty,
            let kind = Kind.allCases.first(where: { $0.rawValue.lowercased() == parts[0].lowercased() })
        else { return nil }
        self.init(kind: kind, name: String(parts[1]))
    }

    /// `Deployment/name`.
    public var description: String { "\(kind.rawValue)/\(name)" }

    var type: ResourceType {
        switch kind {
        case .job: .jobs
        case .deployment: .deployments
        }
    }
}
