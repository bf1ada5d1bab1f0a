import JSON
import Logging
import Synchronization

/// The objects of one kind as the API server has them, kept current by a watch.
///
/// Reads never wait: they see the state after the last event that came, which may be a moment behind the server. An object
/// just written may therefore be missing; a writer remembers what it wrote.
///
/// It lists once, then watches from there. A watch that drops is resumed where it was, so nothing is missed and nothing is
/// listed again; only when the server no longer remembers that moment, everything is listed anew and the differences are
/// told. While the server is away, the last known state stays.
public final class WatchCache<Object: Sendable>: Sendable {
    struct State: Sendable {
        var store = CacheStore<Object>()
        var resourceVersion = ""
        var counts = WatchCacheCounts()
        var handlers: [@Sendable (CacheChange<Object>) -> Void] = []
        var isRunning = false
        var isSynced = false
        var waiters: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var lastTicket: UInt64 = 0
    }

    let api: any KubernetesAPI
    let type: ResourceType
    let namespace: String?
    let labelSelector: String?
    let fieldSelector: String?
    let configuration: WatchCacheConfiguration
    let logger: Logger
    let time: any MonotonicTime
    let jitter: @Sendable () -> Double
    let decode: @Sendable (JSONValue) -> Object?
    let state: Mutex<State>

    /// Makes an empty cache. It fills when it is `run`.
    ///
    /// - Parameters:
    ///   - api: Where the objects are.
    ///   - type: Which kind.
    ///   - namespace: Where; `nil` for all namespaces.
    ///   - labelSelector: Which of them; `nil` for all.
    ///   - fieldSelector: Which of them; `nil` for all.
    ///   - configuration: Times and waits.
    ///   - logger: Told of failures.
    ///   - time: For waits and stalls.
    ///   - jitter: Gives random numbers from 0 up to 1.
    ///   - decode: What to keep of an object; the less, the less memory. `nil` for those of no interest.
    public init(
        api: any KubernetesAPI,
        type: ResourceType,
        namespace: String? = nil,
        labelSelector: String? = nil,
        fieldSelector: String? = nil,
        configuration: WatchCacheConfiguration = WatchCacheConfiguration(),
        logger: Logger = Logger(label: "kubernetes.cache"),
        time: any MonotonicTime = SystemTime(),
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        decode: @escaping @Sendable (JSONValue) -> Object?
    ) {
        self.api = api
        self.type = type
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.configuration = configuration
        var logger = logger
        logger[metadataKey: "resource"] = "\(type.qualifiedPlural)"
        self.logger = logger
        self.time = time
        self.jitter = jitter
        self.decode = decode
        state = Mutex(State())
    }

    /// The object of a name.
    public func get(_ name: NamespacedName) -> Object? {
        state.withLock { $0.store.object(name) }
    }

    /// All objects, in no particular order.
    public func all() -> [Object] {
        state.withLock { $0.store.objects }
    }

    /// The objects that have the object of this UID among their owners, in the order of their names.
    public func indexed(by uid: String) -> [Object] {
        state.withLock { $0.store.objects(ownedBy: uid) }
    }

    /// How many objects there are.
    public var count: Int { state.withLock { $0.store.count } }

    /// The moment of the server that this shows; empty before the first list.
    public var resourceVersion: String { state.withLock { $0.resourceVersion } }

    /// What was done so far.
    public var counts: WatchCacheCounts { state.withLock { $0.counts } }

    /// Whether the first list is there, and all handlers know of it.
    public var isSynced: Bool { state.withLock { $0.isSynced } }

    /// Calls `handler` for every change, one after another, in the order they happened.
    ///
    /// When it is called, reads show that change, and maybe later ones. It must be quick and not wait. The objects of the
    /// first list come as additions, so add handlers before `run`.
    public func onChange(_ handler: @escaping @Sendable (CacheChange<Object>) -> Void) {
        state.withLock { $0.handlers.append(handler) }
    }

    /// Waits for the first list.
    ///
    /// - Returns: `false` when the task was cancelled before it came.
    @discardableResult
    public func waitUntilSynced() async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket &+= 1
            return state.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if state.isSynced { return true }
                    if Task.isCancelled { return false }
                    state.waiters[ticket] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let continuation = state.withLock { $0.waiters.removeValue(forKey: ticket) }
            continuation?.resume(returning: false)
        }
    }

    func markSynced() {
        let waiters = state.withLock { state in
            state.isSynced = true
            defer { state.waiters = [:] }
            return state.waiters
        }
        for continuation in waiters.values { continuation.resume(returning: true) }
    }

    func tell(_ changes: [CacheChange<Object>]) {
        guard !changes.isEmpty else { return }
        let handlers = state.withLock { $0.handlers }
        for change in changes {
            for handler in handlers { handler(change) }
        }
    }
}
