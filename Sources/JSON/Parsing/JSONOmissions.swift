/// Members that a parser reads over: checked as strictly as all others, but not kept, which is several times faster.
///
/// For texts of which a known part is never looked at, such as `metadata.managedFields` of a Kubernetes object.
public struct JSONOmissions: Sendable {
    /// Nothing is omitted.
    public static let none = JSONOmissions([])

    /// The place of a member that is to be omitted.
    static let omitted = Int.max

    /// A member that leads on from a place.
    private struct Step {
        let name: String
        let fingerprint: NameFingerprint
        let place: Int

        init(_ name: String, to place: Int) {
            self.name = name
            fingerprint = NameFingerprint(name)
            self.place = place
        }
    }

    /// The members that lead on from each place; the places of all paths form a tree.
    private var places: [[Step]] = []

    /// Omits the member at the end of each path.
    ///
    /// - Parameter paths: Member names from the outside in, such as `["metadata", "managedFields"]`. Arrays on the way have
    ///   no name: a path leads into each of their elements.
    public init(_ paths: [[String]]) {
        for path in paths where !path.isEmpty {
            if places.isEmpty { places.append([]) }
            var place = 0
            for name in path.dropLast() {
                place = self.place(of: name, in: place, elseAdd: places.count)
                if place == JSONOmissions.omitted { break }
            }
            guard place != JSONOmissions.omitted, let last = path.last else { continue }
            places[place].removeAll { $0.name.hasSameBytes(as: last) }
            places[place].append(Step(last, to: JSONOmissions.omitted))
        }
    }

    /// Where reading begins; negative when nothing is omitted.
    var root: Int { places.isEmpty ? -1 : 0 }

    /// Where a member leads to; negative when nothing in it is to be omitted.
    ///
    /// - Parameter fingerprint: The name's, by which nearly all others are told apart.
    @inline(__always)
    func place(of name: String, _ fingerprint: NameFingerprint, in place: Int) -> Int {
        for index in places[place].indices where places[place][index].fingerprint == fingerprint {
            if places[place][index].name.hasSameBytes(as: name) { return places[place][index].place }
        }
        return -1
    }

    private mutating func place(of name: String, in place: Int, elseAdd new: Int) -> Int {
        let known = self.place(of: name, NameFingerprint(name), in: place)
        guard known < 0 else { return known }
        places[place].append(Step(name, to: new))
        places.append([])
        return new
    }
}
