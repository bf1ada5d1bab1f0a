/// A JSON Patch (RFC 6902): operations that are applied to a document one after another, all or none.
///
/// ```swift
/// let patch = JSONPatch.difference(from: before, to: after)
/// patch.json                           // [{"op":"add","path":"/spec/numTrials","value":1}]
/// try patch.applied(to: before) == after  // true
/// ```
public struct JSONPatch: Sendable, Hashable {
    /// The operations in order.
    public var operations: [Operation]

    /// A patch of these operations.
    public init(_ operations: [Operation] = []) {
        self.operations = operations
    }

    /// Whether there is nothing to do.
    public var isEmpty: Bool { operations.isEmpty }

    /// One step of a patch (RFC 6902 §4).
    public enum Operation: Sendable, Hashable {
        /// Sets an object's member, or inserts into an array before an index (`-`: at the end), or replaces the whole.
        case add(path: JSONPointer, value: JSONValue)
        /// Removes a value that must exist.
        case remove(path: JSONPointer)
        /// Replaces a value that must exist.
        case replace(path: JSONPointer, value: JSONValue)
        /// Removes the value at `from`, which must exist and not contain `path`, and adds it at `path`.
        case move(from: JSONPointer, path: JSONPointer)
        /// Adds the value at `from`, which must exist, at `path` as well.
        case copy(from: JSONPointer, path: JSONPointer)
        /// Fails the whole patch unless the value at `path` equals `value`.
        case test(path: JSONPointer, value: JSONValue)
    }
}

extension JSONPatch.Operation {
    /// The operation's name on the wire.
    public var name: String {
        switch self {
        case .add: "add"
        case .remove: "remove"
        case .replace: "replace"
        case .move: "move"
        case .copy: "copy"
        case .test: "test"
        }
    }

    /// The place it works on.
    public var path: JSONPointer {
        switch self {
        case .add(let path, _), .remove(let path), .replace(let path, _), .move(_, let path), .copy(_, let path),
            .test(let path, _):
            path
        }
    }
}
