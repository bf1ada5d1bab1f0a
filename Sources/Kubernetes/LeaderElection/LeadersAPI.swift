import JSON

/// An API that only a leader can change anything through.
///
/// The last safeguard against two leaders: a process that was stopped for longer than its lease, and does not know it yet,
/// asks `isLeading` before every single change. Reading is open to everybody.
public struct LeadersAPI: KubernetesAPI {
    private let api: any KubernetesAPI
    private let isLeading: @Sendable () -> Bool

    /// Makes an API on top of another.
    ///
    /// - Parameter isLeading: Such as `LeaderElector.isLeading`.
    public init(_ api: any KubernetesAPI, isLeading: @escaping @Sendable () -> Bool) {
        self.api = api
        self.isLeading = isLeading
    }

    private func checkLeadership() throws(APIError) {
        guard isLeading() else { throw .cancelled }
    }

    /// Reads one object.
    public func get(_ type: ResourceType, _ name: NamespacedName) async throws(APIError) -> JSONValue {
        try await api.get(type, name)
    }

    /// Reads all objects that match.
    public func list(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?
    ) async throws(APIError) -> ObjectList {
        try await api.list(type, namespace: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector)
    }

    /// Reads all objects that match, and keeps what is wanted of them.
    public func list<Kept: Sendable>(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?,
        keeping keep: @Sendable (JSONValue) -> Kept
    ) async throws(APIError) -> KeptList<Kept> {
        try await api.list(
            type,
            namespace: namespace,
            labelSelector: labelSelector,
            fieldSelector: fieldSelector,
            keeping: keep
        )
    }

    /// Follows the changes of all objects that match.
    public func watch(
        _ type: ResourceType,
        namespace: String?,
        options: WatchOptions
    ) async throws(APIError) -> WatchStream {
        try await api.watch(type, namespace: namespace, options: options)
    }

    /// Creates an object, while leading.
    public func create(
        _ type: ResourceType,
        namespace: String,
        _ object: JSONValue
    ) async throws(APIError) -> JSONValue {
        try checkLeadership()
        return try await api.create(type, namespace: namespace, object)
    }

    /// Replaces an object, while leading.
    public func update(
        _ type: ResourceType,
        _ object: JSONValue,
        subresource: String?
    ) async throws(APIError) -> JSONValue {
        try checkLeadership()
        return try await api.update(type, object, subresource: subresource)
    }

    /// Changes an object, while leading.
    public func patch(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ patch: Patch,
        subresource: String?
    ) async throws(APIError) -> JSONValue {
        try checkLeadership()
        return try await api.patch(type, name, patch, subresource: subresource)
    }

    /// Deletes an object, while leading.
    public func delete(_ type: ResourceType, _ name: NamespacedName, _ options: DeleteOptions) async throws(APIError) {
        try checkLeadership()
        try await api.delete(type, name, options)
    }
}
