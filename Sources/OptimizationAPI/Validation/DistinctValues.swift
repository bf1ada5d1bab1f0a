import JSON

/// Values seen so far, of which each may occur once.
///
/// JSON compares bytes, as an API server does: "\u{E9}" and "e\u{301}" are two.
struct DistinctValues {
    /// Among so many, looking through them all is quicker than hashing.
    private static let few = 8

    private var first: [JSONValue] = []
    private var more: Set<JSONValue> = []

    /// - Returns: Whether the value has not been there before.
    mutating func insert(_ value: JSONValue) -> Bool {
        guard !first.contains(value) else { return false }
        guard first.count == Self.few else {
            if first.isEmpty { first.reserveCapacity(Self.few) }
            first.append(value)
            return true
        }
        return more.insert(value).inserted
    }
}
