/// Something that happened to one object.
struct Change: Sendable {
    enum Kind: Sendable {
        case added
        case modified
        case deleted
    }

    let kind: Kind
    let key: ObjectKey
    /// The object after the change; for a deletion its last state, carrying the revision of the deletion.
    let object: StoredObject
    /// The object before the change; absent for `.added`.
    let previous: StoredObject?

    var revision: UInt64 { object.revision }
    /// What the change costs to remember. The version before is remembered by the change that made it.
    var cost: Int { object.bytes.count }
}

/// The latest changes of one collection, oldest first, within bounds of number and bytes.
///
/// It serves three purposes: watches resume from it, a slow watcher reads from it instead of from a queue of its own
/// (so it costs nothing to be slow, and falling off the end is what being too slow means), and a paged list rolls the
/// collection back with it to the revision of its first page.
struct ChangeHistory: Sendable {
    /// How much is remembered.
    struct Bounds: Sendable {
        /// Changes kept at most.
        var changes = 2000
        /// Bytes of objects kept at most: enough for some dozens of versions of the largest job.
        var bytes = 8 << 20
    }

    private let bounds: Bounds
    private var changes: [Change] = []
    /// Index of the oldest change still remembered: what lies before it is dropped from the array now and then.
    private var head = 0
    private var bytes = 0

    /// The revision of the newest change that was forgotten, 0 if none was.
    ///
    /// Reading after this revision or any later one is exact; reading after an earlier one would miss changes.
    private(set) var forgottenThrough: UInt64 = 0

    init(bounds: Bounds = Bounds()) {
        self.bounds = bounds
    }

    mutating func append(_ change: Change) {
        changes.append(change)
        bytes += change.cost
        while changes.count - head > 1, changes.count - head > bounds.changes || bytes > bounds.bytes {
            forgottenThrough = changes[head].revision
            bytes -= changes[head].cost
            head += 1
        }
        if head > 64, head > changes.count / 2 {
            changes.removeFirst(head)
            head = 0
        }
    }

    /// The changes after a revision, oldest first.
    ///
    /// - Parameter limit: the most to return.
    /// - Returns: `nil` if some of them are forgotten.
    func changes(after revision: UInt64, limit: Int = .max) -> ArraySlice<Change>? {
        guard revision >= forgottenThrough else { return nil }
        var low = head
        var high = changes.count
        while low < high {
            let middle = low + (high - low) / 2
            if changes[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        return changes[low...].prefix(limit)
    }
}
