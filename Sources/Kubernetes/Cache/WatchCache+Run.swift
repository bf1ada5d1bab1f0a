import JSON
import Logging
import Synchronization

extension WatchCache {
    /// Keeps the cache current until the task is cancelled. Whatever fails is tried again for ever.
    ///
    /// To be called once at a time; a second call while one is under way returns at once.
    public func run() async {
        let isFirst = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFirst else {
            logger.error("the cache is running already")
            return
        }
        defer { state.withLock { $0.isRunning = false } }

        var needsList = true
        var failures = 0
        while !Task.isCancelled {
            if failures > 0 {
                let wait = configuration.backoff.delay(after: failures - 1, jitter: jitter())
                do { try await time.sleep(for: wait) } catch { return }
            }
            if needsList {
                do throws(APIError) {
                    try await list()
                    needsList = false
                } catch {
                    failures += 1
                    note(error, "cannot list", failures)
                    continue
                }
            }

            let (end, activity) = await watch()
            let events = activity.count
            // A refused watch must not turn into a quick succession of lists, so only a useful watch clears the count.
            // One begins with the server's answer: a server that lets us wait before it fails has brought nothing.
            let wasUseful =
                events > 0 || activity.began.map { time.now - $0 >= configuration.shortestWatch } ?? false
            if wasUseful { failures = 0 }
            switch end {
            case .ended:
                if !wasUseful { failures += 1 }
            case .stalled:
                state.withLock { $0.counts.stalls += 1 }
                logger.warning("nothing came on the watch; beginning another", metadata: ["events": "\(events)"])
                // A server restored from a backup waits in silence for a resource version from its own future.
                if events == 0 { needsList = true }
            case .failed(.cancelled):
                return
            case .failed(let error):
                failures += 1
                // What cannot heal by itself may show in a list, with a better explanation.
                if error.isExpired || !error.isTransient { needsList = true }
                note(error, "the watch failed", failures)
            }
        }
    }

    private func note(_ error: APIError, _ what: Logger.Message, _ failures: Int) {
        guard error != .cancelled else { return }
        state.withLock { $0.counts.failures += 1 }
        // A moment too old is everyday; anything else deserves a look, the more so the longer it lasts.
        logger.log(
            level: error.isExpired ? .info : .warning,
            what,
            metadata: ["error": "\(error)", "failures": "\(failures)"]
        )
    }

    private func list() async throws(APIError) {
        let decode = decode
        let list = try await api.list(
            type,
            namespace: namespace,
            labelSelector: labelSelector,
            fieldSelector: fieldSelector,
            keeping: { object in CacheStore<Object>.Identity(object).map { ($0, decode(object)) } }
        )
        let decoded = list.items.compactMap(\.self)
        if decoded.count < list.items.count { logger.warning("an object of a list has no name") }
        let changes = state.withLock { state in
            state.resourceVersion = list.resourceVersion
            state.counts.lists += 1
            return state.store.replace(with: decoded)
        }
        tell(changes)
        markSynced()
    }

    private enum WatchEnd: Sendable {
        case ended, stalled
        case failed(APIError)
    }

    /// Watches once.
    ///
    /// - Returns: How it ended, and what came on it.
    private func watch() async -> (end: WatchEnd, activity: Activity) {
        let activity = Activity(at: time.now)
        let end = await withTaskGroup(of: WatchEnd.self) { group in
            group.addTask { await self.read(activity) }
            group.addTask { await self.waitForStall(activity) }
            let first = await group.next()
            // The reader must be gone before the next watch begins, or two of them would apply events.
            group.cancelAll()
            return first ?? .ended
        }
        return (end, activity)
    }

    private func read(_ activity: Activity) async -> WatchEnd {
        let seconds = Double(configuration.watchTimeout.components.seconds) * (1 + jitter())
        let options = WatchOptions(
            resourceVersion: resourceVersion,
            labelSelector: labelSelector,
            fieldSelector: fieldSelector,
            timeoutSeconds: max(1, Int(min(seconds, 86_400)))
        )
        state.withLock { $0.counts.watches += 1 }
        do throws(APIError) {
            let events = try await api.watch(type, namespace: namespace, options: options)
            activity.noteBeginning(at: time.now)
            for try await event in events {
                if Task.isCancelled { return .failed(.cancelled) }
                if case .error(let status) = event { return .failed(.status(status, retryAfter: nil)) }
                activity.noteEvent(at: time.now)
                apply(event)
            }
            return Task.isCancelled ? .failed(.cancelled) : .ended
        } catch {
            return .failed(error)
        }
    }

    private func waitForStall(_ activity: Activity) async -> WatchEnd {
        while true {
            let idle = time.now - activity.last
            if idle >= configuration.stallTimeout { return .stalled }
            do {
                try await time.sleep(for: configuration.stallTimeout - idle)
            } catch {
                return .failed(.cancelled)
            }
        }
    }

    private func apply(_ event: WatchEvent) {
        let object: JSONValue
        var isDeleted = false
        switch event {
        case .added(let value), .modified(let value): object = value
        case .deleted(let value):
            object = value
            isDeleted = true
        case .bookmark(let value):
            let version = value["metadata"]?["resourceVersion"]?.stringValue ?? ""
            state.withLock { state in
                state.counts.events += 1
                Self.advance(&state.resourceVersion, to: version)
            }
            return
        case .error:
            return
        }
        guard let identity = CacheStore<Object>.Identity(object) else {
            logger.warning("an object of a watch has no name")
            return
        }
        let kept = isDeleted ? nil : decode(object)
        let changes = state.withLock { state in
            state.counts.events += 1
            Self.advance(&state.resourceVersion, to: identity.resourceVersion)
            return isDeleted ? state.store.delete(identity) : state.store.set(identity, kept)
        }
        tell(changes)
    }

    private static func advance(_ current: inout String, to version: String) {
        if !version.isEmpty, current.isEmpty || version.isNewer(than: current) { current = version }
    }
}

/// When something last came on a watch, shared by its reader and its watchman.
private final class Activity: Sendable {
    private let state: Mutex<(last: Duration, began: Duration?, count: Int)>

    init(at now: Duration) {
        state = Mutex((now, nil, 0))
    }

    var last: Duration { state.withLock { $0.last } }
    /// When the server answered; `nil` when it did not.
    var began: Duration? { state.withLock { $0.began } }
    /// How many events came.
    var count: Int { state.withLock { $0.count } }

    func noteBeginning(at now: Duration) {
        state.withLock { state in
            state.last = now
            state.began = now
        }
    }

    func noteEvent(at now: Duration) {
        state.withLock { state in
            state.last = now
            state.count += 1
        }
    }
}
