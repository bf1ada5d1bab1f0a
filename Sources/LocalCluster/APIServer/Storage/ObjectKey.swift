/// The place where objects of one kind are kept.
///
/// Two served kinds may share one: `events` and `events.k8s.io/events` are the same objects in two forms.
struct CollectionID: Hashable, Sendable {
    let group: String
    let plural: String
}

/// An object's place in its collection. `namespace` is empty for cluster-scoped kinds.
///
/// The order is the order of a list: by namespace, then by name, byte by byte as etcd sorts its keys.
struct ObjectKey: Hashable, Comparable, Sendable {
    let namespace: String
    let name: String

    /// The text that a continue token holds.
    var path: String { "\(namespace)/\(name)" }

    static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.namespace == right.namespace
            ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
            : left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
    }
}

/// An object's place in the whole store.
struct ObjectID: Hashable, Sendable {
    let collection: CollectionID
    let key: ObjectKey
}
