import JSON
import Kubernetes

/// A trial's TrainJob, as far as tuning cares: who it is, whether it ended, and what it reported.
///
/// Read leniently, since TrainJobs are written by others. The spec is not kept: thousands of these may be cached.
public struct TrainJob: Sendable, Equatable {
    /// Who it is.
    public var metadata: ObjectMeta
    /// Whether `spec.suspend` holds it back.
    public var isSuspended: Bool
    /// What its controller says about it. A healthy running TrainJob usually has none.
    public var conditions: [Condition]
    /// The last progress report; each replaces the one before as a whole.
    public var trainerStatus: TrainerStatus?

    /// Makes a TrainJob.
    public init(
        metadata: ObjectMeta,
        isSuspended: Bool = false,
        conditions: [Condition] = [],
        trainerStatus: TrainerStatus? = nil
    ) {
        self.metadata = metadata
        self.isSuspended = isSuspended
        self.conditions = conditions
        self.trainerStatus = trainerStatus
    }

    /// Reads an object; what is missing or of another shape counts as absent.
    public init(decoding object: JSONValue) {
        let status = object["status"] ?? .null
        self.init(
            metadata: ObjectMeta(object),
            isSuspended: object["spec"]?["suspend"]?.boolValue ?? false,
            conditions: (status["conditions"]?.arrayValue ?? []).compactMap(Condition.init(decoding:)),
            trainerStatus: status["trainerStatus"].flatMap(TrainerStatus.init(decoding:))
        )
    }

    /// The condition of a type, whatever its status.
    public func condition(_ type: String) -> Condition? {
        conditions.first { $0.type == type }
    }

    /// Whether it ended well: condition `Complete` is `True`. Its presence alone says nothing.
    public var isComplete: Bool { condition("Complete")?.status == "True" }

    /// Whether it ended badly: condition `Failed` is `True`.
    public var isFailed: Bool { condition("Failed")?.status == "True" }

    /// Whether it ended at all.
    public var isFinished: Bool { isComplete || isFailed }
}

/// A progress report of a TrainJob (`status.trainerStatus`).
public struct TrainerStatus: Sendable, Hashable {
    /// How much is done, 0 to 100.
    public var progressPercentage: Int?
    /// Seconds to go, 0 or more, by the trial's own estimate.
    public var estimatedRemainingSeconds: Int?
    /// Metrics in the order reported; a name can occur twice, the last one counts.
    public var metrics: [MetricValue]
    /// When it was reported, by the trial's clock.
    public var lastUpdatedTime: Timestamp?

    /// Makes a report.
    public init(
        progressPercentage: Int? = nil,
        estimatedRemainingSeconds: Int? = nil,
        metrics: [MetricValue] = [],
        lastUpdatedTime: Timestamp? = nil
    ) {
        self.progressPercentage = progressPercentage
        self.estimatedRemainingSeconds = estimatedRemainingSeconds
        self.metrics = metrics
        self.lastUpdatedTime = lastUpdatedTime
    }

    /// Reads a report; `nil` when it is no object.
    public init?(decoding value: JSONValue) {
        guard value.objectValue != nil else { return nil }
        self.init(
            progressPercentage: value["progressPercentage"]?.int64Value.flatMap(Int.init(exactly:)),
            estimatedRemainingSeconds: value["estimatedRemainingSeconds"]?.int64Value.flatMap(Int.init(exactly:)),
            metrics: (value["metrics"]?.arrayValue ?? []).compactMap(MetricValue.init(decoding:)),
            lastUpdatedTime: value["lastUpdatedTime"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        )
    }

    /// The last value reported under a name, as a number; `nil` when it is missing or not finite.
    public func number(ofMetric name: String) -> Double? {
        metrics.last { $0.name == name }?.number
    }

    /// The report as a status carries it.
    public var json: JSONValue {
        var object: JSONObject = [:]
        if let progressPercentage { object["progressPercentage"] = .number(JSONNumber(progressPercentage)) }
        if let estimatedRemainingSeconds {
            object["estimatedRemainingSeconds"] = .number(JSONNumber(estimatedRemainingSeconds))
        }
        if !metrics.isEmpty { object["metrics"] = .array(metrics.map(\.json)) }
        if let lastUpdatedTime { object["lastUpdatedTime"] = .string(lastUpdatedTime.description) }
        return .object(object)
    }
}
