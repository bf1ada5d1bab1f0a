import JSON
import Kubernetes
import Synchronization

/// One call to an API server, as RBAC sees it.
struct APICall: Hashable, Sendable, CustomStringConvertible {
    var verb: String
    var type: ResourceType
    var namespace: String
    /// Empty for `create`, which RBAC cannot limit to a name.
    var name: String

    var description: String { "\(verb) \(type.qualifiedPlural) \(namespace)/\(name)" }
}

/// Passes calls on, and does what a test wants before and after each of them.
struct InterceptedAPI: KubernetesAPI {
    let base: any KubernetesAPI
    var before: @Sendable (APICall) async throws(APIError) -> Void = { _ in }
    var after: @Sendable (APICall) async throws(APIError) -> Void = { _ in }

    private func pass<Result>(
        _ call: APICall,
        _ body: () async throws(APIError) -> Result
    ) async throws(APIError) -> Result {
        try await before(call)
        let result = try await body()
        try await after(call)
        return result
    }

    func get(_ type: ResourceType, _ name: NamespacedName) async throws(APIError) -> JSONValue {
        try await pass(APICall(verb: "get", type: type, namespace: name.namespace, name: name.name)) {
            () async throws(APIError) in try await base.get(type, name)
        }
    }

    func list(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?
    ) async throws(APIError) -> ObjectList {
        let call = APICall(verb: "list", type: type, namespace: namespace ?? "", name: name(in: fieldSelector))
        return try await pass(call) { () async throws(APIError) in
            try await base.list(
                type,
                namespace: namespace,
                labelSelector: labelSelector,
                fieldSelector: fieldSelector
            )
        }
    }

    func create(_ type: ResourceType, namespace: String, _ object: JSONValue) async throws(APIError) -> JSONValue {
        try await pass(APICall(verb: "create", type: type, namespace: namespace, name: "")) {
            () async throws(APIError) in try await base.create(type, namespace: namespace, object)
        }
    }

    func update(_ type: ResourceType, _ object: JSONValue, subresource: String?) async throws(APIError) -> JSONValue {
        let name = ObjectMeta(object).namespacedName
        return try await pass(APICall(verb: "update", type: type, namespace: name.namespace, name: name.name)) {
            () async throws(APIError) in try await base.update(type, object, subresource: subresource)
        }
    }

    func patch(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ patch: Patch,
        subresource: String?
    ) async throws(APIError) -> JSONValue {
        try await pass(APICall(verb: "patch", type: type, namespace: name.namespace, name: name.name)) {
            () async throws(APIError) in try await base.patch(type, name, patch, subresource: subresource)
        }
    }

    func delete(_ type: ResourceType, _ name: NamespacedName, _ options: DeleteOptions) async throws(APIError) {
        try await pass(APICall(verb: "delete", type: type, namespace: name.namespace, name: name.name)) {
            () async throws(APIError) in try await base.delete(type, name, options)
        }
    }

    func watch(
        _ type: ResourceType,
        namespace: String?,
        options: WatchOptions
    ) async throws(APIError) -> WatchStream {
        let name = name(in: options.fieldSelector)
        return try await pass(APICall(verb: "watch", type: type, namespace: namespace ?? "", name: name)) {
            () async throws(APIError) in try await base.watch(type, namespace: namespace, options: options)
        }
    }

    /// The one name that a field selector asks for, which is what RBAC compares with `resourceNames`.
    private func name(in fieldSelector: String?) -> String {
        let prefix = "metadata.name="
        guard let fieldSelector, fieldSelector.hasPrefix(prefix) else { return "" }
        return String(fieldSelector.dropFirst(prefix.count))
    }
}

/// Remembers calls.
final class CallLog: Sendable {
    private let recorded = Mutex<[APICall]>([])
    private let additions: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init() {
        (additions, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var calls: [APICall] { recorded.withLock { $0 } }

    func add(_ call: APICall) {
        recorded.withLock { $0.append(call) }
        signal.yield()
    }

    /// Waits until the calls so far are as wanted.
    func until(_ isWanted: ([APICall]) throws -> Bool) async rethrows {
        if try isWanted(calls) { return }
        for await _ in additions where try isWanted(calls) { return }
    }

    /// An API whose calls are remembered.
    func recording(_ api: any KubernetesAPI) -> InterceptedAPI {
        InterceptedAPI(base: api, before: { call in self.add(call) })
    }
}
