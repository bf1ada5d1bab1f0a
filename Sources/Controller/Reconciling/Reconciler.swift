import JSON
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

    private let api: any KubernetesAPI
    private let view: any ClusterView
    private let options: ControllerOptions
    private let now: @Sendable () -> Timestamp
    private let tell: @Sendable (JobEvent, JobSnapshot) async -> Void
    private let logger: Logger
    private let trials: TrialMemoryStore
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
        case .unreadable(let problem):
            plan = Controller.plan(forUnreadable: snapshot, because: problem, at: now())
            uncertain = nil
        case .readable(let job):
            let observation: Observation
            (observation, uncertain) = await observe(job, at: snapshot, name)
            plan = Controller.plan(for: job, observing: observation, at: now(), options: options.planning)
        }

        var job = snapshot
        if plan.needsStatusWrite {
            switch await write(plan.status, of: snapshot, name) {
            case .success(let written): job = written
            case .failure(let failure): return .done(failure.next)
            }
            for event in plan.events { await tell(event, job) }
        }
        guard !plan.creations.isEmpty || !plan.deletions.isEmpty else {
            settle(job, name)
            if let uncertain { return .done(.retry(uncertain)) }
            let lag = remember(name, job.metadata.uid) { $0.awaitsCache } ? options.cacheLagSeconds : nil
            let wake = [plan.wakeAfterSeconds, lag].compactMap { $0 }.min()
            return .done(wake.map { .after(seconds: $0) } ?? .settled)
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
        if let failure = await delete(plan.deletions) { return .done(.retry(failure)) }
        await create(plan.creations, for: job, name)
        return plan.creations.isEmpty ? .done(.settled) : .lookAgain(job)
    }

    private func observe(
        _ job: OptimizationJob,
        at snapshot: JobSnapshot,
        _ name: NamespacedName
    ) async -> (Observation, uncertain: String?) {
        let uid = job.metadata.uid
        let cached = await view.trainJobs(controlledBy: uid)
        var children = remember(name, uid) {
            $0.children(cached, now: now(), lagSeconds: options.cacheLagSeconds)
        }
        let known = Set(children.map(\.metadata.uid))
        let missing =
            job.status.isTerminal || job.metadata.deletionTimestamp != nil
            ? []
            : job.status.trials.filter { $0.state == .running && $0.trainJobUID.map { !known.contains($0) } ?? false }

        var gone: Set<String> = []
        var uncertain: String?
        let answers = await concurrently(missing, atMost: options.maxConcurrentCalls) { [api] record in
            await Self.presence(of: record, in: job.metadata.namespace, api)
        }
        for (record, answer) in zip(missing, answers) {
            switch answer {
            case .present(let trainJob):
                children.append(trainJob)
                remember(name, uid) { $0.saw(trainJob, at: now()) }
            case .gone: gone.insert(record.trainJobUID ?? "")
            case .unknown(let problem): uncertain = problem
            }
        }
        for trainJob in children { trials.note(trainJob, of: uid, at: now()) }
        let memory = remember(name, uid) { $0 }
        let observation = Observation(
            trainJobs: children,
            memory: trials.memories(of: uid),
            gone: gone,
            refusals: memory.refusals,
            setbacks: memory.setbacks
        )
        return (observation, uncertain)
    }

    private enum Presence: Sendable {
        case present(TrainJob)
        case gone
        case unknown(String)
    }

    /// Asks the API server whether the TrainJob of a record still exists: the cache not showing it proves nothing.
    private static func presence(
        of record: TrialRecord,
        in namespace: String,
        _ api: any KubernetesAPI
    ) async -> Presence {
        do throws(APIError) {
            let name = NamespacedName(namespace: namespace, name: record.trainJobName)
            let trainJob = TrainJob(decoding: try await api.get(.trainJobs, name))
            return trainJob.metadata.uid == record.trainJobUID ? .present(trainJob) : .gone
        } catch {
            return error.isNotFound ? .gone : .unknown("\(error)")
        }
    }

    // MARK: The job's status

    private struct Failure: Error {
        var next: Next
    }

    /// Writes the status if the job is still at the version the plan was made from.
    private func write(
        _ status: OptimizationJobStatus,
        of job: JobSnapshot,
        _ name: NamespacedName
    ) async -> Result<JobSnapshot, Failure> {
        // A merge patch replaces lists and merges objects: what is absent now must be taken away explicitly.
        var content = status.json
        if status.result == nil, job.status.result != nil { content["result"] = .null }
        let patch: JSONValue = [
            "metadata": ["resourceVersion": .string(job.metadata.resourceVersion)],
            "status": content,
        ]
        do throws(APIError) {
            let answer = try await api.patch(.optimizationJobs, name, .merge(patch), subresource: "status")
            let written = JobSnapshot(answer)
            remember(name, job.metadata.uid) { $0.replace(job, by: written) }
            return .success(written)
        } catch {
            return .failure(Failure(next: next(after: error, name, job.metadata.uid, "status write")))
        }
    }

    /// Reads the job: `nil` when it is still at this version, else its newer one.
    private func read(_ job: JobSnapshot, _ name: NamespacedName) async -> Result<JobSnapshot?, Failure> {
        do throws(APIError) {
            let live = JobSnapshot(try await api.get(.optimizationJobs, name))
            guard live.metadata.uid == job.metadata.uid else {
                return .failure(Failure(next: .retry("the job was replaced by another of the same name")))
            }
            if live.metadata.resourceVersion == job.metadata.resourceVersion { return .success(nil) }
            remember(name, job.metadata.uid) { $0.replace(job, by: live) }
            return .success(live)
        } catch {
            return .failure(Failure(next: next(after: error, name, job.metadata.uid, "read")))
        }
    }

    private func next(after error: APIError, _ name: NamespacedName, _ uid: String, _ what: String) -> Next {
        if case .cancelled = error { return .settled }
        // Gone: the cache will say so, and then everything is forgotten.
        if error.isNotFound { return .settled }
        remember(name, uid) { $0.distrust() }
        if !error.isConflict {
            logger.warning(
                "API call failed",
                metadata: [LogKey.job: "\(name)", "call": "\(what)", LogKey.error: "\(error)"]
            )
        }
        return .retry("\(what): \(error)")
    }

    /// Forgets what the written records settle.
    private func settle(_ job: JobSnapshot, _ name: NamespacedName) {
        let running = job.status.trials.filter { $0.state == .running }
        remember(name, job.metadata.uid) { $0.keep(names: Set(running.map(\.trainJobName))) }
        // A record without UID may have a TrainJob already, whose reports must not be lost.
        if running.allSatisfy({ $0.trainJobUID != nil }) {
            trials.keep(Set(running.compactMap(\.trainJobUID)), of: job.metadata.uid)
        }
    }

    // MARK: TrainJobs

    private func create(_ creations: [TrialCreation], for job: JobSnapshot, _ name: NamespacedName) async {
        let uid = job.metadata.uid
        let creator = TrainJobCreator(api: api, job: name, uid: uid)
        let outcomes = await concurrently(creations, atMost: options.maxConcurrentCalls) { creation in
            await creator.create(creation)
        }
        for (creation, outcome) in zip(creations, outcomes) {
            let trial: Logger.Metadata = [LogKey.job: "\(name)", LogKey.trial: "\(creation.name)"]
            switch outcome {
            case .exists(let trainJob):
                remember(name, uid) { $0.saw(trainJob, at: now()) }
                logger.info("trial created", metadata: trial)
            case .refused(let refusal):
                remember(name, uid) { $0.refusals[creation.name] = refusal }
                logger.warning("trial refused", metadata: trial.merging([LogKey.error: "\(refusal)"]) { $1 })
            case .delayed(let message, let retryAfter):
                remember(name, uid) {
                    $0.delayed(
                        creation.name,
                        message,
                        retryAfter: retryAfter,
                        at: now(),
                        backoff: options.creationBackoffSeconds
                    )
                }
                logger.warning("trial delayed", metadata: trial.merging([LogKey.error: "\(message)"]) { $1 })
                let event = JobEvent(
                    kind: .warning,
                    reason: EventReason.creationDelayed,
                    action: EventAction.create,
                    note: "\(creation.name) cannot be created yet and will be tried again: \(message)"
                )
                await tell(event, job)
            case .cancelled:
                break
            }
        }
    }

    /// - Returns: What failed, if anything did.
    private func delete(_ deletions: [TrialDeletion]) async -> String? {
        let failures = await concurrently(deletions, atMost: options.maxConcurrentCalls) { [api] deletion -> String? in
            do throws(APIError) {
                let options = DeleteOptions(uid: deletion.uid, propagationPolicy: "Background")
                try await api.delete(.trainJobs, deletion.name, options)
                return nil
            } catch {
                // 409: the name has passed to another TrainJob, which is not ours to delete.
                return error.isNotFound || error.isConflict ? nil : "\(error)"
            }
        }
        return failures.compactMap { $0 }.first
    }

    // MARK: Memory

    @discardableResult
    private func remember<T: Sendable>(
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
