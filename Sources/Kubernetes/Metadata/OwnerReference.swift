import JSON

/// A reference from an object to one that owns it, so that it is deleted with its owner.
public struct OwnerReference: Hashable, Sendable {
    /// The owner's group and version.
    public var apiVersion: String
    /// The owner's kind.
    public var kind: String
    /// The owner's name; it lives in the same namespace or outside namespaces.
    public var name: String
    /// The owner's UID: what really identifies it.
    public var uid: String
    /// Whether the owner is the controller of this object; at most one owner is.
    public var controller: Bool
    /// Whether a foreground deletion of the owner waits for this object.
    public var blockOwnerDeletion: Bool

    /// Makes a reference.
    public init(
        apiVersion: String,
        kind: String,
        name: String,
        uid: String,
        controller: Bool = false,
        blockOwnerDeletion: Bool = false
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.controller = controller
        self.blockOwnerDeletion = blockOwnerDeletion
    }

    /// Reads a reference leniently: fields that are missing or of another type count as empty.
    public init(decoding value: JSONValue) {
        apiVersion = value["apiVersion"]?.stringValue ?? ""
        kind = value["kind"]?.stringValue ?? ""
        name = value["name"]?.stringValue ?? ""
        uid = value["uid"]?.stringValue ?? ""
        controller = value["controller"]?.boolValue ?? false
        blockOwnerDeletion = value["blockOwnerDeletion"]?.boolValue ?? false
    }

    /// The reference as an object carries it; flags that are false are left out.
    public var json: JSONValue {
        var object: JSONObject = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
        ]
        if controller { object["controller"] = .bool(true) }
        if blockOwnerDeletion { object["blockOwnerDeletion"] = .bool(true) }
        return .object(object)
    }
}
