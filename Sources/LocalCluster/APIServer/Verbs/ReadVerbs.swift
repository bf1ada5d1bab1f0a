import JSON
import Kubernetes

/// Getting and listing.
struct ReadVerbs: Sendable {
    let registry: ObjectRegistry

    func get(_ key: ObjectKey, _ kind: ServedKind) throws(Status) -> StoredObject {
        guard let object = registry.read({ $0[ObjectID(collection: kind.collection, key: key)] }) else {
            throw .notFound(kind.type, key.name)
        }
        return object
    }

    /// One page of a list.
    struct Page: Sendable {
        var objects: [StoredObject]
        /// The revision that the list shows.
        var revision: UInt64
        /// What asks for the next page; `nil` on the last.
        var continueToken: String?
        /// How many objects the further pages hold; `nil` if unknown, as with a selector.
        var remaining: Int?
    }

    /// - Parameter namespace: `nil` for all.
    func list(_ kind: ServedKind, namespace: String?, _ parameters: ListParameters) throws(Status) -> Page {
        let token = try parameters.continueToken.map { text throws(Status) in try ContinueToken(text) }
        let snapshot = try registry.read { store throws(Status) in
            try Self.snapshot(store, kind, namespace, parameters.version, token)
        }
        var objects: [StoredObject] = []
        var last: ObjectKey?
        for (index, (key, object)) in snapshot.entries.enumerated() {
            if let token, !token.precedes(key) { continue }
            if parameters.limit > 0, objects.count == parameters.limit, let last {
                let next = ContinueToken(revision: snapshot.revision, after: last)
                return Page(
                    objects: objects,
                    revision: snapshot.revision,
                    continueToken: next.text,
                    remaining: parameters.selector.isEmpty ? snapshot.entries.count - index : nil
                )
            }
            guard parameters.selector.matches(object) else { continue }
            objects.append(object)
            last = key
        }
        return Page(objects: objects, revision: snapshot.revision, continueToken: nil, remaining: nil)
    }

    private struct Snapshot: Sendable {
        let entries: [(key: ObjectKey, object: StoredObject)]
        let revision: UInt64
    }

    private static func snapshot(
        _ store: borrowing ObjectStore,
        _ kind: ServedKind,
        _ namespace: String?,
        _ version: ListParameters.Version,
        _ token: ContinueToken?
    ) throws(Status) -> Snapshot {
        let collection = store.collection(kind.collection)
        let wanted: UInt64?
        switch version {
        case .exactly(let revision): wanted = revision
        case .notOlderThan(let revision) where revision > store.revision:
            throw .resourceVersionTooLarge(requested: String(revision), current: String(store.revision))
        case .notOlderThan, .latest, .any: wanted = token?.revision
        }
        guard let wanted else {
            return Snapshot(entries: collection.sorted(namespace: namespace), revision: store.revision)
        }
        guard wanted <= store.revision else {
            throw .resourceVersionTooLarge(requested: String(wanted), current: String(store.revision))
        }
        guard let entries = collection.sorted(namespace: namespace, at: wanted) else {
            guard let token else {
                throw Status(
                    code: 410,
                    reason: StatusReason.expired,
                    message: "The resourceVersion for the provided list is too old."
                )
            }
            throw .continueExpired(token: token.inconsistent.text)
        }
        return Snapshot(entries: entries, revision: wanted)
    }
}
