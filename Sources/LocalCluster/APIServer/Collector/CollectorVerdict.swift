import JSON
import Kubernetes

/// What is to be done about one object, judged from the store as it is at one instant.
enum CollectorVerdict: Sendable, Equatable {
    /// It has an owner, or needs none.
    case keep
    /// Nobody owns it any more, or an owner waits for it to go.
    case delete(uid: String, revision: UInt64, DeletionRequest.Propagation)
    /// Its dependents are gone or set free: what held it can be taken off.
    case release(finalizer: String)
    /// Its dependents are to forget it first.
    case setFree([ObjectID], uid: String)
    /// A namespace on its way out: these are still in it.
    case empty([ObjectID])

    init(on id: ObjectID, in store: borrowing ObjectStore, kinds: KindTable) {
        self = .keep
        guard let object = store[id] else { return }
        let metadata = object.metadata
        guard metadata.deletionTimestamp == nil else {
            self = Self.verdict(onLeaving: metadata, id, store)
            return
        }
        guard !metadata.ownerReferences.isEmpty else { return }
        var isAwaited = false
        for owner in metadata.ownerReferences {
            switch Self.state(of: owner, namespace: id.key.namespace, store, kinds) {
            case .present: return
            case .waiting: isAwaited = true
            case .absent: break
            }
        }
        let hasDependents = !store.ownership.dependents(ofUID: metadata.uid).isEmpty
        self = .delete(
            uid: metadata.uid,
            revision: object.revision,
            isAwaited && hasDependents ? .foreground : .background
        )
    }

    private static func verdict(
        onLeaving metadata: ObjectMeta,
        _ id: ObjectID,
        _ store: borrowing ObjectStore
    ) -> CollectorVerdict {
        let dependents = store.ownership.dependents(ofUID: metadata.uid)
        if metadata.finalizers.contains(WriteVerbs.orphanFinalizer) {
            return dependents.isEmpty
                ? .release(finalizer: WriteVerbs.orphanFinalizer) : .setFree(Array(dependents), uid: metadata.uid)
        }
        if metadata.finalizers.contains(WriteVerbs.foregroundFinalizer) {
            var isBlocked = false
            for dependent in dependents {
                let references = store[dependent]?.metadata.ownerReferences ?? []
                if references.contains(where: { $0.uid == metadata.uid && $0.blockOwnerDeletion }) { isBlocked = true }
            }
            return isBlocked ? .keep : .release(finalizer: WriteVerbs.foregroundFinalizer)
        }
        if id.collection == .namespaces {
            return .empty(store.contents(ofNamespace: metadata.name))
        }
        return .keep
    }

    private enum OwnerState {
        case present
        /// It goes once its dependents are gone.
        case waiting
        case absent
    }

    /// An owner is the object of that name with that uid; another object of the same name is none.
    ///
    /// What cannot be known counts as present: nothing is deleted on a guess.
    private static func state(
        of owner: OwnerReference,
        namespace: String,
        _ store: borrowing ObjectStore,
        _ kinds: KindTable
    ) -> OwnerState {
        guard let kind = kinds.kind(owner.kind, apiVersion: owner.apiVersion) else { return .present }
        guard !kind.type.isNamespaced || !namespace.isEmpty else { return .present }
        let key = ObjectKey(namespace: kind.type.isNamespaced ? namespace : "", name: owner.name)
        guard let found = store[ObjectID(collection: kind.collection, key: key)]?.metadata, found.uid == owner.uid
        else {
            return .absent
        }
        let isWaiting = found.deletionTimestamp != nil && found.finalizers.contains(WriteVerbs.foregroundFinalizer)
        return isWaiting ? .waiting : .present
    }
}
