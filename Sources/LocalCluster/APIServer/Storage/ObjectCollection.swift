/// All objects of one collection and what recently happened to them.
struct ObjectCollection: Sendable {
    private(set) var objects: [ObjectKey: StoredObject] = [:]
    private(set) var history: ChangeHistory
    /// The revision of the latest change, 0 before the first.
    private(set) var lastChange: UInt64 = 0

    init(bounds: ChangeHistory.Bounds) {
        history = ChangeHistory(bounds: bounds)
    }

    mutating func record(_ change: Change) {
        objects[change.key] = change.kind == .deleted ? nil : change.object
        history.append(change)
        lastChange = change.revision
    }

    /// The objects as they are now, in the order of a list.
    func sorted(namespace: String?) -> [(key: ObjectKey, object: StoredObject)] {
        Self.sort(objects, namespace: namespace)
    }

    /// The objects as they were at a revision: what happened since is undone.
    ///
    /// - Returns: `nil` if too much has happened since.
    func sorted(namespace: String?, at revision: UInt64) -> [(key: ObjectKey, object: StoredObject)]? {
        guard revision < lastChange else { return sorted(namespace: namespace) }
        guard let since = history.changes(after: revision) else { return nil }
        var past = objects
        for change in since.reversed() {
            past[change.key] = change.previous
        }
        return Self.sort(past, namespace: namespace)
    }

    private static func sort(
        _ objects: [ObjectKey: StoredObject],
        namespace: String?
    ) -> [(key: ObjectKey, object: StoredObject)] {
        var chosen: [(key: ObjectKey, object: StoredObject)] = []
        chosen.reserveCapacity(objects.count)
        for (key, object) in objects where namespace == nil || key.namespace == namespace {
            chosen.append((key, object))
        }
        chosen.sort { $0.key < $1.key }
        return chosen
    }
}
