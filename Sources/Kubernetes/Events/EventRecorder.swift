import JSON
import Logging
import Synchronization

extension ResourceType {
    /// Events of `events.k8s.io/v1`.
    public static let events = ResourceType(group: "events.k8s.io", version: "v1", plural: "events", kind: "Event")
}

/// Tells users what happened to their objects, as events next to them.
///
/// Best effort: `record` returns at once and never fails. Events wait in a bounded queue for `run` to send them; what does
/// not fit, or is refused, is dropped and counted.
public final class EventRecorder: Sendable {
    private let api: any KubernetesAPI
    private let controller: String
    private let instance: String
    private let logger: Logger
    private let now: @Sendable () -> MicroTimestamp
    private let queue: AsyncStream<JSONValue>
    private let continuation: AsyncStream<JSONValue>.Continuation
    private let state = Mutex<(number: UInt32, dropped: Int)>((0, 0))

    /// Makes a recorder.
    ///
    /// - Parameters:
    ///   - api: Where events go.
    ///   - controller: Who reports, such as `trainer.kubeflow.org/optimizer`.
    ///   - instance: Which one of them, such as the pod's name.
    ///   - capacity: How many events may wait.
    ///   - logger: Told of events that get lost.
    ///   - now: The time events happen at.
    public init(
        api: any KubernetesAPI,
        controller: String,
        instance: String,
        capacity: Int = 1000,
        logger: Logger = Logger(label: "kubernetes.events"),
        now: @escaping @Sendable () -> MicroTimestamp = { MicroTimestamp.now() }
    ) {
        self.api = api
        self.controller = controller
        self.instance = instance
        self.logger = logger
        self.now = now
        // Full, it keeps what came first: the cause of trouble rather than its echoes.
        (queue, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(max(1, capacity)))
    }

    /// How many events were lost.
    public var droppedCount: Int { state.withLock { $0.dropped } }

    /// Has an event sent.
    public func record(_ event: ObjectEvent) {
        let number = state.withLock { state in
            state.number &+= 1
            return state.number
        }
        let json = event.json(at: now(), number: number, controller: controller, instance: instance)
        if case .enqueued = continuation.yield(json) { return }
        drop(json, because: "too many events wait, or the recorder has ended")
    }

    /// Sends events until the task is cancelled. To be called once.
    public func run() async {
        for await event in queue {
            let namespace = event["metadata"]?["namespace"]?.stringValue ?? "default"
            do throws(APIError) {
                _ = try await api.create(.events, namespace: namespace, event)
            } catch {
                // Once created, an answer that got lost makes no difference.
                if error.isAlreadyExists { continue }
                drop(event, because: error.description)
            }
        }
    }

    private func drop(_ event: JSONValue, because why: String) {
        let count = state.withLock { state in
            state.dropped += 1
            return state.dropped
        }
        logger.debug(
            "an event was dropped",
            metadata: ["event": "\(event["note"]?.stringValue ?? "")", "error": "\(why)", "dropped": "\(count)"]
        )
    }
}
