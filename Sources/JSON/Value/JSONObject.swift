/// The members of a JSON object, in the order they were written.
///
/// Names are unique and compared by their bytes. Small objects are searched from the front; one with many members
/// carries a hash index, so that looking up, adding and comparing never costs more than the number of members.
public struct JSONObject: Sendable {
    /// A name and its value, as stored: a type of its own, because releasing an array of tuples goes through slow
    /// generic code of the runtime.
    struct Member: Sendable {
        let key: String
        var value: JSONValue
        let fingerprint: NameFingerprint

        init(key: String, value: JSONValue) {
            self.init(key: key, NameFingerprint(key), value: value)
        }

        @inline(__always)
        init(key: String, _ fingerprint: NameFingerprint, value: JSONValue) {
            self.key = key
            self.value = value
            self.fingerprint = fingerprint
        }
    }

    /// The members in order.
    private(set) var members: [Member]
    /// Positions by the hash of the name; used once there are more than ``KeyIndex/threshold`` members.
    private var index: KeyIndex

    /// An object without members.
    public init() {
        members = []
        index = KeyIndex()
    }

    /// An object of these members. Of several with one name, the last value takes the first one's place.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        self.init()
        self.members.reserveCapacity(members.underestimatedCount)
        for (key, value) in members { set(value, for: key) }
    }

    /// An object of members whose names are known to be unique, with their index if it was built already.
    init(unique members: [Member], index: KeyIndex = KeyIndex()) {
        self.members = members
        self.index = index
        if members.count > KeyIndex.threshold, index.isEmpty { self.index = KeyIndex(members) }
    }

    /// How many members there are.
    public var count: Int { members.count }

    /// Whether there is no member.
    public var isEmpty: Bool { members.isEmpty }

    /// The names, in order.
    public var keys: [String] { members.map(\.key) }

    /// The values, in the order of their names.
    public var values: [JSONValue] { members.map(\.value) }

    /// Whether there is a member of that name, `null` or not.
    public func contains(key: String) -> Bool { position(of: key) != nil }

    /// Whether there is a member of that name that is not `null`.
    public func isSet(_ key: String) -> Bool {
        guard let position = position(of: key) else { return false }
        return !members[position].value.isNull
    }

    /// Whether every member has one of these names.
    public func hasOnlyKeys(of names: JSONNames) -> Bool {
        names.count(in: members) { _ in true } == members.count
    }

    /// How many of these names have a member that is not `null`.
    public func countSet(among names: JSONNames) -> Int {
        names.count(in: members) { !$0.isNull }
    }

    /// The value of a member.
    ///
    /// Setting keeps the member's position, or appends a new member; setting `nil` removes it.
    public subscript(key: String) -> JSONValue? {
        get {
            position(of: key).map { members[$0].value }
        }
        set {
            if let newValue { set(newValue, for: key) } else { remove(key) }
        }
        _modify {
            if let position = position(of: key) {
                var value: JSONValue? = members[position].value
                members[position].value = .null  // so that `value` is the only owner and is changed in place
                defer {
                    if let value { members[position].value = value } else { removeMember(at: position) }
                }
                yield &value
            } else {
                var value: JSONValue?
                defer {
                    if let value { appendNew(key, value) }
                }
                yield &value
            }
        }
    }

    /// Puts a member at the end, wherever one of that name stood before.
    public mutating func append(key: String, value: JSONValue) {
        remove(key)
        appendNew(key, value)
    }

    /// Removes a member; the ones behind it move up.
    /// - Returns: Its value, or `nil` if there was none.
    @discardableResult
    public mutating func remove(_ key: String) -> JSONValue? {
        guard let position = position(of: key) else { return nil }
        return removeMember(at: position)
    }

    /// Makes room for that many members in all.
    public mutating func reserveCapacity(_ count: Int) {
        members.reserveCapacity(count)
    }
}

extension JSONObject {
    /// Where the member of that name stands.
    @inline(__always)
    func position(of key: String) -> Int? {
        guard index.isEmpty else { return index.position(of: key, in: members) }
        let fingerprint = NameFingerprint(key)
        return members.withUnsafeBufferPointer { members in
            for position in members.indices where members[position].fingerprint == fingerprint {
                if members[position].key.hasSameBytes(as: key) { return position }
            }
            return nil
        }
    }

    private mutating func set(_ value: JSONValue, for key: String) {
        if let position = position(of: key) { members[position].value = value } else { appendNew(key, value) }
    }

    private mutating func appendNew(_ key: String, _ value: JSONValue) {
        members.append(Member(key: key, value: value))
        if !index.isEmpty {
            index.add(key, at: members.count - 1, in: members)
        } else if members.count > KeyIndex.threshold {
            index = KeyIndex(members)
        }
    }

    @discardableResult
    private mutating func removeMember(at position: Int) -> JSONValue {
        index.remove(position)
        return members.remove(at: position).value
    }

    /// Removes the members at these positions, in any order, in one pass.
    mutating func remove(at positions: [Int]) {
        guard !positions.isEmpty else { return }
        var isKept = [Bool](repeating: true, count: members.count)
        for position in positions { isKept[position] = false }
        self = JSONObject(unique: zip(members, isKept).filter(\.1).map(\.0))
    }

    /// Replaces the value of the member at a valid position.
    mutating func setValue(_ value: JSONValue, at position: Int) {
        members[position].value = value
    }
}

extension JSONObject: RandomAccessCollection {
    /// The position of the first member: 0.
    public var startIndex: Int { 0 }
    /// The position behind the last member: ``count``.
    public var endIndex: Int { members.count }

    /// The member at a position.
    public subscript(position: Int) -> (key: String, value: JSONValue) {
        let member = members[position]
        return (member.key, member.value)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// The members of a literal, in its order; of two with the same name the later value holds.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(members)
    }
}
