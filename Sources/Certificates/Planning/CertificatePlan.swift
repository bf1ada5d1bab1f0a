import JSON
import Kubernetes

/// What to do next about the certificates: one call at most, or nothing until a certain time.
struct CertificatePlan: Sendable {
    /// One step, which is one write.
    enum Step: Sendable {
        /// Issue a pair and create the Secret with it. The API server shall go on to trust the authorities given, too; where
        /// there are some, the pair is not served before it trusts the new one.
        case create(alsoTrusting: Authorities)
        /// Issue a pair and put it beside the one in use. The API server shall go on to trust the authorities given.
        case stage(CertificateSecret, alsoTrusting: Authorities)
        /// Replace the Secret, which carries the resource version it was read with.
        case update(JSONValue)
        /// Have a configuration's webhooks trust what the Secret says.
        case publish(WebhookConfiguration, pem: [UInt8])

        /// Whether it changes a Secret that is there.
        var writesSecret: Bool {
            switch self {
            case .stage, .update: true
            case .create, .publish: false
            }
        }
    }

    /// The step to take now; `nil` when there is none.
    var step: Step?
    /// Why, for the log.
    var reason: String
    /// When there will be something to do if nothing else happens; `nil` while `step` is there, or when nothing will be.
    var wakeUp: Timestamp?
    /// Whether a renewal is under way that only waits: nobody should leave yet who cannot come back at `wakeUp`.
    var isWaitingToReplace = false
    /// What stands in the way and only a person can change.
    var problems: [CertificateProblem] = []
}

/// Something about the cluster that keeps certificates from working, and what to do about it.
public enum CertificateProblem: Sendable, Hashable, CustomStringConvertible {
    /// A webhook configuration does not exist.
    case missingConfiguration(ResourceType, name: String, flag: String)
    /// None of a configuration's webhooks calls our Service.
    case noWebhook(ResourceType, name: String, service: String, targets: [String])
    /// The Secret has a type that is for something else.
    case wrongSecretType(secret: String, type: String)
    /// The Secret cannot be changed.
    case immutableSecret(secret: String)
    /// The certificate is not valid yet, by this machine's clock.
    case fromFuture(secret: String, start: Timestamp)
    /// The Secret is being deleted, and finalizers hold it.
    case secretInDeletion(secret: String)
    /// Somebody else keeps the Secret.
    case otherKeeper(secret: String, keeper: String)
    /// The object that is to own the Secret does not exist.
    case missingOwner(SecretOwner, namespace: String)
    /// The Job that is to own the Secret is deleted once it is finished, and the Secret would go with it.
    case passingOwner(SecretOwner, namespace: String, seconds: Int64)

    /// What is wrong, and what would be right.
    public var description: String {
        switch self {
        case .missingConfiguration(let type, let name, let flag):
            "\(type.kind) \"\(name)\" does not exist: apply the manifests in webhooks/, or name another with \(flag)"
        case .noWebhook(let type, let name, let service, let targets):
            "none of the webhooks of \(type.kind) \"\(name)\" calls Service \(service)"
                + (targets.isEmpty ? "" : " (they call \(targets.prefix(4).joined(separator: ", ")))")
                + ": correct its clientConfig.service, or --service-name and the namespace, which is --namespace of "
                + "cert-generator and --webhook-namespace of the controller"
        case .wrongSecretType(let secret, let type):
            "Secret \(secret) has type \(type), not kubernetes.io/tls, so it is for something else: delete it, or "
                + "name another with --secret-name"
        case .immutableSecret(let secret):
            "Secret \(secret) is immutable, so its certificate cannot be renewed: delete it, and a new one is made"
        case .fromFuture(let secret, let start):
            "the certificate in Secret \(secret) is not valid before \(start), so no API server accepts it until then, "
                + "unless this machine's clock is slow: delete the Secret, and another is made; or set the clock"
        case .secretInDeletion(let secret):
            "Secret \(secret) is being deleted and a finalizer holds it: remove the finalizer, then run this again"
        case .otherKeeper(let secret, let keeper):
            "Secret \(secret) is kept by \(keeper): use either that or the built-in certificates, or name another "
                + "Secret with --secret-name"
        case .missingOwner(let owner, let namespace):
            "\(owner.kind.rawValue) \(namespace)/\(owner.name), which is to own the Secret, does not exist: apply it first, "
                + "or name another owner, or none, with --owner"
        case .passingOwner(let owner, let namespace, let seconds):
            "Job \(namespace)/\(owner.name) is deleted \(seconds) s after it finishes, and the Secret it owns with it: "
                + "remove ttlSecondsAfterFinished, or name the Deployment with --owner Deployment/NAME"
        }
    }
}
