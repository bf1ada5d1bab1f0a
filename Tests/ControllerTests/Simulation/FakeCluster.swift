import JSON
import Kubernetes
import OptimizationAPI
import Search
import Synchronization

@testable import Controller

/// An API server in memory, as far as a controller can tell: optimistic concurrency, a status subresource, merge patches,
/// `Status` errors, and a log of events per kind. It checks the controller's promises on every call, and it misbehaves
/// when told to.
final class FakeCluster: KubernetesAPI, Sendable {
    /// What a call meets, decided before it is served.
    enum Fault: Sendable {
        case none
        /// Answered with an error, nothing done.
        case refused(APIError)
        /// Done, but the answer is lost.
        case answerLost
        /// The process dies before the call, or after it was done.
        case diesBefore, diesAfter
    }

    struct Event: Sendable {
        var object: JSONValue
        var isDeleted: Bool
    }

    struct Store: Sendable {
        var objects: [String: [NamespacedName: JSONValue]] = [:]
        var log: [String: [Event]] = [:]
        var version = 1000
        var nextUID = 0
        var isDead = false
        var violations: [String] = []
        var calls: [String: Int] = [:]
        /// TrainJob names that a webhook denies for good.
        var denied: Set<String> = []
        var fault: @Sendable (String) -> Fault = { _ in .none }
    }

    let store = Mutex(Store())

    // MARK: Seen from outside

    func object(_ type: ResourceType, _ name: NamespacedName) -> JSONValue? {
        store.withLock { $0.objects[type.plural]?[name] }
    }

    func objects(_ type: ResourceType) -> [JSONValue] {
        store.withLock { store in
            (store.objects[type.plural] ?? [:]).sorted { $0.key.name < $1.key.name }.map(\.value)
        }
    }

    func log(_ type: ResourceType) -> [Event] { store.withLock { $0.log[type.plural] ?? [] } }

    var violations: [String] { store.withLock { $0.violations } }

    /// Puts an object there without faults or checks.
    func seed(_ type: ResourceType, _ object: JSONValue) {
        store.withLock { store in
            var object = object
            if ObjectMeta(object).uid.isEmpty {
                store.nextUID += 1
                object["metadata"]?["uid"] = .string("uid-\(store.nextUID)")
            }
            Self.put(type, object, in: &store)
        }
    }

    /// Changes an object's status as Trainer would.
    func setStatus(_ type: ResourceType, _ name: NamespacedName, _ change: (inout JSONValue) -> Void) {
        store.withLock { store in
            guard var object = store.objects[type.plural]?[name] else { return }
            var status = object["status"] ?? [:]
            change(&status)
            object["status"] = status
            Self.put(type, object, in: &store)
        }
    }

    /// Deletes behind the controller's back.
    func remove(_ type: ResourceType, _ name: NamespacedName) {
        store.withLock { store in
            guard let object = store.objects[type.plural]?.removeValue(forKey: name) else { return }
            store.log[type.plural, default: []].append(Event(object: object, isDeleted: true))
        }
    }

    private static func put(_ type: ResourceType, _ object: JSONValue, in store: inout Store) {
        var object = object
        store.version += 1
        object["metadata"]?["resourceVersion"] = .string("\(store.version)")
        store.objects[type.plural, default: [:]][ObjectMeta(object).namespacedName] = object
        store.log[type.plural, default: []].append(Event(object: object, isDeleted: false))
    }

    // MARK: KubernetesAPI

    private func serve<T: Sendable>(
        _ call: String, _ body: (inout Store) -> Result<T, APIError>
    ) throws(APIError) -> T {
        let result: Result<T, APIError> = store.withLock { store in
            guard !store.isDead else { return .failure(.cancelled) }
            store.calls[call, default: 0] += 1
            switch store.fault(call) {
            case .none: return body(&store)
            case .refused(let error): return .failure(error)
            case .answerLost:
                _ = body(&store)
                return .failure(.transport("connection reset"))
            case .diesBefore:
                store.isDead = true
                return .failure(.cancelled)
            case .diesAfter:
                _ = body(&store)
                store.isDead = true
                return .failure(.cancelled)
            }
        }
        return try result.get()
    }

    func get(_ type: ResourceType, _ name: NamespacedName) async throws(APIError) -> JSONValue {
        try serve("get \(type.plural)") { store in
            guard let object = store.objects[type.plural]?[name] else { return .failure(.notFound(type, name)) }
            return .success(object)
        }
    }

    func create(
        _ type: ResourceType, namespace: String, _ object: JSONValue
    ) async throws(APIError) -> JSONValue {
        try serve("create \(type.plural)") { store in
            let name = ObjectMeta(object).namespacedName
            if store.denied.contains(name.name) {
                return .failure(.answer(403, "Forbidden", "admission webhook \"v\" denied the request: no such runtime"))
            }
            if store.objects[type.plural]?[name] != nil {
                return .failure(.answer(409, "AlreadyExists", "\(type.plural) \"\(name.name)\" already exists"))
            }
            var object = object
            store.nextUID += 1
            object["metadata"]?["uid"] = .string("uid-\(store.nextUID)")
            Self.put(type, object, in: &store)
            Self.checkCreation(object, in: &store)
            return .success(store.objects[type.plural]?[name] ?? .null)
        }
    }

    func patch(
        _ type: ResourceType, _ name: NamespacedName, _ patch: Patch, subresource: String?
    ) async throws(APIError) -> JSONValue {
        try serve("patch \(type.plural)/\(subresource ?? "")") { store in
            guard let old = store.objects[type.plural]?[name] else { return .failure(.notFound(type, name)) }
            guard case .merge(let change) = patch, subresource == "status" else {
                return .failure(.answer(415, "UnsupportedMediaType", "only merge patches of the status"))
            }
            let merged = JSONMergePatch.apply(change, to: old)
            guard ObjectMeta(merged).resourceVersion == ObjectMeta(old).resourceVersion else {
                return .failure(.answer(409, "Conflict", "the object has been modified"))
            }
            var new = old
            new["status"] = merged["status"]
            guard new != old else { return .success(old) }
            Self.put(type, new, in: &store)
            Self.checkStatus(from: old, to: new, in: &store)
            return .success(store.objects[type.plural]?[name] ?? .null)
        }
    }

    func delete(
        _ type: ResourceType, _ name: NamespacedName, _ options: DeleteOptions
    ) async throws(APIError) {
        try serve("delete \(type.plural)") { store -> Result<Void, APIError> in
            guard let object = store.objects[type.plural]?[name] else { return .failure(.notFound(type, name)) }
            if let uid = options.uid, uid != ObjectMeta(object).uid {
                return .failure(.answer(409, "Conflict", "the UID in the precondition does not match"))
            }
            store.objects[type.plural]?[name] = nil
            store.log[type.plural, default: []].append(Event(object: object, isDeleted: true))
            return .success(())
        }
    }

    func list(
        _ type: ResourceType, namespace: String?, labelSelector: String?, fieldSelector: String?
    ) async throws(APIError) -> ObjectList {
        throw .answer(405, "MethodNotAllowed", "not part of this test")
    }

    func update(_ type: ResourceType, _ object: JSONValue, subresource: String?) async throws(APIError) -> JSONValue {
        throw .answer(405, "MethodNotAllowed", "not part of this test")
    }

    func watch(
        _ type: ResourceType, namespace: String?, options: WatchOptions
    ) async throws(APIError) -> WatchStream {
        throw .answer(405, "MethodNotAllowed", "not part of this test")
    }
}

extension APIError {
    /// An error answer of the API server.
    static func answer(_ code: Int, _ reason: String, _ message: String) -> APIError {
        .status(Status(code: code, reason: reason, message: message), retryAfter: nil)
    }

    static func notFound(_ type: ResourceType, _ name: NamespacedName) -> APIError {
        answer(404, "NotFound", "\(type.plural) \"\(name.name)\" not found")
    }
}
