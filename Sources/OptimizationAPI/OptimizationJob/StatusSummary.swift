import JSON
import Kubernetes

/// A status in three words, ready to be shown: what `kubectl get` prints as columns.
///
/// A column of a CustomResourceDefinition can only copy one field, so what takes a count or a choice is put together here.
/// Nothing is read back from it.
public struct StatusSummary: Sendable, Hashable {
    /// How the job is, in one word: a `JobState`.
    public var state: String
    /// Trials that ended, out of how many there will be: `3/20`; `nil` when the spec that says so cannot be understood.
    public var trials: String?
    /// The first objective's value in the best trial, as reported; `nil` until one succeeded.
    public var best: String?

    /// Sums up a status.
    public init(of status: OptimizationJobStatus, spec: OptimizationJobSpec) {
        state = status.state.rawValue
        trials = "\(status.trialCounts.finished)/\(spec.numTrials)"
        if let metric = spec.objectives.first?.metric {
            best = status.result?.metrics.last { $0.name == metric }?.value
        }
    }

    /// Sums up a status whose spec cannot be understood: what was said of its trials stays.
    public init(ofUnreadable status: OptimizationJobStatus) {
        state = status.state.rawValue
        trials = status.summary?.trials
        best = status.summary?.best
    }

    init?(decoding value: JSONValue) {
        guard value.objectValue != nil else { return nil }
        state = value["state"]?.stringValue ?? ""
        trials = value["trials"]?.stringValue
        best = value["best"]?.stringValue
    }

    /// The summary as a status carries it.
    public var json: JSONValue {
        var object = JSONObject()
        object["state"] = .string(state)
        if let trials { object["trials"] = .string(trials) }
        if let best { object["best"] = .string(best) }
        return .object(object)
    }
}
