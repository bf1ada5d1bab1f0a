import JSON
import Kubernetes

/// What all writes of one request share.
struct WriteRequest: Sendable {
    let kind: ServedKind
    let user: RequestUser
    /// Nothing is stored; everything else happens.
    var isDryRun = false
    /// Who says they write, for the webhooks.
    var fieldManager: String?
    var fieldValidation: String?
    let warnings = WarningLog()

    /// - Parameter kind: `CreateOptions` or `UpdateOptions`.
    func options(_ kind: String) -> JSONValue {
        var options: JSONObject = ["kind": .string(kind), "apiVersion": "meta.k8s.io/v1"]
        if isDryRun { options["dryRun"] = ["All"] }
        if let fieldManager { options["fieldManager"] = .string(fieldManager) }
        if let fieldValidation { options["fieldValidation"] = .string(fieldValidation) }
        return .object(options)
    }
}

/// Creating, updating and deleting: each reads, decides, asks the webhooks, and commits if nothing changed meanwhile.
struct WriteVerbs: Sendable {
    /// How often a write that does not insist on a version is tried again when others come first.
    static let attempts = 32
    /// How often another name is generated when one is taken.
    static let nameAttempts = 8

    let registry: ObjectRegistry
    let kinds: KindTable
    let admission: AdmissionChain
    let identifiers: Identifiers
    let clock: APIServerClock

    func id(_ kind: ServedKind, _ key: ObjectKey) -> ObjectID {
        ObjectID(collection: kind.collection, key: key)
    }

    /// - Parameter object: as it will be served.
    func commitFailure(_ failure: ObjectStore.WriteFailure, _ kind: ServedKind, _ name: String) -> Status {
        switch failure {
        case .alreadyExists: .alreadyExists(kind.type, name)
        case .notFound: .notFound(kind.type, name)
        case .conflict: .conflict(kind.type, name)
        }
    }

    /// Refuses to put anything into a namespace that is not there or is going away.
    func checkNamespace(_ namespace: String, of kind: ServedKind, name: String) throws(Status) {
        guard kind.type.isNamespaced else { return }
        try registry.read { store throws(Status) in
            try Self.checkNamespace(namespace, of: kind, name: name, in: store)
        }
    }

    static func checkNamespace(
        _ namespace: String,
        of kind: ServedKind,
        name: String,
        in store: borrowing ObjectStore
    ) throws(Status) {
        guard kind.type.isNamespaced else { return }
        guard let found = store[OwnershipIndex.namespace(namespace)] else { throw .namespaceNotFound(namespace) }
        guard found.metadata.deletionTimestamp == nil else {
            var status = Status.forbidden(
                kind.type,
                name,
                because: "unable to create new content in namespace \(namespace) because it is being terminated"
            )
            status.details?.causes = [
                StatusCause(
                    reason: "NamespaceTerminating",
                    message: "namespace \(namespace) is being terminated",
                    field: "metadata.namespace"
                )
            ]
            throw status
        }
    }
}
