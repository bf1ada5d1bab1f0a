/// JSON Merge Patch (RFC 7386): an object whose members replace those of another, and whose `null`s remove them.
public enum JSONMergePatch {
    /// The target with the patch merged in. A patch that is not an object becomes the result.
    ///
    /// Takes stack in proportion to how deep the patch nests, which the parser bounds.
    public static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
        var result = target
        merge(patch, into: &result)
        return result
    }

    private static func merge(_ patch: JSONValue, into target: inout JSONValue) {
        guard case .object(let changes) = patch else {
            target = patch
            return
        }
        var object = JSONObject()
        if case .object(let members) = target { object = members }
        target = .null  // so that `object` is the only owner and is changed in place
        var removed: [Int] = []
        for (key, change) in changes {
            let position = object.position(of: key)
            if case .null = change {
                if let position { removed.append(position) }
                continue
            }
            guard let position else {
                var value = JSONValue.null
                merge(change, into: &value)
                object[key] = value
                continue
            }
            var value = object[position].value
            object.setValue(.null, at: position)
            merge(change, into: &value)
            object.setValue(value, at: position)
        }
        object.remove(at: removed)
        target = .object(object)
    }

    /// A patch that turns one value into another; `{}` for equal objects.
    ///
    /// A merge patch cannot express everything: arrays are replaced as a whole, and an object member of `to` that is
    /// `null` is left out, because `null` in a patch means to remove.
    public static func difference(from: JSONValue, to: JSONValue) -> JSONValue {
        guard case .object(let old) = from, case .object(let new) = to else { return to }
        var patch = JSONObject()
        for member in old.members where !new.contains(key: member.key) { patch[member.key] = .null }
        for (key, value) in new {
            guard let earlier = old[key] else {
                patch[key] = value
                continue
            }
            if case .object = earlier, case .object = value {
                let change = difference(from: earlier, to: value)
                if change != .object([:]) { patch[key] = change }
            } else if earlier != value {
                patch[key] = value
            }
        }
        return .object(patch)
    }
}
