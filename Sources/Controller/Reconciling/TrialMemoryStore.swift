import Kubernetes
import OptimizationAPI
import Search
import Synchronization

/// Remembers the last metrics and the end of every trial that is not recorded as ended yet.
///
/// Fed with each version of a TrainJob that the cache sees, so that values a later report drops are not lost. Its
/// size is bounded by the running trials: what a job's records settle is forgotten at the next look at the job, and a
/// deleted job's trials are forgotten with it.
final class TrialMemoryStore: Sendable {
    /// Names remembered of one trial; a report holds 256 at most.
    private static let metricLimit = 512

    private struct State {
        /// By the job's UID, then by the TrainJob's.
        var memories: [String: [String: TrialMemory]] = [:]
        /// The metric whose course is kept, by the UID of a job that prunes.
        var followed: [String: String] = [:]
    }

    private let state = Mutex(State())

    /// Keeps the course of a metric from now on; `nil` for none.
    ///
    /// - Parameter measures: What the steps of courses are counted by that the job's records hold, by the TrainJob's UID: such
    ///   a course goes on as it began, whatever this process took its first point from.
    func follow(_ metric: String?, by measures: [String: StepMeasure] = [:], of jobUID: String) {
        state.withLock { state in
            state.followed[jobUID] = metric
            guard metric != nil else { return }
            for (uid, measure) in measures {
                var memory = state.memories[jobUID]?[uid] ?? TrialMemory()
                guard memory.stepMeasure != measure else { continue }
                memory.stepMeasure = measure
                memory.progress = []
                state.memories[jobUID, default: [:]][uid] = memory
            }
        }
    }

    /// Takes in one version of a TrainJob.
    ///
    /// - Returns: Whether the job needs another look because of it: the trial ended, or a report after its end, or a
    ///   report that dropped a value, or progress in a job that prunes.
    @discardableResult
    func note(_ trainJob: TrainJob, of jobUID: String, at now: Timestamp) -> Bool {
        let reported = trainJob.trainerStatus?.metrics ?? []
        let ending = TrialEnding(of: trainJob, at: now, seen: now)
        guard !reported.isEmpty || ending != nil || trainJob.trainerStatus != nil else { return false }
        return state.withLock { state in
            let before = state.memories[jobUID]?[trainJob.metadata.uid] ?? TrialMemory()
            var after = before
            after.metrics = Metrics.merged(before.metrics, reported)
            if after.metrics.count > Self.metricLimit {
                after.metrics.removeFirst(after.metrics.count - Self.metricLimit)
            }
            if let metric = state.followed[jobUID], let report = trainJob.trainerStatus,
                let measure = before.stepMeasure ?? report.stepMeasure,
                let point = ProgressPoint(report, of: metric, by: measure)
            {
                after.stepMeasure = measure
                after.progress.add(point, atMost: TrialProgress.limit)
            }
            if let ending, ending.outcome != before.ending?.outcome { after.ending = ending }
            let dropped = trainJob.trainerStatus != nil && after.metrics.count > Set(reported.map(\.name)).count
            guard after != before else { return dropped && ending == nil }
            state.memories[jobUID, default: [:]][trainJob.metadata.uid] = after
            return ending != nil || dropped || after.progress != before.progress
        }
    }

    /// What is remembered of a job's trials, by TrainJob UID.
    ///
    /// - Parameter now: The time. An end that was seen later than that was seen before the clock was set back: its grace
    ///   period runs from now, or it would last until the clock is there again.
    func memories(of jobUID: String, at now: Timestamp) -> [String: TrialMemory] {
        state.withLock { state in
            guard let memories = state.memories[jobUID] else { return [:] }
            for (uid, memory) in memories {
                if let seen = memory.ending?.seen, seen > now { state.memories[jobUID]?[uid]?.ending?.seen = now }
            }
            return state.memories[jobUID] ?? [:]
        }
    }

    /// Forgets a job's trials but those.
    func keep(_ uids: Set<String>, of jobUID: String) {
        state.withLock { state in
            guard var kept = state.memories[jobUID] else { return }
            kept = kept.filter { uids.contains($0.key) }
            state.memories[jobUID] = kept.isEmpty ? nil : kept
        }
    }

    /// Forgets a job.
    func forget(_ jobUID: String) {
        state.withLock { state in
            state.memories[jobUID] = nil
            state.followed[jobUID] = nil
        }
    }

    /// How many trials are remembered.
    var count: Int { state.withLock { $0.memories.values.reduce(0) { $0 + $1.count } } }
}
