import JSON
import Kubernetes

/// A parameter's value in a trial.
public struct ParameterAssignment: Sendable, Hashable {
    /// The parameter's name.
    public var name: String
    /// The value, as the trial received it.
    public var value: String

    /// Makes an assignment.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Reads `{name, value}`; `nil` when either is missing.
    public init?(decoding value: JSONValue) {
        guard let name = value["name"]?.stringValue, let text = value["value"]?.stringValue else { return nil }
        self.init(name: name, value: text)
    }

    /// `{name, value}`.
    public var json: JSONValue { ["name": .string(name), "value": .string(value)] }
}

/// A metric as a trial reported it.
public struct MetricValue: Sendable, Hashable {
    /// The metric's name.
    public var name: String
    /// The value as reported: usually a number, but `nan`, `inf` or any other text is possible.
    public var value: String

    /// Makes a metric.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Reads `{name, value}`; `nil` when either is missing.
    public init?(decoding value: JSONValue) {
        guard let name = value["name"]?.stringValue, let text = value["value"]?.stringValue else { return nil }
        self.init(name: name, value: text)
    }

    /// `{name, value}`.
    public var json: JSONValue { ["name": .string(name), "value": .string(value)] }

    /// The value as a number; `nil` when it is none, or not finite.
    public var number: Double? { MetricValue.number(value).flatMap { $0.isFinite ? $0 : nil } }

    /// The number that a metric's text stands for, `nan` and `inf` among them; `nil` when it is none.
    ///
    /// Hexadecimal, which Swift would read, is no way to report a metric.
    public static func number(_ text: String) -> Double? {
        // Spaces around a number are a formatting slip, not another value.
        var text = Substring(text)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text.contains { $0 == "x" || $0 == "X" } ? nil : Double(text)
    }
}

/// How far a trial got.
public enum TrialState: String, Sendable, Hashable, CaseIterable {
    /// Written down, created or about to be, and not ended.
    case running = "Running"
    /// Ended with a value for the objective.
    case succeeded = "Succeeded"
    /// Ended without one.
    case failed = "Failed"
    /// Stopped by a pruner, or because the job ended.
    case earlyStopped = "EarlyStopped"

    /// Whether the record never changes again.
    public var isTerminal: Bool { self != .running }
}

/// What a job's status remembers of one trial: written before its TrainJob exists, and final once the trial ended.
public struct TrialRecord: Sendable, Hashable {
    /// The TrainJob's name.
    public var trainJobName: String
    /// The TrainJob's UID; `nil` until it was created, which tells "not created yet" from "deleted by someone".
    public var trainJobUID: String?
    /// How far it got.
    public var state: TrialState
    /// Why it ended as it did, as one CamelCase word.
    public var reason: String?
    /// The same in a sentence.
    public var message: String?
    /// What it was given, in the order of the spec.
    public var parameters: [ParameterAssignment]
    /// The last metrics seen, the objective's among them if it was ever reported.
    public var metrics: [MetricValue]
    /// The objective's course by ascending step, as far as pruning needs it; empty for a job that does not prune.
    public var progress: [ProgressPoint]
    /// What the steps of the course are counted by; `nil` when there is none, or a release wrote it that did not say.
    public var stepMeasure: StepMeasure?
    /// When the record was written.
    public var creationTime: Timestamp
    /// When the trial ended.
    public var completionTime: Timestamp?

    /// Makes a record.
    public init(
        trainJobName: String,
        trainJobUID: String? = nil,
        state: TrialState = .running,
        reason: String? = nil,
        message: String? = nil,
        parameters: [ParameterAssignment],
        metrics: [MetricValue] = [],
        progress: [ProgressPoint] = [],
        stepMeasure: StepMeasure? = nil,
        creationTime: Timestamp,
        completionTime: Timestamp? = nil
    ) {
        self.trainJobName = trainJobName
        self.trainJobUID = trainJobUID
        self.state = state
        self.reason = reason
        self.message = message
        self.parameters = parameters
        self.metrics = metrics
        self.progress = progress
        self.stepMeasure = stepMeasure
        self.creationTime = creationTime
        self.completionTime = completionTime
    }

    /// Reads a record leniently, since losing one would lose a trial: only a name is needed.
    ///
    /// A state this version does not know counts as failed when the trial has ended, else as running.
    ///
    /// - Returns: `nil` when there is no TrainJob name.
    public init?(decoding value: JSONValue) {
        guard let name = value["trainJobName"]?.stringValue, !name.isEmpty else { return nil }
        let completion = value["completionTime"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        self.init(
            trainJobName: name,
            trainJobUID: value["trainJobUID"]?.stringValue,
            state: value["state"]?.stringValue.flatMap(TrialState.init(rawValue:))
                ?? (completion == nil ? .running : .failed),
            reason: value["reason"]?.stringValue,
            message: value["message"]?.stringValue,
            parameters: (value["parameters"]?.arrayValue ?? []).compactMap(ParameterAssignment.init(decoding:)),
            metrics: (value["metrics"]?.arrayValue ?? []).compactMap(MetricValue.init(decoding:)),
            progress: value["progress"]?.stringValue.map(ProgressPoint.points(in:)) ?? [],
            stepMeasure: value["progress"]?.stringValue.flatMap(StepMeasure.init(startOf:)),
            creationTime: value["creationTime"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
                ?? Timestamp(secondsSinceEpoch: 0),
            completionTime: completion
        )
    }

    /// The last value reported under a name, as a number; `nil` when it is missing or not finite.
    public func number(ofMetric name: String) -> Double? {
        metrics.last { $0.name == name }?.number
    }

    /// The record as a status carries it; what is absent is left out.
    public var json: JSONValue {
        var object: JSONObject = ["trainJobName": .string(trainJobName)]
        if let trainJobUID { object["trainJobUID"] = .string(trainJobUID) }
        object["state"] = .string(state.rawValue)
        if let reason { object["reason"] = .string(reason) }
        if let message { object["message"] = .string(message) }
        object["parameters"] = .array(parameters.map(\.json))
        if !metrics.isEmpty { object["metrics"] = .array(metrics.map(\.json)) }
        if !progress.isEmpty {
            let parts = (stepMeasure.map { [$0.name + ":"] } ?? []) + progress.map(\.description)
            object["progress"] = .string(parts.joined(separator: " "))
        }
        object["creationTime"] = .string(creationTime.description)
        if let completionTime { object["completionTime"] = .string(completionTime.description) }
        return .object(object)
    }
}
