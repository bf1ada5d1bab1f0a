import Kubernetes
import OptimizationAPI

/// Decides what to do about a job, from what was observed of it and the time.
///
/// Pure: the same arguments give the same plan, so every odd situation is a row of a test, and a decision that was lost
/// in a crash is made again. `Plan` says in which order the caller must carry it out.
///
/// - Parameters:
///   - job: The job with its status, as read at one resource version.
///   - observation: What was seen of its TrainJobs.
///   - now: The time, for records and for the grace period.
///   - options: What decisions depend on besides.
/// - Returns: The next status and what to create, delete, tell and wait for.
public func plan(
    for job: OptimizationJob,
    observing observation: Observation,
    at now: Timestamp,
    options: PlanningOptions = PlanningOptions()
) -> Plan {
    var planner = Planner(job: job, observation: observation, now: now, options: options)
    return planner.plan()
}

/// The steps of one decision.
struct Planner {
    let job: OptimizationJob
    let observation: Observation
    let now: Timestamp
    let options: PlanningOptions
    let budget: StatusSize.Budget

    var status: OptimizationJobStatus
    var events: [JobEvent] = []
    var due: Timestamp?
    private var guardsLastValue = false
    let byUID: [String: TrainJob]
    let byName: [String: TrainJob]
    /// What the first trials wait for.
    var obstacle: String?

    init(job: OptimizationJob, observation: Observation, now: Timestamp, options: PlanningOptions) {
        self.job = job
        self.observation = observation
        self.now = now
        self.options = options
        budget = StatusSize.Budget(
            options: options,
            numTrials: job.spec.numTrials,
            objectives: job.spec.objectives.count,
            keepsProgress: job.spec.pruneAlgorithm != nil
        )
        status = job.status
        // Ownership is checked here once more: everything below may touch only what is ours.
        let owned = observation.trainJobs.filter { $0.metadata.isControlled(by: job.metadata.uid) }
        byUID = Dictionary(owned.map { ($0.metadata.uid, $0) }) { first, _ in first }
        byName = Dictionary(owned.map { ($0.metadata.name, $0) }) { first, _ in first }
    }

    mutating func plan() -> Plan {
        // A job that is being deleted takes its TrainJobs with it (garbage collection); nothing may be added. One that
        // another manager runs is that manager's, status included.
        guard job.metadata.deletionTimestamp == nil, job.spec.isManagedByUs else { return finished() }
        guard job.status.isTerminal else { return proceed() }
        guard let resumption = Resumption(of: job) else { return closed() }
        var attempt = self
        attempt.reopen(resumption)
        let plan = attempt.proceed()
        // A job that would end again at once does not go on: its end stands as it was said.
        return plan.status.isTerminal ? closed() : plan
    }

    private mutating func proceed() -> Plan {
        let best = status.result?.trainJobName
        restoreRecords()
        reviewTrials()
        pruneTrials()
        let stop = Stop(judging: status.trials, of: job) ?? startTrials()
        updateResult(replacing: best)
        if let stop, stop.stopsRunningTrials || !status.trials.contains(where: { $0.state == .running }) {
            conclude(stop)
            return finished(deletions: leftovers())
        }
        describeProgress()
        let creations = job.spec.isSuspended ? [] : dueCreations()
        var plan = finished(creations: creations, deletions: retirements())
        plan.suspensions = suspensions()
        return plan
    }

    // MARK: Trials

    private mutating func reviewTrials() {
        let review = TrialReview(
            objectives: job.spec.objectives,
            budget: budget,
            now: now,
            graceSeconds: options.metricsGraceSeconds
        )
        for (position, record) in status.trials.enumerated() where record.state == .running {
            let finding = review.finding(on: record, sight(of: record))
            guard finding != TrialReview.Finding(record: record) else { continue }
            status.trials[position] = finding.record
            guardsLastValue = guardsLastValue || finding.guardsLastValue
            if let due = finding.due { wake(at: due) }
            tell(of: finding.record, before: record)
        }
    }

    private func sight(of record: TrialRecord) -> TrialReview.Sight {
        var sight = TrialReview.Sight()
        if let uid = record.trainJobUID {
            sight.trainJob = byUID[uid]
            sight.memory = observation.memory[uid] ?? TrialMemory()
            if sight.trainJob == nil { sight.loss = observation.lost[uid] }
        } else {
            sight.trainJob = byName[record.trainJobName]
            sight.memory = sight.trainJob.flatMap { observation.memory[$0.metadata.uid] } ?? TrialMemory()
            sight.refusal = observation.refusals[record.trainJobName]
        }
        return sight
    }

    /// Records as many new trials as may run; they are created once the records are written.
    private mutating func startTrials() -> Stop? {
        let limit = max(1, job.spec.numTrials)
        guard status.trials.count < limit else { return .budgetSpent }
        let running = status.trials.lazy.filter { $0.state == .running }.count
        guard running < max(1, job.spec.parallelTrials), !job.spec.isSuspended else { return nil }
        obstacle = WarmStart(job: job, records: status.trials, sources: observation.warmStarts).obstacle
        guard obstacle == nil else {
            wake(at: now.adding(seconds: options.warmStartPollSeconds))
            return nil
        }

        var size = reservedBytes
        let growth = growthBytes
        var index = nextIndex
        do throws(Suggestions.Stop) {
            var suggestions = try Suggestions(
                for: job,
                after: status.trials,
                warmStart: observation.warmStarts,
                at: now
            )
            if status.trials.isEmpty { tell(ofWarmStart: suggestions.warmStart) }
            for _ in running..<max(1, job.spec.parallelTrials) {
                guard status.trials.count < limit else { return .budgetSpent }
                let record = TrialRecord(
                    trainJobName: TrialName.make(
                        job: job.metadata.name,
                        index: index,
                        hasInitializer: job.spec.trainJobTemplate.hasInitializer
                    ),
                    state: .running,
                    parameters: try suggestions.next(index: index),
                    creationTime: now
                )
                size += StatusSize.bytes(of: record) + growth
                guard size <= budget.total else { return .historyExhausted }
                status.trials.append(record)
                index += 1
                status.nextTrialIndex = index
            }
        } catch {
            switch error {
            case .exhausted: return .spaceExhausted
            case .unable(let reason, let message): return .unable(reason: reason, message: message)
            }
        }
        return status.trials.count < limit ? nil : .budgetSpent
    }

    /// What the records take, and what those of running trials may still grow by.
    var reservedBytes: Int {
        StatusSize.bytes(of: status.trials) + status.trials.count { $0.state == .running } * growthBytes
    }

    /// What the record of one running trial may still grow by.
    var growthBytes: Int { budget.growth(objectives: job.spec.objectives.count) }

    /// An index no record has had, even if `nextTrialIndex` was lost or is absurd.
    private var nextIndex: Int {
        let noted = status.nextTrialIndex
        let limit = TrialName.indexLimit
        let used = status.trials.lazy.compactMap { TrialName.index(of: $0.trainJobName) }.filter { $0 < limit }.max()
        return max(status.trials.count, noted < limit ? noted : 0, used.map { $0 + 1 } ?? 0)
    }

    /// TrainJobs for the records that have none and are not held back by an earlier failure.
    private mutating func dueCreations() -> [TrialCreation] {
        var creations: [TrialCreation] = []
        for record in status.trials where record.state == .running && record.trainJobUID == nil {
            if let setback = observation.setbacks[record.trainJobName], setback.notBefore > now {
                wake(at: setback.notBefore)
            } else {
                creations.append(
                    TrialCreation(name: record.trainJobName, object: makeTrainJob(job: job, record: record))
                )
            }
        }
        return creations
    }

    // MARK: The plan

    func finished(creations: [TrialCreation] = [], deletions: [TrialDeletion] = []) -> Plan {
        var status = status
        if status != job.status { status.summary = StatusSummary(of: status, spec: job.spec) }
        let hasNews = status.withoutRunningMetrics != job.status.withoutRunningMetrics
        let saving = hasNews ? nil : saving
        let saves = saving.map { $0 <= now } ?? false
        let due = saves ? due : [due, saving].compactMap { $0 }.min()
        return Plan(
            status: status,
            needsStatusWrite: hasNews || saves,
            savesReports: saves,
            leavesProgressUnsaved: hasUnsavedProgress && !hasNews && !saves,
            creations: creations,
            deletions: deletions,
            events: events,
            wakeAfterSeconds: due.map { max(1, $0.seconds(since: now)) }
        )
    }

    /// When what running trials reported is written though nothing else is; `nil` when nothing must be.
    ///
    /// A value that the trial's own report holds no longer is written at once, unless the last such write is too
    /// recent: where the objective and other metrics come in turns, every report but the first would cost one.
    private var saving: Timestamp? {
        if guardsLastValue { return observation.savedAt?.adding(seconds: options.progressSaveSeconds) ?? now }
        guard hasUnsavedProgress else { return nil }
        return (observation.unsavedSince ?? now).adding(seconds: options.progressSaveSeconds)
    }

    mutating func wake(at time: Timestamp) {
        due = due.map { min($0, time) } ?? time
    }
}
