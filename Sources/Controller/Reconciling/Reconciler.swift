import Kubernetes
import Logging
import OptimizationAPI
import Synchronization

/// Brings one job a step further: observes, lets `plan` decide, acts, and looks again.
///
/// It may be killed anywhere and called again by another process: everything that matters is in the job's status, and
/// what is kept here only saves calls. Two calls for the same job must not overlap; the work queue sees to that.
final class Reconciler: Sendable {
    /// What the caller has to do next.
    enum Next: Equatable, Sendable {
        /// Nothing, until something changes.
        case settled
        /// Look again after so many seconds.
        case after(seconds: Int64)
        /// Look again at once, after other jobs had their turn.
        case again
        /// Something failed: look again after a growing delay.
        case retry(String)
    }

    /// Looks at one job in a row before others get a turn: written, created, noted, and a few more for refusals.
    private static let passes = 6
    /// TrainJobs of one job created before others get a turn, so that a job with 1,000 trials starves nobody.
    private static let creationsInARow = 64

    let api: any KubernetesAPI
    let view: any ClusterView
    let options: ControllerOptions
    let now: @Sendable () -> Timestamp
    let tell: @Sendable (JobEvent, JobSnapshot) async -> Void
    let logger: Logger
    let trials: TrialMemoryStore
    private let jobs = Mutex<[NamespacedName: JobMemory]>([:])

    init(
        api: any KubernetesAPI,
        view: any ClusterView,
        options: ControllerOptions,
        trials: TrialMemoryStore = TrialMemoryStore(),
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger,
        tell: @escaping @Sendable (JobEvent, JobSnapshot) async -> Void
    ) {
        self.api = api
        self.view = view
        self.options = options
        self.trials = trials
        self.now = now
        self.logger = logger
        self.tell = tell
    }

    /// One look at a job and everything that follows from it.
    func reconcile(_ name: NamespacedName) async -> Next {
        guard let cached = await view.job(name) else {
            forget(name)
            return .settled
        }
        if jobs.withLock({ $0[name].map { $0.uid != cached.metadata.uid } ?? false }) { forget(name) }
        var job = remember(name, cached.metadata.uid) { $0.current(cached) }
        for _ in 0..<Self.passes {
            if Task.isCancelled { return .settled }
            switch await look(at: job, name) {
            case .done(let next): return next
            case .lookAgain(let newer): job = newer
            }
        }
        return .again
    }

    /// Takes in a version of a TrainJob from the cache; `isDeleted` with its last one.
    ///
    /// - Returns: Whether its job needs a look because of what was learnt.
    func note(_ trainJob: TrainJob, of job: NamespacedName, uid: String, isDeleted: Bool) -> Bool {
        if isDeleted {
            jobs.withLock { jobs in
                if jobs[job]?.uid == uid { jobs[job]?.deleted(trainJob.metadata.uid) }
            }
        }
        return trials.note(trainJob, of: uid, at: now())
    }

    /// Drops what is remembered of a job that no longer exists.
    func forget(_ name: NamespacedName) {
        if let uid = jobs.withLock({ $0.removeValue(forKey: name)?.uid }) { trials.forget(uid) }
    }

    // MARK: One pass

    private enum Pass {
        case done(Next)
        case lookAgain(JobSnapshot)
    }

    private func look(at snapshot: JobSnapshot, _ name: NamespacedName) async -> Pass {
        let plan: Plan
        let uncertain: String?
        switch snapshot.content {
        case .unreadable(let problem, let managedBy):
            guard Managers.isOurs(managedBy) else { return .done(.settled) }
            plan = Controller.plan(forUnreadable: snapshot, because: problem, at: now())
            uncertain = nil
        case .readable(let job):
            guard job.spec.isManagedByUs else { return .done(.settled) }
            let observation: Observation
            (observation, uncertain) = await observe(job, name)
            plan = Controller.plan(for: job, observing: observation, at: now(), options: options.planning)
            remember(name, snapshot.metadata.uid) { $0.leftProgressUnsaved(plan.leavesProgressUnsaved, at: now()) }
        }

        var job = snapshot
        if plan.needsStatusWrite {
            switch await write(plan.status, of: snapshot, name) {
            case .success(let written):
                job = written
                if plan.savesReports { remember(name, job.metadata.uid) { $0.savedAt = now() } }
            case .failure(let failure): return .done(failure.next)
            }
            for event in plan.events { await tell(event, job) }
        }
        guard plan.touchesObjects else {
            settle(job, name)
            if let uncertain { return .done(.retry(uncertain)) }
            return .done(rest(until: plan.wakeAfterSeconds, job, name))
        }
        if !plan.needsStatusWrite {
            // Nothing proved yet that this is the job's newest version: a trial that is missing here may have run and
            // been recorded since. A read that finds the same version does.
            switch await read(snapshot, name) {
            case .success(nil): break
            case .success(let newer?): return .lookAgain(newer)
            case .failure(let failure): return .done(failure.next)
            }
        }
        settle(job, name)
        var failure = await delete(plan.deletions, of: job, name)
        failure = await suspend(plan.suspensions, of: job, name) ?? failure
        if plan.deletesJob, failure == nil { return .done(await delete(job, name)) }
        // What cannot be deleted, which a policy may forbid for good, keeps no recorded trial from its TrainJob.
        await create(Array(plan.creations.prefix(Self.creationsInARow)), for: job, name)
        if let failure {
            logger.warning(
                "a TrainJob could not be deleted or suspended",
                metadata: [LogKey.job: "\(name)", LogKey.error: "\(failure)"]
            )
            return .done(.retry(failure))
        }
        guard !plan.creations.isEmpty else {
            if let uncertain { return .done(.retry(uncertain)) }
            return .done(rest(until: plan.wakeAfterSeconds, job, name))
        }
        return plan.creations.count > Self.creationsInARow ? .done(.again) : .lookAgain(job)
    }

    /// Nothing is left to do: when to look again though nothing changes.
    private func rest(until wake: Int64?, _ job: JobSnapshot, _ name: NamespacedName) -> Next {
        let lag = remember(name, job.metadata.uid) { $0.awaitsCache } ? options.cacheLagSeconds : nil
        return [wake, lag].compactMap { $0 }.min().map { .after(seconds: min($0, Reconciler.longestRest)) } ?? .settled
    }

    /// A wait is measured from now, and the clock may be set meanwhile: what is due is judged by it again so often.
    private static let longestRest: Int64 = 3600

    // MARK: Memory

    @discardableResult
    func remember<T: Sendable>(
        _ name: NamespacedName,
        _ uid: String,
        _ body: (inout JobMemory) -> sending T
    ) -> T {
        jobs.withLock { jobs in
            var memory = jobs[name].flatMap { $0.uid == uid ? $0 : nil } ?? JobMemory(uid: uid)
            defer { jobs[name] = memory }
            return body(&memory)
        }
    }
}
