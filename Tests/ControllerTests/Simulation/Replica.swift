import JSON
import Kubernetes
import Logging
import OptimizationAPI
import Synchronization

@testable import Controller

/// One process of the controller: a reconciler and caches that lag behind, each kind for itself.
final class Replica {
    private let cluster: FakeCluster
    private let clock: FakeClock
    private let view: LaggingView
    private var reconciler: Reconciler
    private var cursors: [String: Int] = [:]

    init(cluster: FakeCluster, clock: FakeClock) {
        self.cluster = cluster
        self.clock = clock
        view = LaggingView(cluster: cluster)
        reconciler = Replica.reconciler(cluster, view, clock)
        restart()
    }

    func reconcile(_ name: NamespacedName) async -> Reconciler.Next { await reconciler.reconcile(name) }

    /// Another process takes this one's place: everything remembered is lost, and the caches are listed anew.
    func restart() {
        reconciler = Replica.reconciler(cluster, view, clock)
        relist()
    }

    /// The caches jump to the present without the events in between, as after a watch that was too old.
    func relist() {
        let gone = view.clear()
        for type in [ResourceType.optimizationJobs, .trainJobs] {
            cursors[type.plural] = cluster.log(type).count
            for object in cluster.objects(type) { apply(FakeCluster.Event(object: object, isDeleted: false), type) }
        }
        for object in gone where !view.has(ObjectMeta(object).uid) {
            note(FakeCluster.Event(object: object, isDeleted: true))
        }
    }

    /// The cache of one kind catches up by some events.
    func deliver(_ type: ResourceType, _ count: Int) {
        let log = cluster.log(type)
        let from = cursors[type.plural] ?? 0
        let new = log.dropFirst(from).prefix(count)
        for event in new { apply(event, type) }
        cursors[type.plural] = from + new.count
    }

    private func apply(_ event: FakeCluster.Event, _ type: ResourceType) {
        view.apply(event, type)
        if type == .trainJobs { note(event) }
    }

    private func note(_ event: FakeCluster.Event) {
        let trainJob = cluster.trainJob(event.object)
        guard let owner = trainJob.metadata.optimizationJob else { return }
        _ = reconciler.note(trainJob, of: owner.name, uid: owner.uid, isDeleted: event.isDeleted)
    }

    private static func reconciler(_ cluster: FakeCluster, _ view: LaggingView, _ clock: FakeClock) -> Reconciler {
        Reconciler(
            api: cluster,
            view: view,
            options: ControllerOptions(maxConcurrentCalls: 1),  // one at a time, so that a seed replays
            now: { clock.now },
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() },
            tell: { _, _ in }
        )
    }
}

/// Caches that show the past until events are applied.
final class LaggingView: ClusterView, Sendable {
    private struct State {
        var jobs: [NamespacedName: JSONValue] = [:]
        var trainJobs: [NamespacedName: (object: JSONValue, trainJob: TrainJob)] = [:]
    }
    private let cluster: FakeCluster
    private let state = Mutex(State())

    init(cluster: FakeCluster) { self.cluster = cluster }

    /// - Returns: The TrainJobs that were there.
    func clear() -> [JSONValue] {
        state.withLock { state in
            defer { state = State() }
            return state.trainJobs.values.map(\.object)
        }
    }

    func has(_ uid: String) -> Bool {
        state.withLock { $0.trainJobs.values.contains { $0.trainJob.metadata.uid == uid } }
    }

    func apply(_ event: FakeCluster.Event, _ type: ResourceType) {
        if type == .optimizationJobs {
            let name = ObjectMeta(event.object).namespacedName
            state.withLock { $0.jobs[name] = event.isDeleted ? nil : event.object }
        } else {
            let trainJob = cluster.trainJob(event.object)
            state.withLock { state in
                state.trainJobs[trainJob.metadata.namespacedName] =
                    event.isDeleted ? nil : (event.object, trainJob)
            }
        }
    }

    func job(_ name: NamespacedName) async -> JobSnapshot? {
        state.withLock { $0.jobs[name] }.map { cluster.snapshot(of: $0) }
    }

    func trainJobs(controlledBy uid: String) async -> [TrainJob] {
        state.withLock { state in
            state.trainJobs.values.map(\.trainJob).filter { $0.metadata.isControlled(by: uid) }
                .sorted { $0.metadata.name < $1.metadata.name }
        }
    }
}
