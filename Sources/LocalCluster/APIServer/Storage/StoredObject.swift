import JSON
import Kubernetes

/// One version of one object, as it is kept and sent.
///
/// Versions are kept as the bytes that answers and watch events are made of: a tree takes several times the room,
/// and most versions in the history are never looked into again.
struct StoredObject: Sendable {
    /// The object in its storage form, compact JSON.
    let bytes: [UInt8]
    /// What selectors, the garbage collector and preconditions ask for.
    let metadata: ObjectMeta
    /// The revision that wrote this version; `metadata.resourceVersion` says the same.
    let revision: UInt64

    /// - Parameter value: an object that passed `ObjectSize.check`; its resourceVersion is set here.
    init(_ value: JSONValue, revision: UInt64) {
        var value = value
        var metadata = value["metadata"] ?? .object([:])
        metadata["resourceVersion"] = .string(String(revision))
        value["metadata"] = metadata
        self.bytes = value.serialized()
        self.metadata = ObjectMeta(value)
        self.revision = revision
    }

    /// The object as a tree. What was written here always parses, since its depth and size were checked.
    var value: JSONValue {
        (try? JSONValue(parsing: bytes)) ?? .object([:])
    }
}
