/// A hash index from member name to position, for objects too large to search from the front.
///
/// Open addressing over 32-bit positions: 8 bytes or so a member. The hash is Swift's, seeded for every process,
/// so nobody can prepare names that collide.
struct KeyIndex: Sendable {
    /// Up to this many members a search from the front is as fast as hashing the name.
    static let threshold = 32

    /// Position + 1 of a member in each slot, ``free`` or ``removed``; a power of two of them. The last element is no
    /// slot but counts those that are not free, removed ones included: one word less in every object there is.
    private var slots: [UInt32] = []

    private var mask: Int { slots.count - 2 }

    private static let free: UInt32 = 0
    private static let removed = UInt32.max

    /// No index: the object is searched from the front.
    init() {}

    /// An index over members with unique names.
    init(_ members: [JSONObject.Member]) {
        rebuild(members.count) { members[$0].key }
    }

    /// Whether there is nothing to ask.
    var isEmpty: Bool { slots.isEmpty }

    /// Where the member of that name stands.
    func position(of key: String, in members: [JSONObject.Member]) -> Int? {
        position(of: key) { members[$0].key }
    }

    /// Where the name stands in any list of names.
    func position(of key: String, named name: (Int) -> String) -> Int? {
        guard !slots.isEmpty else { return nil }
        var slot = home(of: key)
        while slots[slot] != Self.free {
            if slots[slot] != Self.removed {
                let position = Int(slots[slot] - 1)
                if name(position).hasSameBytes(as: key) { return position }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Enters a name that is not there yet; `members` holds it already.
    mutating func add(_ key: String, at position: Int, in members: [JSONObject.Member]) {
        add(key, at: position) { members[$0].key }
    }

    /// Enters a name that is not there yet; `name` knows it already.
    mutating func add(_ key: String, at position: Int, named name: (Int) -> String) {
        if slots.isEmpty || (Int(slots[mask + 1]) + 1) * 4 > (mask + 1) * 3 {
            rebuild(position + 1, named: name)
        } else {
            enter(key, position)
        }
    }

    /// Forgets the member at a position and moves those behind it up by one.
    mutating func remove(_ position: Int) {
        guard !slots.isEmpty else { return }
        let entry = UInt32(truncatingIfNeeded: position + 1)
        for slot in 0...mask where slots[slot] >= entry && slots[slot] != Self.removed {
            slots[slot] = slots[slot] == entry ? Self.removed : slots[slot] - 1
        }
    }

    /// Enters the first `count` names anew, in a table at most half full.
    mutating func rebuild(_ count: Int, named name: (Int) -> String) {
        slots = []
        guard count < Int(UInt32.max / 4) else { return }  // then the object is searched from the front
        var capacity = 64
        while capacity < count * 2 { capacity *= 2 }
        slots = Array(repeating: Self.free, count: capacity + 1)
        slots[capacity] = 0
        for position in 0..<count { enter(name(position), position) }
    }

    private mutating func enter(_ key: String, _ position: Int) {
        var slot = home(of: key)
        while slots[slot] != Self.free { slot = (slot + 1) & mask }
        slots[slot] = UInt32(truncatingIfNeeded: position + 1)
        slots[mask + 1] += 1
    }

    private func home(of key: String) -> Int {
        var hasher = Hasher()
        key.hashBytes(into: &hasher)
        return hasher.finalize() & mask
    }
}
