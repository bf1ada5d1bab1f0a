extension JSONMergePatch {
    /// A patch that turns one value into another; `{}` for equal objects.
    ///
    /// A merge patch cannot express everything: arrays are replaced as a whole, and an object member of `to` that is
    /// `null` is left out, because `null` in a patch means to remove.
    public static func difference(from: JSONValue, to: JSONValue) -> JSONValue {
        guard case .object(let old) = from, case .object(let new) = to else { return to }
        var pending = [Comparison(old, new)]  // a list and not a recursion: deep values take no stack
        while true {
            let top = pending.count - 1
            if let (old, new) = pending[top].advance() {
                pending.append(Comparison(old, new))
                continue
            }
            let patch = pending.removeLast().patch
            guard !pending.isEmpty else { return .object(patch) }
            if !patch.isEmpty { pending[top - 1].put(.object(patch)) }
        }
    }

    /// Two objects under comparison.
    private struct Comparison {
        private let old: JSONObject
        private let new: JSONObject
        private var next = 0
        private(set) var patch = JSONObject()

        init(_ old: JSONObject, _ new: JSONObject) {
            self.old = old
            self.new = new
            for member in old.members where !new.contains(key: member.key) { patch[member.key] = .null }
        }

        /// Compares the members up to the next one that is an object on both sides, which comes back for a
        /// comparison of its own; `nil` when all are compared.
        mutating func advance() -> (JSONObject, JSONObject)? {
            while next < new.count {
                let (key, value) = new[next]
                next += 1
                let earlier = old[key]
                if case .object(let left) = earlier, case .object(let right) = value { return (left, right) }
                if earlier != value { patch[key] = value }
            }
            return nil
        }

        /// Takes the difference of the members that ``advance()`` returned last.
        mutating func put(_ difference: JSONValue) {
            patch[new[next - 1].key] = difference
        }
    }
}
