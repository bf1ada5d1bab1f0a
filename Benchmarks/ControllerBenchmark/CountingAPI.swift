import JSON
import Kubernetes
import Synchronization

/// Counts the calls that pass through it.
final class CountingAPI: KubernetesAPI, Sendable {
    private let api: any KubernetesAPI
    private let calls = Mutex<[String: Int]>([:])

    init(_ api: any KubernetesAPI) { self.api = api }

    /// Calls so far, by verb and kind.
    var counts: [String: Int] { calls.withLock { $0 } }

    private func count(_ verb: String, _ type: ResourceType) {
        calls.withLock { $0["\(verb) \(type.plural)", default: 0] += 1 }
    }

    func get(_ type: ResourceType, _ name: NamespacedName) async throws(APIError) -> JSONValue {
        count("get", type)
        return try await api.get(type, name)
    }

    func list(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?
    ) async throws(APIError) -> ObjectList {
        count("list", type)
        return try await api.list(
            type,
            namespace: namespace,
            labelSelector: labelSelector,
            fieldSelector: fieldSelector
        )
    }

    func create(_ type: ResourceType, namespace: String, _ object: JSONValue) async throws(APIError) -> JSONValue {
        count("create", type)
        return try await api.create(type, namespace: namespace, object)
    }

    func update(_ type: ResourceType, _ object: JSONValue, subresource: String?) async throws(APIError) -> JSONValue {
        count("update", type)
        return try await api.update(type, object, subresource: subresource)
    }

    func patch(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ patch: Patch,
        subresource: String?
    ) async throws(APIError) -> JSONValue {
        count("patch", type)
        return try await api.patch(type, name, patch, subresource: subresource)
    }

    func delete(_ type: ResourceType, _ name: NamespacedName, _ options: DeleteOptions) async throws(APIError) {
        count("delete", type)
        try await api.delete(type, name, options)
    }

    func watch(_ type: ResourceType, namespace: String?, options: WatchOptions) async throws(APIError) -> WatchStream {
        count("watch", type)
        return try await api.watch(type, namespace: namespace, options: options)
    }
}
