import JSON
import Kubernetes

/// What the cluster shows of the certificates, read at one go.
///
/// The configurations are read before the Secret. A plan made from an outdated view is thus stopped by a conflict: had
/// the Secret gone a step further meanwhile, the configurations would have been written in between.
struct CertificateObservation: Sendable {
    /// The webhook configurations there are.
    var configurations: [WebhookConfiguration]
    /// The Secret, if there is one.
    var secret: CertificateSecret?
    /// The object that is to own the Secret, if one is asked for.
    var owner: OwnerReference?
    /// What reading already showed to be wrong.
    var problems: [CertificateProblem] = []
    /// When.
    var now: Timestamp
}
