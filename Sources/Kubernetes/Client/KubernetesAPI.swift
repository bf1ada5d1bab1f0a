import JSON

/// What a Kubernetes API server does for its clients.
///
/// `APIClient` does it over HTTP. Objects are plain JSON, so that nothing a caller does not know gets lost.
public protocol KubernetesAPI: Sendable {
    /// Reads one object.
    func get(_ type: ResourceType, _ name: NamespacedName) async throws(APIError) -> JSONValue

    /// Reads all objects that match, however many requests that takes.
    ///
    /// - Parameters:
    ///   - type: Which kind.
    ///   - namespace: Where; `nil` for all namespaces.
    ///   - labelSelector: Such as `a=b,c in (d,e)`; `nil` for all.
    ///   - fieldSelector: Such as `metadata.name=x`; `nil` for all.
    func list(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?
    ) async throws(APIError) -> ObjectList

    /// Reads all objects that match, and keeps of each only what `keep` makes of it.
    ///
    /// The objects need not all be in memory at once: a page of them is let go before the next is read.
    ///
    /// - Parameter keep: May be called again for the same object when the server cannot continue and all is read anew.
    func list<Kept: Sendable>(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?,
        keeping keep: @Sendable (JSONValue) -> Kept
    ) async throws(APIError) -> KeptList<Kept>

    /// Creates an object.
    ///
    /// When the answer gets lost (`APIError.transport`), the object may exist or not. Creating it again tells: an "already
    /// exists" then means that it is either the first attempt's or somebody else's, which only a look at it can tell apart.
    /// So give it a name that does not change from attempt to attempt (no `generateName`), and compare what only its
    /// creator can know, such as the owner's UID.
    ///
    /// - Returns: The object as it was stored: defaulted, and with a UID.
    func create(_ type: ResourceType, namespace: String, _ object: JSONValue) async throws(APIError) -> JSONValue

    /// Replaces an object, which carries the name, namespace and resource version it was read with.
    ///
    /// - Parameters:
    ///   - type: Which kind.
    ///   - object: What it shall be.
    ///   - subresource: Such as `status`, to replace only that; `nil` for the object itself.
    func update(_ type: ResourceType, _ object: JSONValue, subresource: String?) async throws(APIError) -> JSONValue

    /// Changes an object.
    func patch(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ patch: Patch,
        subresource: String?
    ) async throws(APIError) -> JSONValue

    /// Deletes an object, or asks for its deletion if finalizers hold it.
    func delete(_ type: ResourceType, _ name: NamespacedName, _ options: DeleteOptions) async throws(APIError)

    /// Follows the changes of all objects that match.
    ///
    /// - Parameters:
    ///   - type: Which kind.
    ///   - namespace: Where; `nil` for all namespaces.
    ///   - options: Which objects, from when, for how long.
    func watch(
        _ type: ResourceType,
        namespace: String?,
        options: WatchOptions
    ) async throws(APIError) -> WatchStream
}

extension KubernetesAPI {
    /// Reads all objects of a namespace, or of all with `nil`.
    public func list(_ type: ResourceType, namespace: String?) async throws(APIError) -> ObjectList {
        try await list(type, namespace: namespace, labelSelector: nil, fieldSelector: nil)
    }

    /// Reads all objects at once, then keeps what is wanted of them.
    public func list<Kept: Sendable>(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?,
        keeping keep: @Sendable (JSONValue) -> Kept
    ) async throws(APIError) -> KeptList<Kept> {
        let list = try await list(
            type,
            namespace: namespace,
            labelSelector: labelSelector,
            fieldSelector: fieldSelector
        )
        return KeptList(items: list.items.map(keep), resourceVersion: list.resourceVersion)
    }

    /// Replaces an object's main part.
    public func update(_ type: ResourceType, _ object: JSONValue) async throws(APIError) -> JSONValue {
        try await update(type, object, subresource: nil)
    }

    /// Replaces an object's status.
    public func updateStatus(_ type: ResourceType, _ object: JSONValue) async throws(APIError) -> JSONValue {
        try await update(type, object, subresource: "status")
    }

    /// Changes an object's main part.
    public func patch(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ patch: Patch
    ) async throws(APIError) -> JSONValue {
        try await self.patch(type, name, patch, subresource: nil)
    }

    /// Applies an object, or a subresource such as `status` of it: see `Patch.apply`.
    ///
    /// - Parameters:
    ///   - type: Which kind.
    ///   - object: What `fieldManager` has to say, with the object's name and namespace.
    ///   - fieldManager: Who says it.
    ///   - force: Whether to take fields over from others.
    ///   - subresource: Such as `status`; `nil` for the object itself.
    public func apply(
        _ type: ResourceType,
        _ object: JSONValue,
        fieldManager: String,
        force: Bool = false,
        subresource: String? = nil
    ) async throws(APIError) -> JSONValue {
        try await patch(
            type,
            ObjectMeta(object).namespacedName,
            .apply(object, fieldManager: fieldManager, force: force),
            subresource: subresource
        )
    }

    /// Deletes an object, whatever it is by now.
    public func delete(_ type: ResourceType, _ name: NamespacedName) async throws(APIError) {
        try await delete(type, name, DeleteOptions())
    }
}

/// The objects of a list, all of them.
public struct ObjectList: Sendable, Equatable {
    /// The objects.
    public var items: [JSONValue]
    /// The moment the list shows; a watch that starts here misses nothing.
    public var resourceVersion: String

    /// Makes a list.
    public init(items: [JSONValue], resourceVersion: String) {
        self.items = items
        self.resourceVersion = resourceVersion
    }
}

/// What was kept of the objects of a list.
public struct KeptList<Kept: Sendable>: Sendable {
    /// What was kept, object by object.
    public var items: [Kept]
    /// The moment the list shows; a watch that starts here misses nothing.
    public var resourceVersion: String

    /// Makes a list.
    public init(items: [Kept], resourceVersion: String) {
        self.items = items
        self.resourceVersion = resourceVersion
    }
}

/// A change of an object, to be made by the API server.
public enum Patch: Sendable, Equatable {
    /// RFC 6902: operations, done in order or not at all.
    case json(JSONPatch)
    /// RFC 7386: members replace members, `null` removes them.
    case merge(JSONValue)
    /// Server-side apply: the object as far as `fieldManager` wants to have a say in it, created if it does not exist.
    ///
    /// What it said before and leaves out now is removed. Fields that somebody else has a say in, with another value, are a
    /// conflict (`APIError.fieldConflicts`), unless `force` takes them over.
    case apply(JSONValue, fieldManager: String, force: Bool)
}

/// How to delete.
public struct DeleteOptions: Sendable, Hashable {
    /// Delete only the object of this UID.
    public var uid: String?
    /// Delete only this version of the object.
    public var resourceVersion: String?
    /// What happens to what it owns: `Background`, `Foreground` or `Orphan`; `nil` for the kind's default.
    public var propagationPolicy: String?

    /// Makes options; what is not given does not matter.
    public init(uid: String? = nil, resourceVersion: String? = nil, propagationPolicy: String? = nil) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.propagationPolicy = propagationPolicy
    }

    /// Reads the body of a deletion leniently: what is missing does not matter.
    public init(decoding value: JSONValue) {
        uid = value["preconditions"]?["uid"]?.stringValue
        resourceVersion = value["preconditions"]?["resourceVersion"]?.stringValue
        propagationPolicy = value["propagationPolicy"]?.stringValue
    }

    /// The options as the body of a deletion.
    public var json: JSONValue {
        var object: JSONObject = ["apiVersion": "v1", "kind": "DeleteOptions"]
        var preconditions = JSONObject()
        if let uid { preconditions["uid"] = .string(uid) }
        if let resourceVersion { preconditions["resourceVersion"] = .string(resourceVersion) }
        if !preconditions.isEmpty { object["preconditions"] = .object(preconditions) }
        if let propagationPolicy { object["propagationPolicy"] = .string(propagationPolicy) }
        return .object(object)
    }
}

/// What to watch.
public struct WatchOptions: Sendable, Hashable {
    /// Changes after this; empty for the current objects first, as additions, in no particular order.
    public var resourceVersion: String
    /// Only objects with these labels.
    public var labelSelector: String?
    /// Only objects with these fields.
    public var fieldSelector: String?
    /// When the server shall end the stream; `nil` for when it likes, 30 to 60 minutes.
    public var timeoutSeconds: Int?
    /// Whether bookmarks may come: they keep the resource version current when nothing else happens.
    public var allowBookmarks: Bool

    /// Makes options.
    public init(
        resourceVersion: String = "",
        labelSelector: String? = nil,
        fieldSelector: String? = nil,
        timeoutSeconds: Int? = nil,
        allowBookmarks: Bool = true
    ) {
        self.resourceVersion = resourceVersion
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.timeoutSeconds = timeoutSeconds
        self.allowBookmarks = allowBookmarks
    }
}
