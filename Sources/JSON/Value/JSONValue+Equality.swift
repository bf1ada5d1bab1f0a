extension JSONValue: Hashable {
    /// Equality as RFC 6902 §4.6 defines it: numbers by value, strings by bytes, objects regardless of order.
    ///
    /// Takes time in proportion to the values, and constant stack however deep they nest.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        var pending: [(JSONValue, JSONValue)] = []
        guard level(left, right, &pending) else { return false }
        while let (left, right) = pending.popLast() {
            guard level(left, right, &pending) else { return false }
        }
        return true
    }

    /// Compares two values down to their containers' elements; containers within them are left to `pending`.
    private static func level(
        _ left: JSONValue,
        _ right: JSONValue,
        _ pending: inout [(JSONValue, JSONValue)]
    ) -> Bool {
        switch (left, right) {
        case (.array(let left), .array(let right)):
            guard left.count == right.count else { return false }
            for position in left.indices {
                guard element(left[position], right[position], &pending) else { return false }
            }
            return true
        case (.object(let left), .object(let right)):
            guard left.count == right.count else { return false }
            for position in left.members.indices {
                // Members mostly come in the same order, which spares the search.
                let member = left.members[position]
                let place =
                    right.members[position].key.hasSameBytes(as: member.key)
                    ? position : right.position(of: member.key)
                guard let place, element(member.value, right.members[place].value, &pending) else { return false }
            }
            return true
        default:
            return element(left, right, &pending)
        }
    }

    private static func element(
        _ left: JSONValue,
        _ right: JSONValue,
        _ pending: inout [(JSONValue, JSONValue)]
    ) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.number(let left), .number(let right)): return left == right
        case (.string(let left), .string(let right)): return left.hasSameBytes(as: right)
        case (.array(let mine), .array(let theirs)):
            guard mine.count == theirs.count else { return false }
            if !mine.isEmpty { pending.append((left, right)) }
            return true
        case (.object(let mine), .object(let theirs)):
            guard mine.count == theirs.count else { return false }
            if !mine.isEmpty { pending.append((left, right)) }
            return true
        default: return false
        }
    }

    /// Feeds what equality compares. Below eight levels only the size of a container counts, which keeps the stack
    /// small; values that differ only there share a hash.
    public func hash(into hasher: inout Hasher) {
        hash(into: &hasher, levels: 8)
    }

    private func hash(into hasher: inout Hasher, levels: Int) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let flag): hasher.combine(flag ? 1 : 2)
        case .number(let number):
            hasher.combine(3)
            hasher.combine(number)
        case .string(let text):
            hasher.combine(4)
            text.hashBytes(into: &hasher)
        case .array(let elements):
            hasher.combine(5)
            hasher.combine(elements.count)
            guard levels > 0 else { return }
            for element in elements { element.hash(into: &hasher, levels: levels - 1) }
        case .object(let object):
            hasher.combine(6)
            hasher.combine(object.count)
            guard levels > 0 else { return }
            var sum = 0  // a sum does not depend on the order of the members
            for member in object.members {
                var each = Hasher()
                member.key.hashBytes(into: &each)
                member.value.hash(into: &each, levels: levels - 1)
                sum &+= each.finalize()
            }
            hasher.combine(sum)
        }
    }
}

extension JSONObject: Hashable {
    /// Whether both have the same members, in any order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        JSONValue.object(left) == JSONValue.object(right)
    }

    /// Feeds the members, regardless of order.
    public func hash(into hasher: inout Hasher) {
        JSONValue.object(self).hash(into: &hasher)
    }
}
