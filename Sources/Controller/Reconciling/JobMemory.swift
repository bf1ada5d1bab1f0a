import Kubernetes
import OptimizationAPI

/// What this process knows of one job beyond the caches. All of it may be lost: it only saves calls and waiting.
struct JobMemory: Sendable {
    /// The UID all of this is about; a job made anew under the same name starts afresh.
    let uid: String

    /// The job as the API server last answered us, as long as the cache still shows an older version.
    private var newest: JobSnapshot?
    private var superseded: Set<String> = []

    /// TrainJobs created or read by us that the cache may not show yet, with the time they were seen.
    private var fresh: [String: Fresh] = [:]
    /// TrainJobs that we deleted and the cache may still show, by UID.
    private var removed: Set<String> = []

    private struct Fresh {
        var trainJob: TrainJob
        var since: Timestamp
        /// The resource version that ours replaced; empty when there was none before.
        var replaced = ""
    }

    /// Since when running trials have made progress that the status does not hold.
    private(set) var unsavedSince: Timestamp?

    /// When the status was last written for the sake of what running trials reported alone.
    var savedAt: Timestamp?

    /// Creations that failed, by TrainJob name.
    private(set) var setbacks: [String: CreationSetback] = [:]
    private var attempts: [String: Int] = [:]
    /// Creations that were refused for good and are not recorded yet, by TrainJob name.
    var refusals: [String: CreationRefusal] = [:]

    init(uid: String) { self.uid = uid }

    // MARK: The job

    /// The newer of the cache's and our own version.
    mutating func current(_ cached: JobSnapshot) -> JobSnapshot {
        if let newest, superseded.contains(cached.metadata.resourceVersion) { return newest }
        newest = nil
        superseded = []
        return cached
    }

    /// Notes an answer of the API server that replaces `old`.
    mutating func replace(_ old: JobSnapshot, by new: JobSnapshot) {
        guard new.metadata.resourceVersion != old.metadata.resourceVersion else { return }
        superseded.insert(old.metadata.resourceVersion)
        superseded.remove(new.metadata.resourceVersion)
        newest = new
    }

    /// Someone else wrote the job: our own version is no longer the newest.
    mutating func distrust() {
        newest = nil
        superseded = []
    }

    // MARK: Its TrainJobs

    mutating func saw(_ trainJob: TrainJob, at now: Timestamp) {
        fresh[trainJob.metadata.uid] = Fresh(trainJob: trainJob, since: now)
        setbacks[trainJob.metadata.name] = nil
        attempts[trainJob.metadata.name] = nil
        refusals[trainJob.metadata.name] = nil
    }

    /// The cached TrainJobs and those it may not show yet.
    mutating func children(_ cached: [TrainJob], now: Timestamp, lagSeconds: Int64) -> [TrainJob] {
        if !fresh.isEmpty {
            for trainJob in cached {
                guard let ours = fresh[trainJob.metadata.uid] else { continue }
                let isOlder = !ours.replaced.isEmpty && ours.replaced == trainJob.metadata.resourceVersion
                if !isOlder { fresh[trainJob.metadata.uid] = nil }
            }
            fresh = fresh.filter { now.seconds(since: $0.value.since) < lagSeconds }
        }
        guard !fresh.isEmpty || !removed.isEmpty else { return cached }
        if !removed.isEmpty { removed.formIntersection(cached.lazy.map(\.metadata.uid)) }
        let known = cached.filter { !removed.contains($0.metadata.uid) && fresh[$0.metadata.uid] == nil }
        return known + fresh.values.map(\.trainJob).sorted { $0.metadata.name < $1.metadata.name }
    }

    /// Notes a TrainJob as we left it, made from the version the cache may still show.
    mutating func changed(_ trainJob: TrainJob, from version: String, at now: Timestamp) {
        fresh[trainJob.metadata.uid] = Fresh(trainJob: trainJob, since: now, replaced: version)
    }

    /// Notes that we deleted a TrainJob.
    mutating func removed(_ uid: String) { removed.insert(uid) }

    /// The cache saw this TrainJob go.
    mutating func deleted(_ uid: String) {
        fresh[uid] = nil
        removed.remove(uid)
    }

    /// Whether something is believed that the cache has not confirmed.
    var awaitsCache: Bool { !fresh.isEmpty }

    /// Takes in the time of a look at the job.
    ///
    /// Where the clock was set back, what was noted before lies in the future, and what counts from it would wait until the
    /// clock is there again: hours or days. It counts from now instead.
    mutating func clockShows(_ now: Timestamp, longestWait: Int64) {
        unsavedSince = unsavedSince.map { min($0, now) }
        savedAt = savedAt.map { min($0, now) }
        for (uid, one) in fresh where one.since > now { fresh[uid]?.since = now }
        let latest = now.adding(seconds: longestWait)
        for (name, setback) in setbacks where setback.notBefore > latest { setbacks[name]?.notBefore = now }
    }

    /// Notes whether progress waits for a status write.
    mutating func leftProgressUnsaved(_ isUnsaved: Bool, at now: Timestamp) {
        unsavedSince = isUnsaved ? unsavedSince ?? now : nil
    }

    // MARK: Failed creations

    /// Notes a failed creation; the wait doubles with each, within `backoff`, and is never shorter than asked for.
    mutating func delayed(
        _ name: String,
        _ delay: CreationDelay,
        at now: Timestamp,
        backoff: ClosedRange<Int64>
    ) {
        let attempt = attempts[name] ?? 0
        attempts[name] = min(attempt + 1, 32)
        let doubled = backoff.lowerBound.multipliedReportingOverflow(by: 1 << Int64(min(attempt, 32)))
        let wait = doubled.overflow ? backoff.upperBound : min(doubled.partialValue, backoff.upperBound)
        let asked = min(delay.retryAfter?.components.seconds ?? 0, backoff.upperBound)
        let before = setbacks[name]
        setbacks[name] = CreationSetback(
            kind: delay.kind,
            message: before.flatMap { $0.kind == delay.kind ? $0.message : nil } ?? delay.message,
            notBefore: now.adding(seconds: max(wait, asked))
        )
    }

    /// Forgets what concerns records that are settled.
    mutating func keep(names: Set<String>) {
        setbacks = setbacks.filter { names.contains($0.key) }
        attempts = attempts.filter { names.contains($0.key) }
        refusals = refusals.filter { names.contains($0.key) }
    }
}
