import JSON
import Kubernetes
import Logging
import OptimizationAPI
import Synchronization

@testable import Controller

/// A reconciler over a fake cluster whose caches are always current, with a clock that moves when told.
final class Bench: Sendable {
    static let job = NamespacedName(namespace: "ml", name: "bert")

    let cluster = FakeCluster()
    let clock = FakeClock()
    let trials = TrialMemoryStore()
    let reconciler: Reconciler
    private let heard = Heard()

    init(_ job: JSONValue = Sample.jobObject(), options: ControllerOptions = ControllerOptions()) {
        reconciler = Reconciler(
            api: cluster,
            view: CurrentView(cluster: cluster),
            options: options,
            trials: trials,
            now: { [clock] in clock.now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { [heard] event, _ in heard.note(event) }
        cluster.seed(.optimizationJobs, job)
    }

    /// Another reconciler of the same cluster, which sees it otherwise.
    func reconciler(over view: some ClusterView) -> Reconciler {
        Reconciler(
            api: cluster,
            view: view,
            options: ControllerOptions(),
            now: { [clock] in clock.now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { [heard] event, _ in heard.note(event) }
    }

    /// Events told so far.
    var events: [JobEvent] { heard.all }

    @discardableResult
    func reconcile() async -> Reconciler.Next { await reconciler.reconcile(Self.job) }

    var status: OptimizationJobStatus {
        OptimizationJobStatus(decoding: cluster.object(.optimizationJobs, Self.job)?["status"] ?? .null)
    }

    func trainJob(_ name: String) -> JSONValue? {
        cluster.object(.trainJobs, NamespacedName(namespace: "ml", name: name))
    }

    /// Ends a trial as Trainer would.
    func end(_ name: String, _ type: String = "Complete", loss: String? = nil) {
        let time = clock.now.description
        cluster.setStatus(.trainJobs, NamespacedName(namespace: "ml", name: name)) { status in
            status["conditions"] = [
                [
                    "type": .string(type), "status": "True", "reason": "Over", "message": "it is over",
                    "lastTransitionTime": .string(time),
                ]
            ]
            if let loss {
                status["trainerStatus"] = [
                    "metrics": [["name": "loss", "value": .string(loss)]], "lastUpdatedTime": .string(time),
                ]
            }
        }
    }

    /// Lets every call of a kind meet a fault.
    func fail(_ call: String, with error: APIError) {
        cluster.store.withLock { $0.fault = { $0 == call ? .refused(error) : .none } }
    }

    func lose(_ call: String) {
        cluster.store.withLock { $0.fault = { $0 == call ? .answerLost : .none } }
    }

    func heal() { cluster.store.withLock { $0.fault = { _ in .none } } }
}

private final class Heard: Sendable {
    private let events = Mutex<[JobEvent]>([])

    func note(_ event: JobEvent) { events.withLock { $0.append(event) } }

    var all: [JobEvent] { events.withLock { $0 } }
}

/// Caches that are never behind.
struct CurrentView: ClusterView {
    let cluster: FakeCluster

    func job(_ name: NamespacedName) async -> JobSnapshot? {
        cluster.object(.optimizationJobs, name).map { JobSnapshot($0) }
    }

    func trainJobs(controlledBy uid: String) async -> [TrainJob] {
        cluster.objects(.trainJobs).map { TrainJob(decoding: $0) }.filter { $0.metadata.isControlled(by: uid) }
    }
}

/// Caches that do not show one TrainJob yet.
struct HidingView: ClusterView {
    let view: CurrentView
    let hidden: String

    init(_ view: CurrentView, _ hidden: String) {
        self.view = view
        self.hidden = hidden
    }

    func job(_ name: NamespacedName) async -> JobSnapshot? { await view.job(name) }

    func trainJobs(controlledBy uid: String) async -> [TrainJob] {
        await view.trainJobs(controlledBy: uid).filter { $0.metadata.name != hidden }
    }
}

/// A clock that moves when told to.
final class FakeClock: Sendable {
    private let time = Mutex(Sample.start)

    var now: Timestamp { time.withLock { $0 } }

    func advance(by seconds: Int64) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}
