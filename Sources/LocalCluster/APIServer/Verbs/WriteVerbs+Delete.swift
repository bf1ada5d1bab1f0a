import JSON
import Kubernetes

extension WriteVerbs {
    /// What became of a deletion.
    enum Deletion: Sendable {
        /// The object is gone; here is its last state.
        case gone(JSONValue)
        /// Something has to happen first; here is the object, waiting.
        case waiting(JSONValue)

        var object: JSONValue {
            switch self {
            case .gone(let object), .waiting(let object): object
            }
        }
    }

    /// The finalizer of an object that waits until its dependents are gone.
    static let foregroundFinalizer = "foregroundDeletion"
    /// The finalizer of an object that waits until its dependents are set free.
    static let orphanFinalizer = "orphan"
    /// Namespaces that the server itself needs.
    static let permanentNamespaces: Set<String> = ["default", "kube-system"]

    /// - Parameter inCollection: webhooks are then not told a name, as the API server does.
    func delete(
        _ key: ObjectKey,
        _ deletion: DeletionRequest,
        _ request: WriteRequest,
        inCollection: Bool = false
    ) async throws(Status) -> Deletion {
        let kind = request.kind
        let place = id(kind, key)
        for _ in 0..<Self.attempts {
            guard let current = registry.read({ $0[place] }) else { throw .notFound(kind.type, key.name) }
            let old = kind.served(current.value)
            try check(deletion, against: current.metadata, kind)
            let attributes = AdmissionAttributes(
                operation: .delete,
                kind: kind,
                name: inCollection ? "" : key.name,
                namespace: key.namespace,
                oldObject: old,
                options: deletion.json,
                isDryRun: deletion.isDryRun,
                user: request.user
            )
            _ = try await admission.mutate(attributes, warnings: request.warnings)
            try await admission.validate(attributes, warnings: request.warnings)

            let finalizers = finalizers(current.metadata.finalizers, deletion.propagation)
            let leaving = ObjectStrategy(kind: kind).deleting(old, finalizers: finalizers, at: clock.date())
            let isHeld = ObjectStrategy.isHeld(leaving, kind: kind)
            if deletion.isDryRun || isHeld && leaving == old { return isHeld ? .waiting(leaving) : .gone(old) }
            do throws(ObjectStore.WriteFailure) {
                let stored = kind.stored(isHeld ? leaving : old)
                let object = try registry.write { store throws(ObjectStore.WriteFailure) in
                    isHeld
                        ? try store.replace(at: place, expecting: current.revision, with: stored)
                        : try store.remove(at: place, expecting: current.revision, last: stored)
                }
                return isHeld ? .waiting(kind.served(object.value)) : .gone(kind.served(object.value))
            } catch {
                guard error == .conflict else { throw commitFailure(error, kind, key.name) }
            }
        }
        throw .conflict(kind.type, key.name)
    }

    /// Deletes the objects a selector means.
    ///
    /// - Returns: them, in the order of a list, and the revision at which they were chosen.
    func deleteCollection(
        namespace: String,
        matching selector: ObjectSelector,
        _ deletion: DeletionRequest,
        _ request: WriteRequest
    ) async throws(Status) -> (objects: [JSONValue], revision: UInt64) {
        let kind = request.kind
        let (chosen, revision) = registry.read { store in
            (
                store.collection(kind.collection).sorted(namespace: kind.type.isNamespaced ? namespace : nil),
                store.revision
            )
        }
        var deleted: [JSONValue] = []
        for (key, object) in chosen where selector.matches(object) {
            do throws(Status) {
                deleted.append(try await delete(key, deletion, request, inCollection: true).object)
            } catch {
                // Somebody else deleted it: just as good.
                guard error.code == 404 else { throw error }
            }
        }
        return (deleted, revision)
    }

    private func check(_ deletion: DeletionRequest, against found: ObjectMeta, _ kind: ServedKind) throws(Status) {
        if kind.collection == .namespaces, Self.permanentNamespaces.contains(found.name) {
            throw .forbidden(kind.type, found.name, because: "this namespace may not be deleted")
        }
        if let uid = deletion.uid, uid != found.uid {
            throw .uidPreconditionFailed(kind.type, found.name, wanted: uid, found: found.uid)
        }
        if let version = deletion.resourceVersion, version != found.resourceVersion {
            throw .resourceVersionPreconditionFailed(
                kind.type,
                found.name,
                wanted: version,
                found: found.resourceVersion
            )
        }
    }

    /// The finalizers that say how dependents are dealt with are the server's own; others stay as they are.
    private func finalizers(_ present: [String], _ propagation: DeletionRequest.Propagation?) -> [String] {
        guard let propagation else { return present }
        var finalizers = present.filter { $0 != Self.foregroundFinalizer && $0 != Self.orphanFinalizer }
        switch propagation {
        case .background: break
        case .foreground: finalizers.append(Self.foregroundFinalizer)
        case .orphan: finalizers.append(Self.orphanFinalizer)
        }
        return finalizers
    }
}
