/// JSON Merge Patch (RFC 7386): an object whose members replace those of another, and whose `null`s remove them.
public enum JSONMergePatch {
    /// The target with the patch merged in. A patch that is not an object becomes the result.
    public static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var pending = [Merge(changes, into: target)]  // a list and not a recursion: a deep patch takes no stack
        while true {
            let top = pending.count - 1
            if let (changes, target) = pending[top].advance() {
                pending.append(Merge(changes, into: target))
                continue
            }
            var merged = pending.removeLast()
            let result = merged.finish()
            guard !pending.isEmpty else { return result }
            pending[top - 1].put(result)
        }
    }

    /// An object under change.
    private struct Merge {
        private let changes: JSONObject
        private var next = 0
        private var object = JSONObject()
        private var removed: [Int] = []

        init(_ changes: JSONObject, into target: JSONValue) {
            self.changes = changes
            if case .object(let members) = target { object = members }
        }

        /// Makes the changes up to the next one that is an object itself, which comes back with what it is to be
        /// merged into; `nil` when all are made.
        mutating func advance() -> (JSONObject, JSONValue)? {
            while next < changes.count {
                let (key, change) = changes[next]
                next += 1
                let position = object.position(of: key)
                switch change {
                case .null:
                    if let position { removed.append(position) }
                case .object(let inner):
                    guard let position else { return (inner, .null) }
                    let target = object[position].value
                    object.setValue(.null, at: position)  // so that `target` has one owner and is changed in place
                    return (inner, target)
                default:
                    object[key] = change
                }
            }
            return nil
        }

        /// Takes the result of the change that ``advance()`` returned last.
        mutating func put(_ value: JSONValue) {
            object[changes[next - 1].key] = value
        }

        /// The object with all changes made; removals come last, in one pass.
        mutating func finish() -> JSONValue {
            object.remove(at: removed)
            return .object(object)
        }
    }
}
