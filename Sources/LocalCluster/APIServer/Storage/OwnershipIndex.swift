import Kubernetes

/// Who owns whom, by uid, and which objects the garbage collector has to look at.
///
/// Only what changed is looked at: an object whose references changed, the dependents of an object that went away or
/// is going away, and the owners that wait for a dependent which went away.
struct OwnershipIndex: Sendable {
    private var places: [String: ObjectID] = [:]
    private var dependents: [String: Set<ObjectID>] = [:]
    private var candidates: Set<ObjectID> = []

    var hasCandidates: Bool { !candidates.isEmpty }

    func place(ofUID uid: String) -> ObjectID? { places[uid] }

    func dependents(ofUID uid: String) -> Set<ObjectID> { dependents[uid] ?? [] }

    mutating func takeCandidates() -> Set<ObjectID> {
        defer { candidates = [] }
        return candidates
    }

    mutating func addCandidates(_ more: some Sequence<ObjectID>) {
        candidates.formUnion(more)
    }

    mutating func note(_ change: Change, at id: ObjectID) {
        let before = change.previous?.metadata
        let after = change.kind == .deleted ? nil : change.object.metadata
        let oldOwners = Set(before?.ownerReferences.map(\.uid) ?? [])
        let newOwners = Set(after?.ownerReferences.map(\.uid) ?? [])
        for uid in oldOwners.subtracting(newOwners) {
            dependents[uid]?.remove(id)
            if dependents[uid]?.isEmpty == true { dependents[uid] = nil }
            if let owner = places[uid] { candidates.insert(owner) }
        }
        for uid in newOwners.subtracting(oldOwners) {
            dependents[uid, default: []].insert(id)
        }
        if let after {
            places[after.uid] = id
            if !newOwners.isEmpty, newOwners != oldOwners { candidates.insert(id) }
            if after.deletionTimestamp != nil {
                candidates.insert(id)
                if before?.deletionTimestamp == nil { candidates.formUnion(dependents(ofUID: after.uid)) }
            }
        } else {
            candidates.remove(id)
            let uid = change.object.metadata.uid
            if places[uid] == id { places[uid] = nil }
            candidates.formUnion(dependents(ofUID: uid))
            // An emptied namespace can go.
            if !id.key.namespace.isEmpty {
                candidates.insert(Self.namespace(id.key.namespace))
            }
        }
    }

    static func namespace(_ name: String) -> ObjectID {
        ObjectID(collection: .namespaces, key: ObjectKey(namespace: "", name: name))
    }
}

extension CollectionID {
    static let namespaces = CollectionID(group: "", plural: "namespaces")
}
