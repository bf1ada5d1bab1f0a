import JSON
import Kubernetes
import Synchronization

/// An API server for caches: lists come from a script, watches are held by the test.
final class ScriptedAPI: KubernetesAPI {
    /// A watch that a cache has begun.
    final class Watch: Sendable {
        let options: WatchOptions
        let channel = Channel<Result<WatchEvent, APIError>>()

        init(_ options: WatchOptions) { self.options = options }

        func send(_ events: WatchEvent...) {
            for event in events { channel.send(.success(event)) }
        }
        func fail(_ error: APIError) { channel.send(.failure(error)) }
        func end() { channel.close() }
        /// Returns when the reader has gone away.
        func untilAbandoned() async { await channel.untilCancelled() }
    }

    private let lists = Mutex<[Result<ObjectList, APIError>]>([])
    private let refusals = Mutex<[(error: APIError, meanwhile: @Sendable () -> Void)]>([])
    private let listCalls = Mutex(0)
    private let begun = Channel<Watch>()
    private let created = Channel<JSONValue>()
    private let creations = Mutex<[APIError]>([])
    private let patched = Channel<(NamespacedName, Patch)>()
    private let patchRefusals = Mutex<[APIError]>([])

    init(_ lists: Result<ObjectList, APIError>...) {
        self.lists.withLock { $0 = lists }
    }

    var listCount: Int { listCalls.withLock { $0 } }

    /// Adds a list to the script.
    func thenList(_ list: Result<ObjectList, APIError>) {
        lists.withLock { $0.append(list) }
    }

    /// Refuses the next watch; `meanwhile` happens between the request and the answer.
    func refuseWatch(_ error: APIError, meanwhile: @escaping @Sendable () -> Void = {}) {
        refusals.withLock { $0.append((error, meanwhile)) }
    }

    /// Refuses the next creation.
    func refuseCreation(_ error: APIError) {
        creations.withLock { $0.append(error) }
    }

    /// The next watch that was begun, when it is.
    func nextWatch() async -> Watch {
        await begun.next() ?? Watch(WatchOptions())
    }

    /// Refuses the next patch.
    func refusePatch(_ error: APIError) {
        patchRefusals.withLock { $0.append(error) }
    }

    /// The next patch, when it comes.
    func nextPatched() async -> (NamespacedName, Patch) {
        await patched.next() ?? (NamespacedName(namespace: "", name: ""), .merge(.null))
    }

    /// The next object that was created, when it is.
    func nextCreated() async -> JSONValue {
        await created.next() ?? .null
    }

    func list(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?
    ) async throws(APIError) -> ObjectList {
        listCalls.withLock { $0 += 1 }
        let next = lists.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let next else { throw .transport("no list in the script") }
        return try next.get()
    }

    func watch(
        _ type: ResourceType,
        namespace: String?,
        options: WatchOptions
    ) async throws(APIError) -> WatchStream {
        if let refusal = refusals.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            refusal.meanwhile()
            throw refusal.error
        }
        let watch = Watch(options)
        begun.send(watch)
        return WatchStream {
            { () async throws(APIError) in
                guard let result = await watch.channel.next() else {
                    if Task.isCancelled { throw .cancelled }
                    return nil
                }
                return try result.get()
            }
        }
    }

    func create(
        _ type: ResourceType,
        namespace: String,
        _ object: JSONValue
    ) async throws(APIError) -> JSONValue {
        defer { created.send(object) }
        if let error = creations.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw error }
        return object
    }

    func get(_ type: ResourceType, _ name: NamespacedName) async throws(APIError) -> JSONValue { throw unused }
    func update(
        _ type: ResourceType,
        _ object: JSONValue,
        subresource: String?
    ) async throws(APIError) -> JSONValue { throw unused }
    func patch(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ patch: Patch,
        subresource: String?
    ) async throws(APIError) -> JSONValue {
        defer { patched.send((name, patch)) }
        if let error = patchRefusals.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw error }
        return .null
    }

    func delete(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ options: DeleteOptions
    ) async throws(APIError) { throw unused }

    private var unused: APIError { .transport("not in the script") }
}

/// Values from one task to another.
final class Channel<Value: Sendable>: Sendable {
    private struct State {
        var values: [Value] = []
        var reader: CheckedContinuation<Value?, Never>?
        var isClosed = false
        var isCancelled = false
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func send(_ value: Value) {
        let reader = state.withLock { state -> CheckedContinuation<Value?, Never>? in
            guard let reader = state.reader else {
                state.values.append(value)
                return nil
            }
            state.reader = nil
            return reader
        }
        reader?.resume(returning: value)
    }

    func close() {
        let reader = state.withLock { state in
            state.isClosed = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    /// The next value; `nil` when the channel is closed and empty, or the task is cancelled.
    func next() async -> Value? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Value?? in
                    if !state.values.isEmpty { return .some(state.values.removeFirst()) }
                    if state.isClosed || state.isCancelled || Task.isCancelled { return .some(nil) }
                    state.reader = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let (reader, watchers) = state.withLock { state in
                state.isCancelled = true
                defer {
                    state.reader = nil
                    state.watchers = []
                }
                return (state.reader, state.watchers)
            }
            reader?.resume(returning: nil)
            for watcher in watchers { watcher.resume() }
        }
    }

    func untilCancelled() async {
        await withCheckedContinuation { continuation in
            let isCancelled = state.withLock { state in
                if !state.isCancelled { state.watchers.append(continuation) }
                return state.isCancelled
            }
            if isCancelled { continuation.resume() }
        }
    }
}
