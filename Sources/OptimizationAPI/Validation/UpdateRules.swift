import JSON

/// Rules on what may change while a job exists.
enum UpdateRules {
    /// The members that never change. All others may, `numTrials` only upwards.
    static let immutable = [
        "objectives", "searchAlgorithm", "parameters", "warmStartFrom", "pruneAlgorithm", "managedBy",
        "trainJobTemplate",
    ]

    private static let message = "OptimizationJobSpec is immutable and cannot be updated after creation"

    /// Both objects have their defaults filled in.
    static func check(old: JSONValue, new: JSONValue, _ findings: inout Findings) {
        guard let before = old["spec"], let after = new["spec"] else { return }
        findings.at("spec") { findings in
            for field in immutable where value(of: field, in: before) != value(of: field, in: after) {
                findings.add(
                    at: field,
                    .invalid,
                    nil,
                    message + "; only numTrials (which may only grow), parallelTrials, maxFailedTrials, suspend, "
                        + "ttlSecondsAfterFinished and trialRetention can change"
                )
            }
            if let before = before["numTrials"]?.int64Value, let after = after["numTrials"]?.int64Value, after < before
            {
                findings.add(
                    at: "numTrials",
                    .invalid,
                    .number(JSONNumber(after)),
                    message + "; numTrials may only grow (it is \(before))"
                )
            }
        }
    }

    /// A member as far as it means something: what is left out means the same as what is spelt out.
    private static func value(of field: String, in spec: JSONValue) -> JSONValue {
        switch (field, spec[field] ?? .null) {
        case ("managedBy", .null): .string(Managers.controller)
        case ("warmStartFrom", .array([])): .null
        case (_, let value): value
        }
    }
}
