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
        var version = 0
        var isNew = false

        var asWatched: WatchEvent { isDeleted ? .deleted(object) : isNew ? .added(object) : .modified(object) }
    }

    struct Watcher: Sendable {
        var type: ResourceType
        var continuation: AsyncStream<WatchEvent>.Continuation
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
        var watchers: [Watcher] = []
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
            Self.take(type, name, from: &store)
        }
    }

    func calls(_ call: String) -> Int { store.withLock { $0.calls[call] ?? 0 } }

    private static func put(_ type: ResourceType, _ object: JSONValue, in store: inout Store) {
        var object = object
        store.version += 1
        object["metadata"]?["resourceVersion"] = .string("\(store.version)")
        let old = store.objects[type.plural, default: [:]].updateValue(
            object,
            forKey: ObjectMeta(object).namespacedName
        )
        tell(Event(object: object, isDeleted: false, version: store.version, isNew: old == nil), type, in: &store)
    }

    private static func take(_ type: ResourceType, _ name: NamespacedName, from store: inout Store) {
        guard var object = store.objects[type.plural]?.removeValue(forKey: name) else { return }
        store.version += 1
        object["metadata"]?["resourceVersion"] = .string("\(store.version)")
        tell(Event(object: object, isDeleted: true, version: store.version), type, in: &store)
    }

    private static func tell(_ event: Event, _ type: ResourceType, in store: inout Store) {
        store.log[type.plural, default: []].append(event)
        for watcher in store.watchers where watcher.type == type { watcher.continuation.yield(event.asWatched) }
    }

    // MARK: KubernetesAPI

    private func serve<T: Sendable>(
        _ call: String,
        _ body: (inout Store) -> Result<T, APIError>
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
        _ type: ResourceType,
        namespace: String,
        _ object: JSONValue
    ) async throws(APIError) -> JSONValue {
        try serve("create \(type.plural)") { store in
            let name = ObjectMeta(object).namespacedName
            if store.denied.contains(name.name) {
                return .failure(
                    .answer(403, "Forbidden", "admission webhook \"v\" denied the request: no such runtime")
                )
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
        _ type: ResourceType,
        _ name: NamespacedName,
        _ patch: Patch,
        subresource: String?
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
        _ type: ResourceType,
        _ name: NamespacedName,
        _ options: DeleteOptions
    ) async throws(APIError) {
        try serve("delete \(type.plural)") { store -> Result<Void, APIError> in
            guard let object = store.objects[type.plural]?[name] else { return .failure(.notFound(type, name)) }
            if let uid = options.uid, uid != ObjectMeta(object).uid {
                return .failure(.answer(409, "Conflict", "the UID in the precondition does not match"))
            }
            Self.take(type, name, from: &store)
            return .success(())
        }
    }

    func list(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?
    ) async throws(APIError) -> ObjectList {
        try serve("list \(type.plural)") { store in
            let items = Array((store.objects[type.plural] ?? [:]).values)
            return .success(ObjectList(items: items, resourceVersion: "\(store.version)"))
        }
    }

    func update(_ type: ResourceType, _ object: JSONValue, subresource: String?) async throws(APIError) -> JSONValue {
        throw .answer(405, "MethodNotAllowed", "not part of this test")
    }

    func watch(
        _ type: ResourceType,
        namespace: String?,
        options: WatchOptions
    ) async throws(APIError) -> WatchStream {
        let (stream, continuation) = AsyncStream<WatchEvent>.makeStream()
        try serve("watch \(type.plural)") { store -> Result<Void, APIError> in
            let from = Int(options.resourceVersion) ?? 0
            for event in store.log[type.plural] ?? [] where event.version > from { continuation.yield(event.asWatched) }
            store.watchers.append(Watcher(type: type, continuation: continuation))
            return .success(())
        }
        return WatchStream {
            let reader = StreamReader(stream)
            return { () async throws(APIError) in await reader.next() }
        }
    }
}

/// Lets one reader pull from a stream through a Sendable function.
private actor StreamReader {
    private var iterator: AsyncStream<WatchEvent>.Iterator

    init(_ stream: AsyncStream<WatchEvent>) { iterator = stream.makeAsyncIterator() }

    func next() async -> WatchEvent? {
        var current = iterator
        let event = await current.next(isolation: self)
        iterator = current
        return event
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
