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
            for field in immutable where before[field] != after[field] {
                guard value(of: field, in: before) != value(of: field, in: after) else { continue }
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

    /// A member as far as it means something: what is left out means the same as what is spelt out, and as what is `null`.
    private static func value(of field: String, in spec: JSONValue) -> JSONValue {
        switch (field, withoutNulls(spec[field] ?? .null)) {
        case ("managedBy", .null): return .string(Managers.controller)
        case ("warmStartFrom", .array([])): return .null
        case ("trainJobTemplate", var template):
            for part in ["labels", "annotations"] where template["metadata"]?[part] == [:] {
                template["metadata"]?[part] = nil
            }
            if template["metadata"] == [:] { template["metadata"] = nil }
            return template
        case (_, let value): return value
        }
    }

    private static func withoutNulls(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements):
            return .array(elements.map(withoutNulls))
        case .object(let object):
            var kept = JSONObject()
            for (key, member) in object where !member.isNull { kept[key] = withoutNulls(member) }
            return .object(kept)
        default:
            return value
        }
    }
}
