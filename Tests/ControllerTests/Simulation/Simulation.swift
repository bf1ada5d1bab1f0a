import JSON
import Kubernetes
import Logging
import OptimizationAPI
import Search
import Synchronization

@testable import Controller

/// A cluster, a controller and bad luck, all driven by one seed on one thread.
///
/// Between any two of its steps the controller may be killed (losing all it remembers), its caches may lag behind, the
/// API server may refuse, time out or lose an answer, TrainJobs may report, forget, end or be deleted by someone.
final class Simulation {
    static let job = NamespacedName(namespace: "ml", name: "bert")

    let cluster = FakeCluster()
    let numTrials: Int
    private let clock = FakeClock()
    private let view = LaggingView()
    private let misfortune: Misfortune
    private var generator: SeededGenerator
    private var reconciler: Reconciler
    private var cursors: [String: Int] = [:]
    private(set) var trace: [String] = []
    private(set) var restarts = 0
    private var due: Timestamp? = Sample.start

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        misfortune = Misfortune(seed: seed, percent: Int.random(in: 0...20, using: &generator))
        numTrials = Int.random(in: 1...9, using: &generator)
        let parallel = Int.random(in: 1...min(4, numTrials), using: &generator)
        reconciler = Reconciler(
            api: cluster,
            view: view,
            options: ControllerOptions(),
            now: { Sample.start },
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() },
            tell: { _, _ in }
        )
        cluster.seed(.optimizationJobs, Sample.jobObject(numTrials: numTrials, parallelTrials: parallel))
        if Int.random(in: 0..<4, using: &generator) == 0 {
            let denied = "bert-trial-\(Int.random(in: 0..<numTrials, using: &generator))"
            cluster.store.withLock { $0.denied = [denied] }
        }
        cluster.store.withLock { [misfortune] in $0.fault = { _ in misfortune.next() } }
        restart()
    }

    var now: Timestamp { clock.now }

    var finalJob: OptimizationJob? {
        cluster.object(.optimizationJobs, Self.job).flatMap { try? OptimizationJob(decoding: $0) }
    }

    // MARK: Steps

    /// One thing happens.
    func step() async {
        if cluster.store.withLock({ $0.isDead }) { restart() }
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<25: deliver(.optimizationJobs, Int.random(in: 1...3, using: &generator))
        case 25..<50: deliver(.trainJobs, Int.random(in: 1...4, using: &generator))
        case 50..<68: await reconcile()
        case 68..<88: train()
        case 88..<97: advance(by: Int64.random(in: 1...25, using: &generator))
        case 97: deleteSomething()
        default: restart()
        }
    }

    /// The faults end, everything is delivered and every trial ends: the job must too.
    func settle() async -> Bool {
        misfortune.end()
        trace.append("calm")
        for _ in 0..<400 {
            if cluster.store.withLock({ $0.isDead }) { restart() }
            deliver(.optimizationJobs, .max)
            deliver(.trainJobs, .max)
            await reconcile()
            if finalJob?.status.isTerminal ?? false { return true }
            for _ in 0..<4 { train() }
            advance(by: 7)
        }
        return false
    }

    private func reconcile() async {
        let next = await reconciler.reconcile(Self.job)
        trace.append("reconcile: \(next)")
        if case .after(let seconds) = next { due = now.adding(seconds: seconds) }
    }

    private func restart() {
        trace.append("restart")
        restarts += 1
        cluster.store.withLock { $0.isDead = false }
        let options = ControllerOptions(maxConcurrentCalls: 1)  // one at a time, so that a seed replays
        reconciler = Reconciler(
            api: cluster,
            view: view,
            options: options,
            now: { [clock] in clock.now },
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() },
            tell: { _, _ in }
        )
        view.clear()
        for type in [ResourceType.optimizationJobs, .trainJobs] {
            for object in cluster.objects(type) {
                view.apply(FakeCluster.Event(object: object, isDeleted: false), type)
            }
            cursors[type.plural] = cluster.log(type).count
        }
        for object in cluster.objects(.trainJobs) { note(FakeCluster.Event(object: object, isDeleted: false)) }
    }

    /// The cache of one kind catches up by some events.
    private func deliver(_ type: ResourceType, _ count: Int) {
        let log = cluster.log(type)
        let from = cursors[type.plural] ?? 0
        let new = log.dropFirst(from).prefix(count)
        for event in new {
            view.apply(event, type)
            if type == .trainJobs { note(event) }
        }
        cursors[type.plural] = from + new.count
    }

    private func note(_ event: FakeCluster.Event) {
        let trainJob = TrainJob(decoding: event.object)
        guard let owner = trainJob.metadata.optimizationJob else { return }
        _ = reconciler.note(trainJob, of: owner.name, uid: owner.uid, isDeleted: event.isDeleted)
    }

    // MARK: What trials do

    private func train() {
        let all = cluster.objects(.trainJobs).map { TrainJob(decoding: $0) }
        let isLate = Int.random(in: 0..<8, using: &generator) == 0  // the last report may trail the end, even by much
        guard let trial = all.filter({ $0.isFinished == isLate }).randomElement(using: &generator) else { return }
        let value = "\(Double(Int.random(in: 0...50, using: &generator)) / 10)"
        let time = now.description
        let luck = Int.random(in: 0..<(isLate ? 6 : 10), using: &generator)
        trace.append("\(trial.metadata.name): \(luck) \(value)")
        cluster.setStatus(.trainJobs, trial.metadata.namespacedName) { status in
            func condition(_ type: String, _ reason: String) {
                status["conditions"] = [
                    [
                        "type": .string(type), "status": "True", "reason": .string(reason), "message": "so it went",
                        "lastTransitionTime": .string(time),
                    ]
                ]
            }
            func report(_ metrics: JSONValue) {
                status["trainerStatus"] = ["metrics": metrics, "lastUpdatedTime": .string(time)]
            }
            switch luck {
            case 0...3: report([["name": "loss", "value": .string(value)]])
            case 4: report([["name": "loss", "value": "nan"]])
            case 5: report([])
            case 6: condition("Failed", "FailedJobs")
            default: condition("Complete", "AllJobsCompleted")
            }
        }
    }

    private func deleteSomething() {
        guard let victim = cluster.objects(.trainJobs).randomElement(using: &generator) else { return }
        trace.append("someone deletes \(ObjectMeta(victim).name)")
        cluster.remove(.trainJobs, ObjectMeta(victim).namespacedName)
    }

    private func advance(by seconds: Int64) {
        clock.advance(by: seconds)
    }
}

/// Decides what goes wrong with an API call.
final class Misfortune: Sendable {
    private let state: Mutex<(generator: SeededGenerator, percent: Int)>

    init(seed: UInt64, percent: Int) {
        state = Mutex((SeededGenerator(seed: seed, stream: 1), percent))
    }

    func end() { state.withLock { $0.percent = 0 } }

    func next() -> FakeCluster.Fault {
        state.withLock { state in
            guard Int.random(in: 0..<100, using: &state.generator) < state.percent else { return .none }
            switch Int.random(in: 0..<8, using: &state.generator) {
            case 0: return .refused(.answer(500, "InternalError", "failed calling webhook"))
            case 1: return .refused(.answer(429, "TooManyRequests", "storage is (re)initializing"))
            case 2: return .refused(.answer(409, "Conflict", "the object has been modified"))
            case 3: return .refused(.transport("timed out"))
            case 4: return .refused(.answer(403, "Forbidden", "exceeded quota: gpu, requested: 1"))
            case 5: return .answerLost
            case 6: return .diesBefore
            default: return .diesAfter
            }
        }
    }
}

/// Caches that show the past until events are applied.
final class LaggingView: ClusterView, Sendable {
    private struct State {
        var jobs: [NamespacedName: JobSnapshot] = [:]
        var trainJobs: [NamespacedName: TrainJob] = [:]
    }
    private let state = Mutex(State())

    func clear() { state.withLock { $0 = State() } }

    func apply(_ event: FakeCluster.Event, _ type: ResourceType) {
        let name = ObjectMeta(event.object).namespacedName
        state.withLock { state in
            if type == .optimizationJobs {
                state.jobs[name] = event.isDeleted ? nil : JobSnapshot(event.object)
            } else {
                state.trainJobs[name] = event.isDeleted ? nil : TrainJob(decoding: event.object)
            }
        }
    }

    func job(_ name: NamespacedName) async -> JobSnapshot? { state.withLock { $0.jobs[name] } }

    func trainJobs(controlledBy uid: String) async -> [TrainJob] {
        state.withLock { state in
            state.trainJobs.values.filter { $0.metadata.isControlled(by: uid) }
                .sorted { $0.metadata.name < $1.metadata.name }
        }
    }
}
