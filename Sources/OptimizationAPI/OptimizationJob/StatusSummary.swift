import JSON
import Kubernetes

/// A status in three words, ready to be shown: what `kubectl get` prints as columns.
///
/// A column of a CustomResourceDefinition can only copy one field, so what takes a count or a choice is put together here.
/// Nothing is read back from it.
public struct StatusSummary: Sendable, Hashable {
    /// The condition that says most; `nil` before the first.
    public var state: String?
    /// Trials that ended, out of how many there will be: `3/20`.
    public var trials: String
    /// The first objective's value in the best trial, as reported; `nil` until one succeeded.
    public var best: String?

    /// Conditions, the one that says most first: how a job ended, else what holds it, else how far it came.
    private static let states = [
        ConditionType.complete, ConditionType.failed, ConditionType.suspended, ConditionType.running,
        ConditionType.created,
    ]

    /// Sums up a status.
    public init(of status: OptimizationJobStatus, spec: OptimizationJobSpec) {
        let holding = status.conditions.filter { $0.status == "True" }.map(\.type)
        state = StatusSummary.states.first(where: holding.contains)
        trials = "\(status.trialCounts.finished)/\(spec.numTrials)"
        if let metric = spec.objectives.first?.metric {
            best = status.result?.metrics.last { $0.name == metric }?.value
        }
    }

    init?(decoding value: JSONValue) {
        guard let trials = value["trials"]?.stringValue else { return nil }
        state = value["state"]?.stringValue
        self.trials = trials
        best = value["best"]?.stringValue
    }

    /// The summary as a status carries it.
    public var json: JSONValue {
        var object = JSONObject()
        if let state { object["state"] = .string(state) }
        object["trials"] = .string(trials)
        if let best { object["best"] = .string(best) }
        return .object(object)
    }
}
