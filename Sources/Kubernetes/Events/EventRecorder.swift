import JSON
import Logging
import Synchronization

extension ResourceType {
    /// Events of `events.k8s.io/v1`.
    public static let events = ResourceType(group: "events.k8s.io", version: "v1", plural: "events", kind: "Event")
}

/// Tells users what happened to their objects, as events next to them.
///
/// Best effort: `record` returns at once and never fails. What happens again and again is one event with a series that counts (see
/// `EventCorrelator`). Events wait in a bounded queue for `run` to send them; when too many wait, the oldest are dropped
/// and counted, as are those that are refused.
public final class EventRecorder: Sendable {
    private let api: any KubernetesAPI
    private let controller: String
    private let instance: String
    private let logger: Logger
    private let now: @Sendable () -> MicroTimestamp
    private let time: any MonotonicTime
    private let signal: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let state: Mutex<(outbox: EventOutbox, number: UInt32)>

    /// Makes a recorder.
    ///
    /// - Parameters:
    ///   - api: Where events go.
    ///   - controller: Who reports, such as `trainer.kubeflow.org/optimizer`.
    ///   - instance: Which one of them, such as the pod's name.
    ///   - capacity: How many events may wait; 1 to 1024.
    ///   - logger: Told of events that get lost.
    ///   - now: The time events happen at.
    ///   - time: For what belongs together.
    public init(
        api: any KubernetesAPI,
        controller: String,
        instance: String,
        capacity: Int = 1000,
        logger: Logger = Logger(label: "kubernetes.events"),
        now: @escaping @Sendable () -> MicroTimestamp = { MicroTimestamp.now() },
        time: any MonotonicTime = SystemTime()
    ) {
        self.api = api
        self.controller = controller
        self.instance = instance
        self.logger = logger
        self.now = now
        self.time = time
        state = Mutex((EventOutbox(capacity: capacity), 0))
        (signal, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How many events were lost.
    public var droppedCount: Int { state.withLock { $0.outbox.dropped } }

    /// Has an event sent.
    public func record(_ event: ObjectEvent) {
        let moment = now()
        let hasMore = state.withLock { state in
            state.number &+= 1
            let number = state.number
            return state.outbox.add(event, at: time.now, moment) { event in
                event.json(at: moment, number: number, controller: controller, instance: instance)
            }
        }
        if hasMore { continuation.yield() }
    }

    /// Takes no more events; `run` returns when those that wait are sent.
    public func finish() {
        state.withLock { $0.outbox.isClosed = true }
        continuation.finish()
    }

    /// Sends events until the task is cancelled, or until all are sent after `finish`. To be called once.
    public func run() async {
        defer { finish() }
        await sendAll()
        for await _ in signal { await sendAll() }
    }

    private func sendAll() async {
        while !Task.isCancelled, let item = state.withLock({ $0.outbox.next() }) {
            do throws(APIError) {
                try await send(item)
                state.withLock { $0.outbox.created(item.key) }
            } catch {
                state.withLock { $0.outbox.failed() }
                logger.debug(
                    "an event was dropped",
                    metadata: [
                        "event": "\(item.event["note"]?.stringValue ?? "")", "error": "\(error)",
                        "dropped": "\(droppedCount)",
                    ]
                )
            }
        }
    }

    private func send(_ item: EventOutbox.Item) async throws(APIError) {
        let name = ObjectMeta(item.event).namespacedName
        if item.isCreated, let series = item.series {
            do throws(APIError) {
                _ = try await api.patch(.events, name, .merge(["series": series]))
                return
            } catch {
                // Events live for an hour. One that goes on happening is made anew.
                guard error.isNotFound else { throw error }
            }
        }
        var event = item.event
        if let series = item.series { event["series"] = series }
        do throws(APIError) {
            _ = try await api.create(.events, namespace: name.namespace, event)
        } catch {
            // Once created, an answer that got lost makes no difference.
            guard error.isAlreadyExists else { throw error }
        }
    }
}
