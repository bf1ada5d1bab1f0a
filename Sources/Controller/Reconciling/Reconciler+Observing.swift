import Kubernetes
import OptimizationAPI

extension Reconciler {
    /// Gathers what is known of a job's trials, asking the API server about those the cache does not show.
    ///
    /// - Returns: The observation, and why it is not as complete as it could be, if so.
    func observe(
        _ job: OptimizationJob,
        _ name: NamespacedName
    ) async -> (Observation, uncertain: String?) {
        let uid = job.metadata.uid
        let cached = await view.trainJobs(controlledBy: uid)
        var children = remember(name, uid) {
            $0.clockShows(now(), longestWait: options.creationBackoffSeconds.upperBound)
            return $0.children(cached, now: now(), lagSeconds: options.cacheLagSeconds)
        }
        let known = Set(children.map(\.metadata.uid))
        let isActive = (!job.status.isTerminal || Resumption(of: job) != nil) && !job.metadata.isBeingDeleted
        let running = isActive ? job.status.trials.filter { $0.state == .running } : []
        let missing = running.filter { record in record.trainJobUID.map { !known.contains($0) } ?? false }

        var lost: [String: TrialLoss] = [:]
        var uncertain: String?
        let answers = await concurrently(missing, atMost: options.maxConcurrentCalls) { [api] record in
            await Self.presence(of: record, job.metadata, api)
        }
        for (record, answer) in zip(missing, answers) {
            switch answer {
            case .present(let trainJob):
                children.append(trainJob)
                remember(name, uid) { $0.saw(trainJob, at: now()) }
            case .lost(let loss): lost[record.trainJobUID ?? ""] = loss
            case .unknown(let problem): uncertain = problem
            }
        }
        trials.follow(
            job.spec.pruneAlgorithm == nil ? nil : job.spec.objectives.first?.metric,
            by: Dictionary(
                running.compactMap { record in
                    record.trainJobUID.flatMap { uid in record.stepMeasure.map { (uid, $0) } }
                }
            ) { first, _ in first },
            of: uid
        )
        // Of trials that lost their records with the status, what is known counts again.
        let settled = Set(job.status.trials.lazy.filter { $0.state.isTerminal }.map(\.trainJobName))
        for trainJob in children where isActive && !settled.contains(trainJob.metadata.name) {
            trials.note(trainJob, of: uid, at: now())
        }
        let memory = remember(name, uid) { $0 }
        let observation = Observation(
            trainJobs: children,
            memory: trials.memories(of: uid, at: now()),
            lost: lost,
            refusals: memory.refusals,
            setbacks: memory.setbacks,
            warmStarts: await warmStarts(of: job),
            unsavedSince: memory.unsavedSince,
            savedAt: memory.savedAt
        )
        return (observation, uncertain)
    }

    /// The jobs whose trials count as history, as far as they are needed.
    private func warmStarts(of job: OptimizationJob) async -> [String: WarmStartSource] {
        guard !job.status.isTerminal || Resumption(of: job) != nil, job.status.trials.count < job.spec.numTrials else {
            return [:]
        }
        var sources: [String: WarmStartSource] = [:]
        for source in job.spec.warmStartFrom {
            let name = NamespacedName(namespace: job.metadata.namespace, name: source)
            if let found = await view.job(name) { sources[source] = WarmStartSource(found.status) }
        }
        return sources
    }

    enum Presence: Sendable {
        case present(TrainJob)
        case lost(TrialLoss)
        case unknown(String)
    }

    /// Asks the API server whether the TrainJob of a record still exists and is the job's: the cache not showing it
    /// proves nothing.
    static func presence(
        of record: TrialRecord,
        _ job: ObjectMeta,
        _ api: any KubernetesAPI
    ) async -> Presence {
        do throws(APIError) {
            let name = NamespacedName(namespace: job.namespace, name: record.trainJobName)
            let trainJob = TrainJob(decoding: try await api.get(.trainJobs, name))
            guard trainJob.metadata.uid == record.trainJobUID else { return .lost(.deleted) }
            return trainJob.metadata.isControlled(by: job.uid) ? .present(trainJob) : .lost(.released)
        } catch {
            return error.isNotFound ? .lost(.deleted) : .unknown("\(error)")
        }
    }
}
