import JSON

/// Rules on what may change while a job exists.
enum UpdateRules {
    /// Both objects have their defaults filled in.
    static func check(old: JSONValue, new: JSONValue, _ findings: inout Findings) {
        guard let before = old["spec"], let after = new["spec"] else { return }
        findings.at("spec") { findings in
            for field in ["objectives", "searchAlgorithm", "parameters", "trainJobTemplate"]
            where (before[field] ?? .null) != (after[field] ?? .null) {
                findings.add(
                    at: field,
                    .invalid,
                    nil,
                    "OptimizationJobSpec is immutable and cannot be updated after creation; "
                        + "only parallelTrials and numTrials, which may grow, can change"
                )
            }
            if let before = before["numTrials"]?.int64Value, let after = after["numTrials"]?.int64Value, after < before
            {
                findings.add(
                    at: "numTrials",
                    .invalid,
                    .number(JSONNumber(after)),
                    "OptimizationJobSpec is immutable and cannot be updated after creation; "
                        + "numTrials may only grow (it is \(before))"
                )
            }
        }
    }
}
