import Controller
import JSON
import OptimizationAPI
import Search

/// Reads the trials of a request for suggestions, and keeps what is wrong with them.
///
/// Strict: a trial that is not understood would be left out of the model, and suggestions be worse than they could be with
/// nobody the wiser.
struct PastTrialReader {
    let space: SearchSpace
    let objectives: [Objective]
    /// What is wrong, paths from the request's root.
    private(set) var errors: [FieldError] = []

    /// A trial's members: those that are read, and what else a record of `status.trials` has.
    private static let members = [
        "name", "parameters", "state", "metrics", "trainJobName", "trainJobUID", "reason", "message", "creationTime",
        "completionTime", "progress",
    ]
    private static let states: [String: PastTrial.State] = [
        "Running": .running, "Succeeded": .succeeded, "Failed": .failed, "EarlyStopped": .earlyStopped,
        "Pruned": .earlyStopped,
    ]

    init(space: SearchSpace, objectives: [Objective]) {
        self.space = space
        self.objectives = objectives
    }

    /// The trials of a list, numbered in its order; those with mistakes are not among them.
    mutating func trials(_ value: JSONValue) -> [PastTrial] {
        guard !value.isNull else { return [] }
        let root = FieldPath("trials")
        guard let list = value.arrayValue else {
            refuse(root, .typeInvalid, value, "must be a list")
            return []
        }
        var trials: [PastTrial] = []
        var names: Set<String> = []
        for (index, trial) in list.enumerated() {
            let path = root.index(index)
            // One that has both may well have the same in both.
            let key = trial["name"] == nil ? "trainJobName" : "name"
            if let name = trial[key]?.stringValue, !name.isEmpty, !names.insert(name).inserted {
                refuse(path.key(key), .duplicate, .string(name), "")
            }
            if let past = self.trial(trial, number: index, at: path) { trials.append(past) }
        }
        return trials
    }

    private mutating func trial(_ trial: JSONValue, number: Int, at path: FieldPath) -> PastTrial? {
        let before = errors.count
        guard let object = trial.objectValue else {
            refuse(path, .typeInvalid, trial, "must be an object with parameters, state and metrics")
            return nil
        }
        checkMembers(of: object, Self.members, at: path)
        let state = state(of: trial, at: path)
        let parameters = pairs("parameters", of: trial, at: path)
        if object["parameters"] == nil {
            refuse(path.key("parameters"), .required, nil, "must be a list of {name, value}")
        }
        let metrics = pairs("metrics", of: trial, at: path)
        guard errors.count == before, let state else { return nil }
        let values = values(parameters, at: path.key("parameters"))
        let measured = measurements(metrics, isComplete: state == .succeeded, at: path.key("metrics"))
        guard errors.count == before else { return nil }
        return PastTrial(
            index: number,
            assignment: Assignment(values: values),
            state: state,
            reason: trial["reason"]?.stringValue,
            objectives: measured
        )
    }

    private mutating func state(of trial: JSONValue, at path: FieldPath) -> PastTrial.State? {
        let value = trial["state"] ?? .null
        if let state = value.stringValue.flatMap({ Self.states[$0] }) { return state }
        let supported = "supported values: \"Running\", \"Succeeded\", \"Failed\", \"EarlyStopped\""
        refuse(path.key("state"), value.isNull ? .required : .notSupported, value, supported)
        return nil
    }

    /// A member of a list of `{name, value}`, and where it is.
    private typealias Pair = (value: String, path: FieldPath)

    /// A list of `{name, value}`, values being texts or numbers.
    private mutating func pairs(_ key: String, of trial: JSONValue, at path: FieldPath) -> [String: Pair] {
        guard let value = trial[key], !value.isNull else { return [:] }
        let path = path.key(key)
        guard let list = value.arrayValue else {
            refuse(path, .typeInvalid, value, "must be a list of {name, value}")
            return [:]
        }
        var pairs: [String: Pair] = [:]
        for (index, pair) in list.enumerated() {
            let path = path.index(index)
            let text = pair["value"]?.stringValue ?? pair["value"]?.numberValue?.text
            guard let object = pair.objectValue, let name = pair["name"]?.stringValue, let text else {
                refuse(path, .invalid, pair, "must be {name, value}")
                continue
            }
            checkMembers(of: object, ["name", "value"], at: path)
            if pairs.updateValue((text, path), forKey: name) != nil {
                refuse(path.key("name"), .duplicate, .string(name), "")
            }
        }
        return pairs
    }

    /// The values of the space's parameters, in its order.
    private mutating func values(_ given: [String: Pair], at path: FieldPath) -> [String] {
        var rest = given
        var values: [String] = []
        for parameter in space.parameters {
            guard let (value, place) = rest.removeValue(forKey: parameter.name) else {
                refuse(path, .required, nil, "has no value of parameter \"\(parameter.name)\"")
                continue
            }
            // Numbers as the API writes them: Swift would read hexadecimal ones, and a sign, as well.
            let isWritten = parameter.domain.isCategorical || DecimalText(value) != nil
            if !isWritten {
                refuse(place.key("value"), .invalid, .string(value), "must match \(DecimalText.grammar)")
            } else if !parameter.domain.contains(value) {
                let detail =
                    "is no value of parameter \"\(parameter.name)\"; leave out trials that were outside of the space"
                refuse(place.key("value"), .invalid, .string(value), detail)
            }
            values.append(value)
        }
        for (name, (_, place)) in rest.sorted(by: { $0.value.path.description < $1.value.path.description }) {
            refuse(place.key("name"), .invalid, .string(name), "is no parameter of the search space")
        }
        return values
    }

    /// The values of the objectives, in their order; none for a trial that has none of them.
    ///
    /// - Parameter isComplete: Whether all of them have to be there.
    private mutating func measurements(_ metrics: [String: Pair], isComplete: Bool, at path: FieldPath) -> [Double] {
        var values: [Double] = []
        var isMeasured = false
        for objective in objectives {
            guard let (text, place) = metrics[objective.metric] else {
                values.append(.nan)
                guard isComplete else { continue }
                let detail = "has no value of metric \"\(objective.metric)\", without which a trial has not succeeded"
                refuse(path, .required, nil, detail)
                continue
            }
            isMeasured = true
            let value = MetricValue.number(text)
            // The last word of a trial that failed may be any text, and its record has it.
            if value == nil, isComplete {
                refuse(place.key("value"), .invalid, .string(text), "must be a number; nan, inf and -inf are")
            }
            values.append(value ?? .nan)
        }
        return isMeasured ? values : []
    }

    private mutating func checkMembers(of object: JSONObject, _ known: [String], at path: FieldPath) {
        for (key, _) in object where !known.contains(key) {
            refuse(path.key(key), .forbidden, nil, "unknown field; those are \(known.joined(separator: ", "))")
        }
    }

    private mutating func refuse(
        _ path: FieldPath,
        _ reason: FieldError.Reason,
        _ value: JSONValue?,
        _ detail: String
    ) {
        errors.append(FieldError(path: path, reason: reason, value: value, detail: detail))
    }
}
