import JSON
import Kubernetes
import OptimizationAPI

/// A TrainJob as the trainer sees it: what is asked for, and how far it is.
struct TrainJobRequest: Sendable {
    var metadata: ObjectMeta
    var spec: JSONValue?
    var conditions: [Condition]

    /// Reads an object leniently; `nil` without a name and a UID, with which nothing can be done.
    init?(_ object: JSONValue) {
        metadata = ObjectMeta(object)
        guard !metadata.name.isEmpty, !metadata.uid.isEmpty else { return nil }
        spec = object["spec"]
        conditions = [Condition](decoding: object["status"]?["conditions"])
    }

    /// Whether another controller takes care of it (`spec.managedBy`).
    var isManagedByOther: Bool {
        guard let manager = spec?["managedBy"]?.stringValue, !manager.isEmpty else { return false }
        return manager != Managers.trainer
    }

    var isSuspended: Bool { spec?["suspend"]?.boolValue ?? false }

    /// `Complete` or `Failed`, once and for all.
    var isFinished: Bool {
        conditions.isTrue(TrainJobVocabulary.complete) || conditions.isTrue(TrainJobVocabulary.failed)
    }

    /// When a job that starts now must have ended; `nil` without `activeDeadlineSeconds`.
    ///
    /// The clock starts at creation, or when the job was last resumed.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - isResumed: Whether it was suspended up to now, which its conditions may not show yet.
    func deadline(at now: Timestamp, isResumed: Bool) -> Timestamp? {
        guard let seconds = spec?["activeDeadlineSeconds"]?.int64Value, seconds >= 1 else { return nil }
        var start = metadata.creationTimestamp ?? now
        if let suspended = conditions.condition(TrainJobVocabulary.suspended) {
            start = suspended.isTrue ? now : max(start, suspended.lastTransitionTime)
        }
        return (isResumed ? now : start).advanced(by: .seconds(min(seconds, Self.longestDeadline)))
    }

    /// Ten years in seconds: further than any run, and near enough to be computed with.
    private static let longestDeadline: Int64 = 315_360_000
}

/// The words of a TrainJob's status, as Kubeflow Trainer writes them.
enum TrainJobVocabulary {
    static let suspended = "Suspended"
    static let complete = "Complete"
    static let failed = "Failed"
    /// The replicated job that runs `spec.trainer`.
    static let trainerJob = "node"
}

/// A state of a TrainJob that the trainer reports.
enum TrainJobState: Sendable, Equatable {
    case running
    case suspended
    case complete
    case failed(reason: String, message: String)

    /// The deadline has passed.
    static let deadlineExceeded = TrainJobState.failed(
        reason: "DeadlineExceeded",
        message: "TrainJob exceeded its active deadline"
    )

    /// A condition's message is at most 32,768 characters.
    private static let maximumMessage = 32_768

    /// `conditions` with what this state says.
    func applied(to conditions: [Condition], generation: Int64, at now: Timestamp) -> [Condition] {
        var result = conditions
        func set(_ type: String, _ status: String, _ reason: String, _ message: String) {
            result.setCondition(
                Condition(
                    type: type,
                    status: status,
                    reason: reason,
                    message: String(String.UnicodeScalarView(message.unicodeScalars.prefix(Self.maximumMessage))),
                    lastTransitionTime: now,
                    observedGeneration: generation > 0 ? generation : nil
                )
            )
        }
        switch self {
        case .running:
            // Only a job that was suspended says that it is not: a healthy job has no conditions.
            if conditions.isTrue(TrainJobVocabulary.suspended) {
                set(TrainJobVocabulary.suspended, "False", "Resumed", "TrainJob is resumed")
            }
        case .suspended:
            set(TrainJobVocabulary.suspended, "True", "Suspended", "TrainJob is suspended")
        case .complete:
            set(TrainJobVocabulary.complete, "True", "AllJobsCompleted", "jobset completed successfully")
        case .failed(let reason, let message):
            set(TrainJobVocabulary.failed, "True", reason, message)
        }
        return result
    }

    /// `status.jobsStatus`: one child Job, `node`, in one of its states.
    var jobsStatus: JSONValue {
        var counts: [(String, Int)] = [
            ("ready", 0), ("succeeded", 0), ("failed", 0), ("active", 0), ("suspended", 0),
        ]
        func count(_ name: String) {
            for index in counts.indices where counts[index].0 == name { counts[index].1 = 1 }
        }
        switch self {
        case .running:
            count("ready")
            count("active")
        case .suspended: count("suspended")
        case .complete: count("succeeded")
        case .failed: count("failed")
        }
        var job: JSONObject = ["name": .string(TrainJobVocabulary.trainerJob)]
        for (name, value) in counts { job[name] = .number(JSONNumber(value)) }
        return [.object(job)]
    }
}
