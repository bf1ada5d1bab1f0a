extension JSONPatch {
    /// The operations that turn one value into another, as narrow as the change: unchanged members and elements are
    /// not touched, new members are added in the order they have in `to`.
    ///
    /// Equal values (see ``JSONValue``'s equality) give an empty patch. Beyond 64 levels a changed value is replaced
    /// as a whole, which bounds the time and stack that a hostile document can cost.
    public static func difference(from: JSONValue, to: JSONValue) -> JSONPatch {
        var builder = DifferenceBuilder()
        builder.compare(from, to)
        return JSONPatch(builder.operations)
    }
}

/// Walks two values side by side and notes what differs.
private struct DifferenceBuilder {
    var operations: [JSONPatch.Operation] = []
    /// Where the walk is.
    private var path: [String] = []

    private static let maximumDepth = 64
    /// Arrays whose changed parts have at most so many pairs of elements are aligned; longer ones go by index.
    private static let maximumPairs = 1 << 16

    mutating func compare(_ from: JSONValue, _ to: JSONValue) {
        switch (from, to) {
        case (.object(let from), .object(let to)) where path.count < Self.maximumDepth:
            compareMembers(from, to)
        case (.array(let from), .array(let to)) where path.count < Self.maximumDepth:
            compareElements(from, to)
        default:
            if from != to { operations.append(.replace(path: place, value: to)) }
        }
    }

    private var place: JSONPointer { JSONPointer(tokens: path) }

    private mutating func compareMembers(_ from: JSONObject, _ to: JSONObject) {
        for member in from.members where !to.contains(key: member.key) {
            operations.append(.remove(path: place.appending(member.key)))
        }
        for (position, member) in to.members.enumerated() {
            let isInPlace = position < from.count && from.members[position].key.hasSameBytes(as: member.key)
            guard let old = isInPlace ? position : from.position(of: member.key) else {
                operations.append(.add(path: place.appending(member.key), value: member.value))
                continue
            }
            compare(from.members[old].value, member.value, at: member.key)
        }
    }

    private mutating func compare(_ from: JSONValue, _ to: JSONValue, at token: String) {
        path.append(token)
        compare(from, to)
        path.removeLast()
    }

    private mutating func compareElements(_ from: [JSONValue], _ to: [JSONValue]) {
        var old = from[...]
        var new = to[...]
        while let left = old.first, let right = new.first, left == right {
            old.removeFirst()
            new.removeFirst()
        }
        while let left = old.last, let right = new.last, left == right {
            old.removeLast()
            new.removeLast()
        }
        // Gaps are filled from the front, so everything before `new` has its final place already.
        for (oldIndex, newIndex) in Self.alignment(old, new) {
            fillGap(old[..<oldIndex], new[..<newIndex])
            old = old[(oldIndex + 1)...]
            new = new[(newIndex + 1)...]
        }
        fillGap(old, new)
    }

    /// Turns one run of elements into another that has none in common with it, in order.
    private mutating func fillGap(_ old: ArraySlice<JSONValue>, _ new: ArraySlice<JSONValue>) {
        let paired = min(old.count, new.count)
        for (offset, (left, right)) in zip(old, new).enumerated() {
            compare(left, right, at: String(new.startIndex + offset))
        }
        let place = place
        for _ in 0..<(old.count - paired) {
            operations.append(.remove(path: place.appending(new.startIndex + paired)))
        }
        for index in new.indices.dropFirst(paired) {
            operations.append(.add(path: place.appending(index), value: new[index]))
        }
    }

    /// The longest common subsequence of two runs, as pairs of indexes; empty if they are too long to look for it.
    private static func alignment(_ old: ArraySlice<JSONValue>, _ new: ArraySlice<JSONValue>) -> [(Int, Int)] {
        guard !old.isEmpty, !new.isEmpty, old.count <= maximumPairs / new.count else { return [] }
        let oldHashes = old.map(\.hashValue)
        let newHashes = new.map(\.hashValue)
        let columns = new.count + 1
        // lengths[row * columns + column]: how many elements the runs from (row, column) on have in common.
        var lengths = [UInt32](repeating: 0, count: (old.count + 1) * columns)
        var matches = [Bool](repeating: false, count: lengths.count)
        for row in oldHashes.indices.reversed() {
            for column in newHashes.indices.reversed() {
                let cell = row * columns + column
                if oldHashes[row] == newHashes[column], old[old.startIndex + row] == new[new.startIndex + column] {
                    matches[cell] = true
                    lengths[cell] = lengths[cell + columns + 1] + 1
                } else {
                    lengths[cell] = max(lengths[cell + columns], lengths[cell + 1])
                }
            }
        }
        var pairs: [(Int, Int)] = []
        var (row, column) = (0, 0)
        while row < old.count, column < new.count {
            let cell = row * columns + column
            if matches[cell] {
                pairs.append((old.startIndex + row, new.startIndex + column))
                (row, column) = (row + 1, column + 1)
            } else if lengths[cell + columns] >= lengths[cell + 1] {
                row += 1
            } else {
                column += 1
            }
        }
        return pairs
    }
}
