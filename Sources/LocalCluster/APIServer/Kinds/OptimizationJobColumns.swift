import JSON

/// What `kubectl get optimizationjobs` says about a job.
enum OptimizationJobColumns {
    /// The condition that says most: how it ended, else what holds it, else how far it came.
    static func state(of job: JSONValue) -> JSONValue {
        let conditions = job["status"]?["conditions"]?.arrayValue ?? []
        let holding = conditions.filter { $0["status"]?.stringValue == "True" }.compactMap { $0["type"]?.stringValue }
        for state in ["Complete", "Failed", "Suspended", "Running", "Created"] where holding.contains(state) {
            return .string(state)
        }
        return .null
    }

    /// Trials that ended, out of how many there will be.
    static func trials(of job: JSONValue) -> JSONValue {
        guard let total = job["spec"]?["numTrials"]?.int64Value else { return .null }
        let finished = (job["status"]?["trials"]?.arrayValue ?? []).count { trial in
            trial["state"]?.stringValue.map { $0 != "Running" } ?? false
        }
        return .string("\(finished)/\(total)")
    }

    /// The objective's value in the best trial so far.
    static func best(of job: JSONValue) -> JSONValue {
        guard let metric = job["spec"]?["objectives"]?[0]?["metric"]?.stringValue,
            let metrics = job["status"]?["result"]?["metrics"]?.arrayValue
        else { return .null }
        return metrics.last { $0["name"]?.stringValue == metric }?["value"] ?? .null
    }
}
