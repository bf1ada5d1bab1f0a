import Kubernetes
import Logging
import OptimizationAPI
import Synchronization

/// Runs OptimizationJobs: watches them and their TrainJobs, and brings each job forward whenever something changed.
///
/// One instance acts at a time in a cluster; that is for its caller to see to. It keeps nothing that a job's status
/// does not hold, so it may be stopped and started anywhere.
///
/// ```swift
/// let controller = OptimizationController(api: client, namespace: nil, logger: logger)
/// try await controller.run()  // until the task is cancelled
/// ```
public final class OptimizationController: Sendable {
    private let api: any KubernetesAPI
    private let options: ControllerOptions
    private let logger: Logger
    private let jobs: WatchCache<JobSnapshot>
    private let trainJobs: WatchCache<TrainJob>
    private let queue: WorkQueue<NamespacedName>
    private let reconciler: Reconciler
    private let events: EventRecorder?
    private let observer: (any ReconcileObserver)?
    private let lateReportCount: Counter

    /// Reports that came from trials whose records were terminal already, and were ignored.
    public var lateReports: Int { lateReportCount.value }

    /// Prepares a controller; nothing happens until `run`.
    ///
    /// - Parameters:
    ///   - api: The cluster.
    ///   - namespace: The only namespace to look at; `nil` for all.
    ///   - logger: Told of everything that happens, as events with keys.
    ///   - options: Bounds and patience.
    ///   - events: Tells users what happened to their jobs; `nil` tells nobody. The controller runs it.
    ///   - observer: Told of every look at a job.
    ///   - queueObserver: Told of what passes the queue of jobs to look at.
    ///   - now: The clock records are dated by.
    public init(
        api: any KubernetesAPI,
        namespace: String?,
        logger: Logger,
        options: ControllerOptions = ControllerOptions(),
        events: EventRecorder? = nil,
        observer: (any ReconcileObserver)? = nil,
        queueObserver: (any WorkQueueObserver)? = nil,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        self.api = api
        self.options = options
        self.logger = logger
        let queue = WorkQueue<NamespacedName>(observer: queueObserver)
        let jobs = WatchCache<JobSnapshot>(api: api, type: .optimizationJobs, namespace: namespace, logger: logger) {
            JobSnapshot($0)
        }
        // Every TrainJob is asked for rather than those with our label: someone may take the label off a trial.
        let trainJobs = WatchCache<TrainJob>(api: api, type: .trainJobs, namespace: namespace, logger: logger) {
            object in
            ObjectMeta(object).optimizationJob == nil ? nil : TrainJob(decoding: object).trimmed
        }
        let reconciler = Reconciler(
            api: api,
            view: CacheView(jobs: jobs, trainJobs: trainJobs),
            options: options,
            now: now,
            logger: logger
        ) { event, job in
            logger.info(
                "event",
                metadata: [
                    LogKey.job: "\(job.metadata.namespacedName)", LogKey.reason: "\(event.reason)",
                    "note": "\(event.note)",
                ]
            )
            events?.record(ObjectEvent(event, about: job.metadata))
        }
        let lateReports = Counter()
        jobs.onChange { change in queue.add(change.name) }
        trainJobs.onChange { change in
            // Who had a TrainJob that is somebody else's now has lost a trial.
            if let new = change.new, let former = change.old?.metadata.optimizationJob,
                former.uid != new.metadata.optimizationJob?.uid
            {
                queue.add(former.name, after: options.batching)
            }
            guard let trainJob = change.new ?? change.old, let owner = trainJob.metadata.optimizationJob else { return }
            // What belongs to a job that is gone, or to an earlier one of its name, is the garbage collector's. What
            // belongs to a job that is not known yet is looked at when that one comes.
            guard let job = jobs.get(owner.name), job.metadata.uid == owner.uid else { return }
            if let new = change.new, let old = change.old, job.status.hasEnded(new.metadata) {
                // Nothing that becomes of it matters any more.
                guard new.trainerStatus != old.trainerStatus else { return }
                lateReports.increment()
                logger.debug(
                    "late report ignored",
                    metadata: [LogKey.job: "\(owner.name)", LogKey.trial: "\(new.metadata.name)"]
                )
                return
            }
            let matters = reconciler.note(trainJob, of: owner.name, uid: owner.uid, isDeleted: change.new == nil)
            // Somebody may have resumed, by hand, a trial whose job is suspended.
            let isOther = change.new == nil || change.old?.isSuspended != trainJob.isSuspended
            if matters || isOther { queue.add(owner.name, after: options.batching) }
        }
        self.lateReportCount = lateReports
        self.queue = queue
        self.jobs = jobs
        self.trainJobs = trainJobs
        self.reconciler = reconciler
        self.events = events
        self.observer = observer
    }

    /// What waits in the queue of jobs to look at, and what is being worked at.
    public var backlog: WorkQueueBacklog {
        WorkQueueBacklog(depth: queue.count, unfinished: queue.unfinishedWork)
    }

    /// How many jobs and trials there are, as the cache has them; `nil` until jobs and TrainJobs were listed, which is when
    /// the work begins.
    public var census: ControllerCensus? {
        guard jobs.isSynced, trainJobs.isSynced else { return nil }
        return ControllerCensus(of: jobs.all().lazy.map(\.status))
    }

    /// Runs until the task is cancelled.
    ///
    /// Failures of the API server are waited out; nothing that a cluster does ends it. What was begun when the task is
    /// cancelled is left as it is: the next run goes on from there.
    ///
    /// - Throws: `CancellationError` when it is cancelled before the caches were filled.
    public func run() async throws {
        let started = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.jobs.run() }
            group.addTask { await self.trainJobs.run() }
            if let events { group.addTask { await events.run() } }
            // Deciding on half a picture would be safe, but would ask the API server about every trial.
            guard await jobs.waitUntilSynced(), await trainJobs.waitUntilSynced() else { return false }
            logger.info(
                "controller started",
                metadata: ["jobs": "\(jobs.count)", LogKey.trials: "\(trainJobs.count)"]
            )
            for _ in 0..<options.maxConcurrentReconciles {
                group.addTask { await self.work() }
            }
            await group.waitForAll()
            return true
        }
        queue.shutDown()
        logger.info("controller stopped")
        if !started { try Task.checkCancellation() }
    }

    /// One worker: takes jobs from the queue as long as there are any to come.
    private func work() async {
        while !Task.isCancelled, let name = await queue.next() {
            let start = ContinuousClock.now
            observer?.reconcileBegan()
            let next = await reconciler.reconcile(name)
            observer?.reconcileEnded(ReconcileResult(next), after: ContinuousClock.now - start)
            switch next {
            case .settled:
                queue.forget(name)
            case .after(let seconds):
                queue.forget(name)
                queue.add(name, after: .seconds(seconds))
            case .again:
                queue.forget(name)
                queue.add(name)
            case .retry(let reason):
                logger.debug("job is looked at again", metadata: [LogKey.job: "\(name)", LogKey.reason: "\(reason)"])
                queue.addRateLimited(name)
            }
            queue.done(name)
        }
    }
}

/// Counts from any thread.
private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func increment() { count.withLock { $0 &+= 1 } }
}

extension OptimizationJobStatus {
    /// Whether the record of this TrainJob is terminal.
    func hasEnded(_ trainJob: ObjectMeta) -> Bool {
        // Records are in the order of their numbers, so the one to look at is nearly always known from the name.
        if let index = TrialName.index(of: trainJob.name), trials.indices.contains(index),
            trials[index].trainJobUID == trainJob.uid
        {
            return trials[index].state.isTerminal
        }
        return trials.contains { $0.trainJobUID == trainJob.uid && $0.state.isTerminal }
    }
}

/// The watch caches as the reconciler sees them.
private struct CacheView: ClusterView {
    let jobs: WatchCache<JobSnapshot>
    let trainJobs: WatchCache<TrainJob>

    func job(_ name: NamespacedName) async -> JobSnapshot? { jobs.get(name) }

    func trainJobs(controlledBy uid: String) async -> [TrainJob] {
        trainJobs.indexed(by: uid).filter { $0.metadata.isControlled(by: uid) }
    }
}

extension TrainJob {
    /// The TrainJob without what the controller never reads, which is most of it: thousands may be cached.
    var trimmed: TrainJob {
        var trimmed = self
        trimmed.metadata.labels = [:]
        let kept = [Annotations.suspendedByJob, Annotations.parameters]
        trimmed.metadata.annotations = metadata.annotations.filter { kept.contains($0.key) }
        trimmed.metadata.finalizers = []
        return trimmed
    }
}

extension ObjectEvent {
    /// A controller's event as Kubernetes takes it.
    init(_ event: JobEvent, about job: ObjectMeta) {
        self.init(
            event.kind == .warning ? .warning : .normal,
            regarding: ObjectReference(.optimizationJobs, job),
            reason: event.reason,
            action: event.action,
            note: event.note
        )
    }
}
