import Kubernetes
import OptimizationAPI
import Synchronization

/// Remembers the last metrics and the end of every trial that is not recorded as ended yet.
///
/// Fed with each version of a TrainJob that the cache sees, so that values a later report drops are not lost. Its
/// size is bounded by the running trials: what a job's records settle is forgotten at the next look at the job, and a
/// deleted job's trials are forgotten with it.
final class TrialMemoryStore: Sendable {
    /// Names remembered of one trial; a report holds 256 at most.
    private static let metricLimit = 512

    /// By the job's UID, then by the TrainJob's.
    private let memories = Mutex<[String: [String: TrialMemory]]>([:])

    /// Takes in one version of a TrainJob.
    ///
    /// - Returns: Whether the job needs another look because of it: the trial ended, or a report after its end, or a
    ///   report that dropped a value.
    @discardableResult
    func note(_ trainJob: TrainJob, of jobUID: String, at now: Timestamp) -> Bool {
        let reported = trainJob.trainerStatus?.metrics ?? []
        let ending = TrialEnding(of: trainJob, seen: now)
        guard !reported.isEmpty || ending != nil || trainJob.trainerStatus != nil else { return false }
        return memories.withLock { memories in
            let before = memories[jobUID]?[trainJob.metadata.uid] ?? TrialMemory()
            var after = before
            after.metrics = Metrics.merged(before.metrics, reported)
            if after.metrics.count > Self.metricLimit {
                after.metrics.removeFirst(after.metrics.count - Self.metricLimit)
            }
            if let ending, ending.outcome != before.ending?.outcome { after.ending = ending }
            let dropped = trainJob.trainerStatus != nil && after.metrics.count > Set(reported.map(\.name)).count
            guard after != before else { return dropped && ending == nil }
            memories[jobUID, default: [:]][trainJob.metadata.uid] = after
            return ending != nil || dropped
        }
    }

    /// What is remembered of a job's trials, by TrainJob UID.
    func memories(of jobUID: String) -> [String: TrialMemory] {
        memories.withLock { $0[jobUID] ?? [:] }
    }

    /// Forgets a job's trials but those.
    func keep(_ uids: Set<String>, of jobUID: String) {
        memories.withLock { memories in
            guard var kept = memories[jobUID] else { return }
            kept = kept.filter { uids.contains($0.key) }
            memories[jobUID] = kept.isEmpty ? nil : kept
        }
    }

    /// Forgets a job.
    func forget(_ jobUID: String) {
        memories.withLock { _ = $0.removeValue(forKey: jobUID) }
    }

    /// How many trials are remembered.
    var count: Int { memories.withLock { $0.values.reduce(0) { $0 + $1.count } } }
}
