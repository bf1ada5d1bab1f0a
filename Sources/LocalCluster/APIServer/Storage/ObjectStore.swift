import JSON

/// Every object of the cluster, and the one counter that orders all changes.
///
/// A value: it knows nothing of locks, requests, webhooks or clocks, so that each of its promises can be tested by
/// itself. Writes are conditional on the revision that was read, which is all the concurrency control there is.
struct ObjectStore: Sendable {
    /// Why a write did not happen.
    enum WriteFailure: Error, Equatable {
        case alreadyExists
        case notFound
        /// Somebody wrote the object after it was read.
        case conflict
    }

    /// The revision of the latest write. It begins at 1 because 0 means "any" in a request.
    private(set) var revision: UInt64 = 1
    /// Who owns whom, by uid.
    private(set) var ownership = OwnershipIndex()
    /// Collections written since `takeTouched()`.
    private var touched: Set<CollectionID> = []
    private var collections: [CollectionID: ObjectCollection] = [:]
    private let bounds: ChangeHistory.Bounds

    init(bounds: ChangeHistory.Bounds = ChangeHistory.Bounds()) {
        self.bounds = bounds
    }

    // MARK: Reading

    subscript(id: ObjectID) -> StoredObject? {
        collections[id.collection]?.objects[id.key]
    }

    /// The collection, empty if nothing was ever written to it.
    func collection(_ id: CollectionID) -> ObjectCollection {
        collections[id] ?? ObjectCollection(bounds: bounds)
    }

    /// Every object in a namespace, of any kind.
    func contents(ofNamespace namespace: String) -> [ObjectID] {
        collections.flatMap { id, collection in
            collection.objects.keys.filter { $0.namespace == namespace }.map { ObjectID(collection: id, key: $0) }
        }
    }

    // MARK: Writing

    mutating func insert(_ value: JSONValue, at id: ObjectID) throws(WriteFailure) -> StoredObject {
        guard self[id] == nil else { throw .alreadyExists }
        let object = StoredObject(value, revision: nextRevision())
        record(Change(kind: .added, key: id.key, object: object, previous: nil), in: id.collection)
        return object
    }

    /// - Parameter expected: the revision of the version that `value` was made from.
    mutating func replace(
        at id: ObjectID,
        expecting expected: UInt64,
        with value: JSONValue
    ) throws(WriteFailure) -> StoredObject {
        let current = try version(at: id, expecting: expected)
        let object = StoredObject(value, revision: nextRevision())
        record(Change(kind: .modified, key: id.key, object: object, previous: current), in: id.collection)
        return object
    }

    /// - Parameter last: the object's last state, told to watchers; the stored one if absent.
    /// - Returns: that state, carrying the revision of the deletion.
    mutating func remove(
        at id: ObjectID,
        expecting expected: UInt64,
        last: JSONValue? = nil
    ) throws(WriteFailure) -> StoredObject {
        let current = try version(at: id, expecting: expected)
        let object = StoredObject(last ?? current.value, revision: nextRevision())
        record(Change(kind: .deleted, key: id.key, object: object, previous: current), in: id.collection)
        return object
    }

    /// The collections written since the last call: whose watchers have something to read.
    mutating func takeTouched() -> Set<CollectionID> {
        defer { touched = [] }
        return touched
    }

    /// The objects whose owners or dependents changed since the last call.
    mutating func takeGarbageCandidates() -> Set<ObjectID> {
        ownership.takeCandidates()
    }

    mutating func addGarbageCandidates(_ candidates: some Sequence<ObjectID>) {
        ownership.addCandidates(candidates)
    }

    private func version(at id: ObjectID, expecting expected: UInt64) throws(WriteFailure) -> StoredObject {
        guard let current = self[id] else { throw .notFound }
        guard current.revision == expected else { throw .conflict }
        return current
    }

    private mutating func nextRevision() -> UInt64 {
        revision += 1
        return revision
    }

    private mutating func record(_ change: Change, in collection: CollectionID) {
        collections[collection, default: ObjectCollection(bounds: bounds)].record(change)
        ownership.note(change, at: ObjectID(collection: collection, key: change.key))
        touched.insert(collection)
    }
}
