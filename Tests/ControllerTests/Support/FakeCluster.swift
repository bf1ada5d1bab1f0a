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
        /// Jobs as decoded once, by resource version: decoding checks a whole spec.
        var decoded: [String: JobSnapshot] = [:]
        var decodedTrainJobs: [String: TrainJob] = [:]
        /// Somebody cleared a job's status, or replaced it by an older one: what was promised of records before is void.
        var hasLostStatus = false
        /// Calls served so far, of all kinds.
        var callCount = 0

        mutating func snapshot(of object: JSONValue) -> JobSnapshot {
            let version = ObjectMeta.version(of: object)
            if let known = decoded[version] { return known }
            let snapshot = JobSnapshot(object)
            decoded[version] = snapshot
            return snapshot
        }

        mutating func trainJob(_ object: JSONValue) -> TrainJob {
            let version = ObjectMeta.version(of: object)
            if let known = decodedTrainJobs[version] { return known }
            let trainJob = TrainJob(decoding: object)
            decodedTrainJobs[version] = trainJob
            return trainJob
        }

        mutating func job(_ object: JSONValue) -> OptimizationJob? {
            guard case .readable(let job) = snapshot(of: object).content else { return nil }
            return job
        }
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

    /// A job as it is now.
    func job(_ name: NamespacedName) -> OptimizationJob? {
        store.withLock { store in
            store.objects[ResourceType.optimizationJobs.plural]?[name].flatMap { store.job($0) }
        }
    }

    /// TrainJobs as they are now, by name.
    var trainJobs: [TrainJob] {
        store.withLock { store in
            let objects = store.objects[ResourceType.trainJobs.plural] ?? [:]
            return objects.sorted { $0.key.name < $1.key.name }.map { store.trainJob($0.value) }
        }
    }

    func trainJob(_ object: JSONValue) -> TrainJob { store.withLock { $0.trainJob(object) } }

    func snapshot(of object: JSONValue) -> JobSnapshot { store.withLock { $0.snapshot(of: object) } }

    /// Changes a job's spec as its user would.
    func setSpec(_ name: NamespacedName, _ change: (inout JSONValue) -> Void) {
        store.withLock { store in
            let type = ResourceType.optimizationJobs
            guard var object = store.objects[type.plural]?[name] else { return }
            var spec = object["spec"] ?? [:]
            change(&spec)
            guard spec != object["spec"] else { return }
            object["spec"] = spec
            let generation = ObjectMeta(object).generation + 1
            object["metadata"]?["generation"] = .number(JSONNumber(generation))
            Self.put(type, object, in: &store)
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
            store.callCount += 1
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
            guard case .merge(let change) = patch, subresource == "status" || type == .trainJobs else {
                return .failure(.answer(415, "UnsupportedMediaType", "only merge patches of the status"))
            }
            if type == .trainJobs { return Self.patchTrainJob(name, old, change, in: &store) }
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

    private static func patchTrainJob(
        _ name: NamespacedName,
        _ old: JSONValue,
        _ change: JSONValue,
        in store: inout Store
    ) -> Result<JSONValue, APIError> {
        var new = JSONMergePatch.apply(change, to: old)
        guard ObjectMeta(new).uid == ObjectMeta(old).uid else {
            return .failure(.answer(422, "Invalid", "metadata.uid: Invalid value: field is immutable"))
        }
        new["status"] = old["status"]
        guard new != old else { return .success(old) }
        put(.trainJobs, new, in: &store)
        return .success(store.objects[ResourceType.trainJobs.plural]?[name] ?? .null)
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
            if let version = options.resourceVersion, version != ObjectMeta(object).resourceVersion {
                return .failure(.answer(409, "Conflict", "the resource version in the precondition does not match"))
            }
            Self.checkDeletion(type, object, in: &store)
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

extension ObjectMeta {
    static func version(of object: JSONValue) -> String {
        object["metadata"]?["resourceVersion"]?.stringValue ?? ""
    }
}
