import JSON
import Kubernetes
import OptimizationAPI
import Synchronization

/// An API server for one kind in memory: enough of one for the trainer and the progress server.
///
/// It counts resource versions, refuses a patch that names an old one, and tells watchers what happens.
final class FakeTrainJobAPI: KubernetesAPI {
    private struct State {
        var version = 0
        var objects: [NamespacedName: JSONValue] = [:]
        var history: [(version: Int, event: WatchEvent)] = []
        var watchers: [AsyncStream<WatchEvent>.Continuation] = []
        var observers: [AsyncStream<Void>.Continuation] = []
        /// Taken one by one by the calls that patch.
        var failures: [APIError] = []
        var statusPatches: [JSONValue] = []
    }

    private let state = Mutex(State())

    /// The next patches fail with these, one each.
    func failPatches(with errors: [APIError]) { state.withLock { $0.failures = errors } }

    var statusPatches: [JSONValue] { state.withLock { $0.statusPatches } }

    func object(_ name: String) -> JSONValue? {
        state.withLock { $0.objects[NamespacedName(namespace: "default", name: name)] }
    }

    /// Creates a TrainJob.
    func createTrainJob(_ name: String, spec: JSONValue, created: Timestamp = .now()) throws {
        let object: JSONValue = [
            "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "TrainJob",
            "metadata": [
                "name": .string(name), "namespace": "default", "generation": 1,
                "creationTimestamp": .string(created.description),
            ],
            "spec": spec,
        ]
        _ = try store(object, name: NamespacedName(namespace: "default", name: name), isNew: true)
    }

    /// Changes a TrainJob's spec, as a person with kubectl would.
    func edit(_ name: String, _ change: (inout JSONValue) -> Void) throws {
        let key = NamespacedName(namespace: "default", name: name)
        guard var object = state.withLock({ $0.objects[key] }) else { throw Status.notFound(.trainJobs, name) }
        change(&object)
        _ = try store(object, name: key, isNew: false)
    }

    /// Returns when the condition holds for the object, after whatever change that takes.
    func wait(for name: String, until condition: (JSONValue?) -> Bool) async {
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.observers.append(continuation) }
        if condition(object(name)) { return }
        for await _ in changes where condition(object(name)) { return }
    }

    private func store(_ object: JSONValue, name: NamespacedName, isNew: Bool) throws(APIError) -> JSONValue {
        try state.withLock { state throws(APIError) in
            if isNew, state.objects[name] != nil {
                throw .status(.alreadyExists(.trainJobs, name.name), retryAfter: nil)
            }
            state.version += 1
            var object = object
            object["metadata"]?["resourceVersion"] = .string("\(state.version)")
            if isNew { object["metadata"]?["uid"] = .string("uid-\(state.version)") }
            state.objects[name] = object
            Self.tell(isNew ? .added(object) : .modified(object), &state)
            return object
        }
    }

    private static func tell(_ event: WatchEvent, _ state: inout State) {
        state.history.append((state.version, event))
        for watcher in state.watchers { watcher.yield(event) }
        for observer in state.observers { observer.yield() }
    }

    // MARK: KubernetesAPI

    func get(_ type: ResourceType, _ name: NamespacedName) async throws(APIError) -> JSONValue {
        guard let object = state.withLock({ $0.objects[name] }) else {
            throw .status(.notFound(type, name.name), retryAfter: nil)
        }
        return object
    }

    func list(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?
    ) async throws(APIError) -> ObjectList {
        state.withLock { ObjectList(items: Array($0.objects.values), resourceVersion: "\($0.version)") }
    }

    func create(_ type: ResourceType, namespace: String, _ object: JSONValue) async throws(APIError) -> JSONValue {
        try store(object, name: ObjectMeta(object).namespacedName, isNew: true)
    }

    func update(_ type: ResourceType, _ object: JSONValue, subresource: String?) async throws(APIError) -> JSONValue {
        try store(object, name: ObjectMeta(object).namespacedName, isNew: false)
    }

    func patch(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ patch: Patch,
        subresource: String?
    ) async throws(APIError) -> JSONValue {
        guard case .merge(let change) = patch, subresource == "status" else {
            throw .status(.badRequest("the fake knows merge patches of the status only"), retryAfter: nil)
        }
        let object = try state.withLock { state throws(APIError) -> JSONValue in
            if !state.failures.isEmpty { throw state.failures.removeFirst() }
            guard let object = state.objects[name] else { throw .status(.notFound(type, name.name), retryAfter: nil) }
            let expected = change["metadata"]?["resourceVersion"]
            if let expected, expected != object["metadata"]?["resourceVersion"] {
                throw .status(.conflict(type, name.name), retryAfter: nil)
            }
            state.statusPatches.append(change)
            return JSONMergePatch.apply(["status": change["status"] ?? .null], to: object)
        }
        return try store(object, name: name, isNew: false)
    }

    func delete(_ type: ResourceType, _ name: NamespacedName, _ options: DeleteOptions) async throws(APIError) {
        try state.withLock { state throws(APIError) in
            guard let object = state.objects.removeValue(forKey: name) else {
                throw .status(.notFound(type, name.name), retryAfter: nil)
            }
            state.version += 1
            Self.tell(.deleted(object), &state)
        }
    }

    func watch(_ type: ResourceType, namespace: String?, options: WatchOptions) async throws(APIError) -> WatchStream {
        let (events, continuation) = AsyncStream.makeStream(of: WatchEvent.self)
        state.withLock { state in
            let from = Int(options.resourceVersion) ?? 0
            for entry in state.history where entry.version > from { continuation.yield(entry.event) }
            state.watchers.append(continuation)
        }
        return WatchStream {
            let iterator = Pull(events)
            return { () async throws(APIError) -> WatchEvent? in
                guard let event = await iterator.next() else { throw .cancelled }
                return event
            }
        }
    }
}

/// Reads a stream of events one at a time, for one reader.
private final class Pull: Sendable {
    private let events: AsyncStream<WatchEvent>
    init(_ events: AsyncStream<WatchEvent>) { self.events = events }
    func next() async -> WatchEvent? {
        var iterator = events.makeAsyncIterator()
        return await iterator.next()
    }
}
