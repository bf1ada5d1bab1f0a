import Kubernetes
public import Transport

/// Why certificates could not be set up.
public enum CertificateFailure: Error, Sendable, CustomStringConvertible {
    /// A call to the API server failed.
    case call(CallFailure)
    /// No certificate could be made.
    case issuing(TLSError)
    /// Something in the cluster is not as it must be.
    case problems([CertificateProblem])
    /// The settings make no sense.
    case settings([String])
    /// Somebody else kept changing the same objects.
    case unsettled(String)
    /// The task was cancelled.
    case cancelled

    /// A failed call: what was asked for, and what came back.
    public struct CallFailure: Sendable, Hashable {
        /// The verb, as RBAC has it.
        public let verb: String
        /// The resource with its group, and the object.
        public let resource: String
        /// The API server's words.
        public let reason: String
        /// What to do about it; empty when nothing is known.
        public let advice: String
        /// Whether the same call may succeed later.
        public let isTransient: Bool

        init(_ verb: String, _ type: ResourceType, _ name: NamespacedName, _ error: APIError) {
            self.verb = verb
            resource = "\(type.qualifiedPlural) \"\(name)\""
            reason = "\(error)"
            isTransient = error.isTransient
            switch error {
            case .status(let status, _) where status.code == 401:
                advice = "the credentials are not accepted: check --kubeconfig, or the Pod's ServiceAccount"
            case .status(let status, _) where status.code == 403:
                advice =
                    "allow the ServiceAccount or user to \(verb) it: certs/rbac.yaml has the Role and ClusterRole that do"
            case .status(let status, _) where status.code == 404 && verb == "create":
                advice = "create namespace \"\(name.namespace)\" first, or name another with --namespace"
            case .transport:
                advice = "check that the API server can be reached from here"
            default: advice = ""
            }
        }
    }

    /// Everything that is wrong, and what to do.
    public var description: String {
        switch self {
        case .call(let call):
            "cannot \(call.verb) \(call.resource): \(call.reason)" + (call.advice.isEmpty ? "" : "; \(call.advice)")
        case .issuing(let error): "cannot make a certificate: \(error)"
        case .problems(let problems): problems.map(\.description).joined(separator: "\n")
        case .settings(let problems): problems.joined(separator: "\n")
        case .unsettled(let reason):
            "somebody else keeps changing the same objects (last: \(reason)); run this again when that is over"
        case .cancelled: "cancelled"
        }
    }
}
