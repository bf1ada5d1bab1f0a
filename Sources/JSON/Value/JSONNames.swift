/// Names of members, prepared for looking through many objects.
public struct JSONNames: Sendable {
    /// The names.
    public let names: [String]
    private let fingerprints: [NameFingerprint]

    /// Prepares names, all different.
    public init(_ names: [String]) {
        self.names = names
        fingerprints = names.map { NameFingerprint($0) }
    }

    /// Prepares names, all different.
    public init(_ names: String...) {
        self.init(names)
    }

    /// How many members with one of these names have a value that counts.
    @inline(__always)
    func count(in members: [JSONObject.Member], where counts: (borrowing JSONValue) -> Bool) -> Int {
        // By position in buffers, since a copy of a name or a member would count references.
        members.withUnsafeBufferPointer { members in
            names.withUnsafeBufferPointer { names in
                fingerprints.withUnsafeBufferPointer { fingerprints in
                    members.indices.count { position in
                        counts(members[position].value)
                            && fingerprints.indices.contains { place in
                                fingerprints[place] == members[position].fingerprint
                                    && members[position].key.hasSameBytes(as: names[place])
                            }
                    }
                }
            }
        }
    }
}
