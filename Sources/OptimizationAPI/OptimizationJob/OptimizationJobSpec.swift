import JSON

/// What becomes of the TrainJobs of trials that ended.
public enum TrialRetention: String, Sendable, Hashable, CaseIterable {
    /// All stay until the job is deleted; the default.
    case all = "All"
    /// The best one stays (of several objectives: the optimal ones), the others are deleted.
    case best = "Best"
    /// All are deleted.
    case none = "None"
}

/// What a job tunes, how, and what a trial is.
public struct OptimizationJobSpec: Sendable, Hashable {
    /// What to tune for, 1 to 4 of them. With more than one there is no best trial but a Pareto front.
    public var objectives: [Objective]
    /// How parameters are chosen.
    public var searchAlgorithm: SearchAlgorithm
    /// What is tuned, 1 to 100 of them.
    public var parameters: [Parameter]
    /// Trials to start in all, whatever becomes of them; 1 to 1000.
    public var numTrials: Int
    /// Trials running at once; 1 to `numTrials`.
    public var parallelTrials: Int
    /// Failed trials tolerated: one more and the job fails. 0 to 1000; `nil` for any number.
    public var maxFailedTrials: Int?
    /// Names of finished OptimizationJobs in the same namespace whose trials on the same parameters count as history.
    public var warmStartFrom: [String]
    /// How unpromising trials are stopped; `nil` to let all run to their end.
    public var pruneAlgorithm: PruneAlgorithm?
    /// Whether no trial may run.
    public var isSuspended: Bool
    /// Who runs the job; `nil` for `Managers.controller`.
    public var managedBy: String?
    /// Seconds from the end of the job to its deletion, 0 or more; `nil` for never.
    public var ttlSecondsAfterFinished: Int?
    /// What becomes of the TrainJobs of trials that ended.
    public var trialRetention: TrialRetention
    /// What a trial runs.
    public var trainJobTemplate: TrainJobTemplate

    /// Makes a spec.
    public init(
        objectives: [Objective],
        searchAlgorithm: SearchAlgorithm = .random(seed: nil),
        parameters: [Parameter],
        numTrials: Int = 1,
        parallelTrials: Int = 1,
        maxFailedTrials: Int? = nil,
        warmStartFrom: [String] = [],
        pruneAlgorithm: PruneAlgorithm? = nil,
        isSuspended: Bool = false,
        managedBy: String? = nil,
        ttlSecondsAfterFinished: Int? = nil,
        trialRetention: TrialRetention = .all,
        trainJobTemplate: TrainJobTemplate
    ) {
        self.objectives = objectives
        self.searchAlgorithm = searchAlgorithm
        self.parameters = parameters
        self.numTrials = numTrials
        self.parallelTrials = parallelTrials
        self.maxFailedTrials = maxFailedTrials
        self.warmStartFrom = warmStartFrom
        self.pruneAlgorithm = pruneAlgorithm
        self.isSuspended = isSuspended
        self.managedBy = managedBy
        self.ttlSecondsAfterFinished = ttlSecondsAfterFinished
        self.trialRetention = trialRetention
        self.trainJobTemplate = trainJobTemplate
    }

    /// Whether the job is ours to run.
    public var isManagedByUs: Bool { Managers.isOurs(managedBy) }

    /// The spec as an object carries it; what is optional and not set is left out.
    public var json: JSONValue {
        var object: JSONObject = [
            "objectives": .array(objectives.map(\.json)),
            "searchAlgorithm": searchAlgorithm.json,
            "parameters": .array(parameters.map(\.json)),
            "numTrials": .number(JSONNumber(numTrials)),
            "parallelTrials": .number(JSONNumber(parallelTrials)),
        ]
        if let maxFailedTrials { object["maxFailedTrials"] = .number(JSONNumber(maxFailedTrials)) }
        if !warmStartFrom.isEmpty { object["warmStartFrom"] = .array(warmStartFrom.map { .string($0) }) }
        if let pruneAlgorithm { object["pruneAlgorithm"] = pruneAlgorithm.json }
        if isSuspended { object["suspend"] = true }
        if let managedBy { object["managedBy"] = .string(managedBy) }
        if let ttlSecondsAfterFinished {
            object["ttlSecondsAfterFinished"] = .number(JSONNumber(ttlSecondsAfterFinished))
        }
        if trialRetention != .all { object["trialRetention"] = .string(trialRetention.rawValue) }
        object["trainJobTemplate"] = trainJobTemplate.json
        return .object(object)
    }
}
