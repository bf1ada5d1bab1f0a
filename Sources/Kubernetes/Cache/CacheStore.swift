import JSON

/// What happened to one object of a cache.
public struct CacheChange<Object: Sendable>: Sendable {
    /// Which object.
    public let name: NamespacedName
    /// What it was; `nil` when it is new.
    public let old: Object?
    /// What it is; `nil` when it is gone.
    public let new: Object?

    /// Describes a change.
    public init(name: NamespacedName, old: Object?, new: Object?) {
        self.name = name
        self.old = old
        self.new = new
    }
}

/// The objects of a `WatchCache`, and what they are found by.
///
/// It decides what a list or an event means for them, so that nothing is applied twice: a version that is not newer than the
/// one at hand, or an object that was deleted before, changes nothing.
struct CacheStore<Object: Sendable>: Sendable {
    /// What identifies one state of one object.
    struct Identity: Sendable {
        var name: NamespacedName
        var uid: String
        var resourceVersion: String
        /// The UIDs of its owners.
        var owners: [String]

        /// Reads it from an object; `nil` without a name.
        init?(_ object: JSONValue) {
            guard let metadata = object["metadata"], let name = metadata["name"]?.stringValue, !name.isEmpty else {
                return nil
            }
            self.name = NamespacedName(namespace: metadata["namespace"]?.stringValue ?? "", name: name)
            uid = metadata["uid"]?.stringValue ?? ""
            resourceVersion = metadata["resourceVersion"]?.stringValue ?? ""
            owners = (metadata["ownerReferences"]?.arrayValue ?? []).compactMap { $0["uid"]?.stringValue }
        }
    }

    private struct Entry {
        var identity: Identity
        var object: Object
    }

    private var entries: [NamespacedName: Entry] = [:]
    private var namesByOwner: [String: Set<NamespacedName>] = [:]
    private var deleted = RecentlyDeleted()

    var count: Int { entries.count }
    var objects: [Object] { entries.values.map(\.object) }

    func object(_ name: NamespacedName) -> Object? {
        entries[name]?.object
    }

    /// The objects owned by something, in the order of their names.
    func objects(ownedBy uid: String) -> [Object] {
        (namesByOwner[uid] ?? []).sorted().compactMap { entries[$0]?.object }
    }

    /// Takes over a list: everything there is.
    ///
    /// - Parameter list: The objects; those without an object are of no interest.
    mutating func replace(with list: [(Identity, Object?)]) -> [CacheChange<Object>] {
        var changes: [CacheChange<Object>] = []
        var listed: Set<NamespacedName> = []
        listed.reserveCapacity(list.count)
        for (identity, _) in list { listed.insert(identity.name) }
        for name in entries.keys.filter({ !listed.contains($0) }).sorted() {
            if let entry = remove(name) { changes.append(CacheChange(name: name, old: entry.object, new: nil)) }
        }
        for (identity, object) in list {
            if let entry = entries[identity.name], entry.identity.uid == identity.uid,
                entry.identity.resourceVersion == identity.resourceVersion, !identity.resourceVersion.isEmpty
            {
                continue
            }
            changes += put(identity, object)
        }
        return changes
    }

    /// Takes over the state of an object that was added or changed. Empty if that is no news.
    mutating func set(_ identity: Identity, _ object: Object?) -> [CacheChange<Object>] {
        if let entry = entries[identity.name] {
            if entry.identity.uid == identity.uid,
                !identity.resourceVersion.isNewer(than: entry.identity.resourceVersion)
            {
                return []
            }
            if entry.identity.uid != identity.uid, deleted.contains(identity.uid) { return [] }
        } else if deleted.contains(identity.uid) {
            return []
        }
        return put(identity, object)
    }

    /// Removes an object. Empty if it is gone already, or another one has its name by now.
    mutating func delete(_ identity: Identity) -> [CacheChange<Object>] {
        deleted.insert(identity.uid)
        guard let entry = entries[identity.name], entry.identity.uid == identity.uid else { return [] }
        _ = remove(identity.name)
        return [CacheChange(name: identity.name, old: entry.object, new: nil)]
    }

    private mutating func put(_ identity: Identity, _ object: Object?) -> [CacheChange<Object>] {
        let old = remove(identity.name)
        guard let object else {
            return old.map { [CacheChange(name: identity.name, old: $0.object, new: nil)] } ?? []
        }
        entries[identity.name] = Entry(identity: identity, object: object)
        for uid in identity.owners { namesByOwner[uid, default: []].insert(identity.name) }
        guard let old, old.identity.uid != identity.uid else {
            return [CacheChange(name: identity.name, old: old?.object, new: object)]
        }
        // Another object of the same name: the end of one, the beginning of the other.
        deleted.insert(old.identity.uid)
        return [
            CacheChange(name: identity.name, old: old.object, new: nil),
            CacheChange(name: identity.name, old: nil, new: object),
        ]
    }

    private mutating func remove(_ name: NamespacedName) -> Entry? {
        guard let entry = entries.removeValue(forKey: name) else { return nil }
        for uid in entry.identity.owners {
            namesByOwner[uid]?.remove(name)
            if namesByOwner[uid]?.isEmpty ?? false { namesByOwner[uid] = nil }
        }
        return entry
    }
}

/// The UIDs of the objects deleted last. A UID never comes back, so news of one of these are old.
private struct RecentlyDeleted: Sendable {
    /// Far more than can be under way when a stream is resumed.
    private static let capacity = 1024

    private var uids: Set<String> = []
    private var order: [String] = []
    private var next = 0

    func contains(_ uid: String) -> Bool {
        uids.contains(uid)
    }

    mutating func insert(_ uid: String) {
        guard !uid.isEmpty, uids.insert(uid).inserted else { return }
        if order.count < Self.capacity {
            order.append(uid)
        } else {
            uids.remove(order[next])
            order[next] = uid
            next = (next + 1) % Self.capacity
        }
    }
}

extension String {
    /// Whether this resource version came after another.
    ///
    /// They are decimal numbers that grow (KEP-5504); a server that writes anything else is believed in everything.
    func isNewer(than other: String) -> Bool {
        guard let own = UInt64(self), let theirs = UInt64(other) else { return true }
        return own > theirs
    }
}
