import JSON
import Kubernetes

/// The best trial so far.
public struct TrialResult: Sendable, Hashable {
    /// Its TrainJob.
    public var trainJobName: String
    /// What it was given.
    public var parameters: [ParameterAssignment]
    /// What it reported.
    public var metrics: [MetricValue]

    /// Makes a result.
    public init(trainJobName: String, parameters: [ParameterAssignment], metrics: [MetricValue]) {
        self.trainJobName = trainJobName
        self.parameters = parameters
        self.metrics = metrics
    }

    /// Reads a result; `nil` when it names no TrainJob.
    public init?(decoding value: JSONValue) {
        guard let name = value["trainJobName"]?.stringValue, !name.isEmpty else { return nil }
        self.init(
            trainJobName: name,
            parameters: (value["parameters"]?.arrayValue ?? []).compactMap(ParameterAssignment.init(decoding:)),
            metrics: (value["metrics"]?.arrayValue ?? []).compactMap(MetricValue.init(decoding:))
        )
    }

    /// The result as a status carries it.
    public var json: JSONValue {
        [
            "trainJobName": .string(trainJobName),
            "parameters": .array(parameters.map(\.json)),
            "metrics": .array(metrics.map(\.json)),
        ]
    }
}

/// How many trials are in each state.
public struct TrialCounts: Sendable, Hashable {
    /// Not ended.
    public var running = 0
    /// Ended with a value.
    public var succeeded = 0
    /// Ended without one.
    public var failed = 0
    /// Stopped by a pruner.
    public var earlyStopped = 0

    /// Counts records.
    public init(of trials: [TrialRecord] = []) {
        for trial in trials {
            switch trial.state {
            case .running: running += 1
            case .succeeded: succeeded += 1
            case .failed: failed += 1
            case .earlyStopped: earlyStopped += 1
            }
        }
    }

    /// Those that ended, in whatever way.
    public var finished: Int { succeeded + failed + earlyStopped }

    /// The counts as a status carries them.
    public var json: JSONValue {
        [
            "running": .number(JSONNumber(running)),
            "succeeded": .number(JSONNumber(succeeded)),
            "failed": .number(JSONNumber(failed)),
            "earlyStopped": .number(JSONNumber(earlyStopped)),
        ]
    }
}

/// What came of a job so far: its whole memory.
public struct OptimizationJobStatus: Sendable, Equatable {
    /// One of each type; see `ConditionType`.
    public var conditions: [Condition]
    /// The best trial so far, by the first objective; `nil` until one succeeded.
    public var result: TrialResult?
    /// The Pareto front of a job with several objectives: succeeded trials than which no other is better in one objective
    /// and as good in all others. Empty for one objective.
    public var optimalTrials: [TrialResult]
    /// Every trial ever started, in the order of their numbers.
    public var trials: [TrialRecord]
    /// The number the next trial gets.
    public var nextTrialIndex: Int
    /// The same for people; `nil` until the controller has seen the job.
    public var summary: StatusSummary?

    /// Makes a status; an empty one for a new job.
    public init(
        conditions: [Condition] = [],
        result: TrialResult? = nil,
        optimalTrials: [TrialResult] = [],
        trials: [TrialRecord] = [],
        nextTrialIndex: Int = 0,
        summary: StatusSummary? = nil
    ) {
        self.conditions = conditions
        self.result = result
        self.optimalTrials = optimalTrials
        self.trials = trials
        self.nextTrialIndex = nextTrialIndex
        self.summary = summary
    }

    /// Trials by state, counted from the records.
    public var trialCounts: TrialCounts { TrialCounts(of: trials) }

    /// Reads a status leniently: what is missing or of another shape counts as absent.
    ///
    /// A missing `nextTrialIndex` becomes the number of records, so that no number is given twice.
    public init(decoding value: JSONValue) {
        let trials = (value["trials"]?.arrayValue ?? []).compactMap(TrialRecord.init(decoding:))
        let next = value["nextTrialIndex"]?.intValue ?? 0
        self.init(
            conditions: (value["conditions"]?.arrayValue ?? []).compactMap(Condition.init(decoding:)),
            result: value["result"].flatMap(TrialResult.init(decoding:)),
            optimalTrials: (value["optimalTrials"]?.arrayValue ?? []).compactMap(TrialResult.init(decoding:)),
            trials: trials,
            nextTrialIndex: max(next, trials.count),
            summary: value["summary"].flatMap(StatusSummary.init(decoding:))
        )
    }

    /// The status as an object carries it.
    public var json: JSONValue {
        var object: JSONObject = [:]
        if !conditions.isEmpty { object["conditions"] = .array(conditions.map(\.json)) }
        if let summary { object["summary"] = summary.json }
        if let result { object["result"] = result.json }
        if !optimalTrials.isEmpty { object["optimalTrials"] = .array(optimalTrials.map(\.json)) }
        object["trialCounts"] = trialCounts.json
        object["nextTrialIndex"] = .number(JSONNumber(nextTrialIndex))
        object["trials"] = .array(trials.map(\.json))
        return .object(object)
    }
}
