import Kubernetes
import OptimizationAPI

/// What was seen of a job's trials when a decision is due.
///
/// A snapshot, and not a complete one: the cache it comes from may lag behind. Absence from `trainJobs` therefore
/// proves nothing; only `gone` does.
public struct Observation: Sendable {
    /// TrainJobs controlled by the job's UID, in any order.
    public var trainJobs: [TrainJob]
    /// What is remembered of trials, by the TrainJob's UID.
    public var memory: [String: TrialMemory]
    /// TrainJobs that the API server itself, not a cache, said are the job's no longer, by UID.
    public var lost: [String: TrialLoss]
    /// Creations that were refused for good, by TrainJob name.
    public var refusals: [String: CreationRefusal]
    /// Creations that failed and may succeed later, by TrainJob name.
    public var setbacks: [String: CreationSetback]
    /// The jobs of `warmStartFrom` by name; one that is not here does not exist.
    public var warmStarts: [String: WarmStartSource]
    /// Since when running trials have made progress that the job's status does not hold; `nil` when it holds all.
    public var unsavedSince: Timestamp?
    /// When the status was last written for the sake of what running trials reported alone; `nil`: not by this process.
    public var savedAt: Timestamp?

    /// Creates an observation; everything left out was not seen.
    public init(
        trainJobs: [TrainJob] = [],
        memory: [String: TrialMemory] = [:],
        lost: [String: TrialLoss] = [:],
        refusals: [String: CreationRefusal] = [:],
        setbacks: [String: CreationSetback] = [:],
        warmStarts: [String: WarmStartSource] = [:],
        unsavedSince: Timestamp? = nil,
        savedAt: Timestamp? = nil
    ) {
        self.trainJobs = trainJobs
        self.memory = memory
        self.lost = lost
        self.refusals = refusals
        self.setbacks = setbacks
        self.warmStarts = warmStarts
        self.unsavedSince = unsavedSince
        self.savedAt = savedAt
    }
}

/// How a TrainJob that was a trial's ceased to be.
public enum TrialLoss: Sendable, Equatable {
    /// It does not exist any more.
    case deleted
    /// It exists, but the job is not its controller any more.
    case released
}

/// What is remembered of a trial between looks at it.
///
/// Every progress report replaces the whole `trainerStatus`, so a closing report without metrics erases them from
/// the TrainJob; and a finished TrainJob may be deleted before its end was recorded. Neither may lose the result.
public struct TrialMemory: Sendable, Equatable {
    /// The last value seen of each metric, one entry a name.
    public var metrics: [MetricValue]
    /// The objective's course, if the job prunes.
    public var progress: [ProgressPoint]
    /// What the steps of the course are counted by: what its first point had.
    public var stepMeasure: StepMeasure?
    /// How the TrainJob ended, once it has.
    public var ending: TrialEnding?

    /// Creates a memory; empty for a trial that has not reported.
    public init(metrics: [MetricValue] = [], progress: [ProgressPoint] = [], ending: TrialEnding? = nil) {
        self.metrics = metrics
        self.progress = progress
        self.ending = ending
    }
}

/// How a TrainJob ended.
public struct TrialEnding: Sendable, Equatable {
    /// What the TrainJob's conditions say.
    public enum Outcome: Sendable, Equatable {
        /// `Complete` is True.
        case complete
        /// `Failed` is True, with the condition's reason and message.
        case failed(reason: String, message: String)
    }

    /// What the TrainJob's conditions say.
    public var outcome: Outcome
    /// When it ended by the cluster's clock: the condition's last transition.
    public var time: Timestamp
    /// When this process first saw the end, by its own clock; the grace period runs from here, so that it is neither
    /// void nor endless when the two clocks differ. `nil`: not known, count from `time`.
    public var seen: Timestamp?

    /// Creates an ending.
    public init(outcome: Outcome, time: Timestamp, seen: Timestamp? = nil) {
        self.outcome = outcome
        self.time = time
        self.seen = seen
    }
}

/// Why a TrainJob will never be created.
public enum CreationRefusal: Sendable, Equatable {
    /// The API server or a webhook said no, in these words.
    case rejected(String)
    /// A TrainJob of this name is not the job's; it belongs to `owner`, or to nobody.
    case nameTaken(owner: String?)
}

/// A creation that failed for now.
public struct CreationSetback: Sendable, Equatable {
    /// What kind of failure it is: the words of a quota's refusal change with every attempt, their kind does not.
    public var kind: String
    /// What the API server said when it first failed in this way.
    public var message: String
    /// When to try again.
    public var notBefore: Timestamp

    /// Creates a setback.
    public init(kind: String = "", message: String, notBefore: Timestamp) {
        self.kind = kind
        self.message = message
        self.notBefore = notBefore
    }
}
