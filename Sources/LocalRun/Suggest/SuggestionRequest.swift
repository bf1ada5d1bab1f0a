import JSON
import Kubernetes
import OptimizationAPI
import Search

/// What `optimizationjob suggest` is asked: the search of a job, what its trials found, and how many more to name.
struct SuggestionRequest {
    /// A job with this search; its template is nobody's.
    let job: OptimizationJob
    let space: SearchSpace
    let history: TrialHistory
    /// How many suggestions; 1 when the request does not say.
    let count: Int

    /// More than this many at once is a mistake: a job has at most a thousand trials.
    static let largestCount = 1000

    private static let members = ["parameters", "objectives", "searchAlgorithm", "trials", "count"]

    /// Reads a request.
    ///
    /// - Throws: Everything wrong with it, fields named from the request's root.
    init(_ request: JSONValue) throws(FieldErrors) {
        guard let object = request.objectValue else {
            throw FieldErrors([SuggestionRequest.error([], .typeInvalid, request, "must be a JSON object")])
        }
        var errors: [FieldError] = []
        for (key, _) in object where !SuggestionRequest.members.contains(key) {
            errors.append(
                SuggestionRequest.error(
                    [.key(key)],
                    .forbidden,
                    nil,
                    "is no field of a request; those are \(SuggestionRequest.members.joined(separator: ", "))"
                )
            )
        }
        var count = 1
        if let value = request["count"], !value.isNull {
            if let number = value.int64Value, (1...Int64(SuggestionRequest.largestCount)).contains(number) {
                count = Int(number)
            } else {
                errors.append(
                    SuggestionRequest.error(
                        [.key("count")],
                        .invalid,
                        value,
                        "must be a whole number from 1 to \(SuggestionRequest.largestCount)"
                    )
                )
            }
        }
        let job: OptimizationJob
        do {
            job = try SuggestionRequest.job(request)
        } catch let problem as FieldErrors {
            throw FieldErrors(errors + problem.errors.map(SuggestionRequest.relocated))
        } catch {
            throw FieldErrors(errors + [SuggestionRequest.error([], .invalid, nil, "\(error)")])
        }
        let space: SearchSpace
        do {
            space = try job.spec.searchSpace
        } catch {
            throw FieldErrors(errors + [SuggestionRequest.error([.key("parameters")], .invalid, nil, "\(error)")])
        }
        var trials: [PastTrial] = []
        if let value = request["trials"], !value.isNull {
            if let list = value.arrayValue {
                for (index, trial) in list.enumerated() {
                    let path: [FieldPath.Component] = [.key("trials"), .index(index)]
                    if let past = SuggestionRequest.trial(trial, index: index, job, path, &errors) {
                        trials.append(past)
                    }
                }
            } else {
                errors.append(SuggestionRequest.error([.key("trials")], .typeInvalid, value, "must be a list"))
            }
        }
        guard errors.isEmpty else { throw FieldErrors(errors) }
        self.job = job
        self.space = space
        self.count = count
        history = TrialHistory(
            trials,
            directions: job.spec.objectives.map { $0.direction == .minimize ? .minimize : .maximize }
        )
    }

    /// The smallest job with the request's search, defaulted and validated like any other.
    private static func job(_ request: JSONValue) throws -> OptimizationJob {
        var spec: JSONObject = [
            "numTrials": 1,
            "trainJobTemplate": ["spec": ["runtimeRef": ["name": "none"]]],
        ]
        for field in ["parameters", "objectives", "searchAlgorithm"] {
            if let value = request[field] { spec[field] = value }
        }
        let object: JSONValue = [
            "apiVersion": .string(ResourceType.optimizationJobs.apiVersion),
            "kind": "OptimizationJob",
            "metadata": ["name": "suggest"],
            "spec": .object(spec),
        ]
        return try OptimizationJob(decoding: Defaulting.apply(to: object))
    }

    /// The same error with its field named from the request's root.
    private static func relocated(_ error: FieldError) -> FieldError {
        var components = error.path.components
        if components.first == .key("spec") { components.removeFirst() }
        return FieldError(path: FieldPath(components), reason: error.reason, value: error.value, detail: error.detail)
    }

    private static func trial(
        _ trial: JSONValue,
        index: Int,
        _ job: OptimizationJob,
        _ path: [FieldPath.Component],
        _ errors: inout [FieldError]
    ) -> PastTrial? {
        let before = errors.count
        let parameters = pairs("parameters", of: trial, path, required: true, &errors)
        let metrics = pairs("metrics", of: trial, path, required: false, &errors)
        let state = state(of: trial, path, &errors)
        var values: [String] = []
        for parameter in job.spec.parameters {
            if let value = parameters[parameter.name] {
                values.append(value)
            } else if errors.count == before {
                errors.append(
                    error(
                        path + [.key("parameters")],
                        .required,
                        nil,
                        "has no value of parameter \"\(parameter.name)\""
                    )
                )
            }
        }
        for objective in job.spec.objectives {
            guard let text = metrics[objective.metric], Double(text) == nil else { continue }
            errors.append(
                error(
                    path + [.key("metrics")],
                    .invalid,
                    .string(text),
                    "the value of metric \"\(objective.metric)\" must be a number; NaN and infinities are"
                )
            )
        }
        guard errors.count == before, let state else { return nil }
        let objectives = job.spec.objectives.map { metrics[$0.metric].flatMap(Double.init) ?? .nan }
        // A trial without any of the metrics has no values; one with some of them has bad ones.
        let isMeasured = job.spec.objectives.contains { metrics[$0.metric] != nil }
        return PastTrial(
            index: index,
            assignment: Assignment(values: values),
            state: state,
            objectives: isMeasured ? objectives : []
        )
    }

    private static func state(
        of trial: JSONValue,
        _ path: [FieldPath.Component],
        _ errors: inout [FieldError]
    ) -> PastTrial.State? {
        switch trial["state"]?.stringValue {
        case "Running": return .running
        case "Succeeded": return .succeeded
        case "Failed": return .failed
        case "EarlyStopped", "Pruned": return .earlyStopped
        default:
            errors.append(
                error(
                    path + [.key("state")],
                    trial["state"] == nil ? .required : .notSupported,
                    trial["state"],
                    "supported values: \"Running\", \"Succeeded\", \"Failed\", \"EarlyStopped\""
                )
            )
            return nil
        }
    }

    /// A list of `{name, value}`, values being texts or numbers.
    private static func pairs(
        _ key: String,
        of trial: JSONValue,
        _ path: [FieldPath.Component],
        required: Bool,
        _ errors: inout [FieldError]
    ) -> [String: String] {
        guard let value = trial[key], !value.isNull else {
            if required { errors.append(error(path + [.key(key)], .required, nil, "must be a list of {name, value}")) }
            return [:]
        }
        guard let list = value.arrayValue else {
            errors.append(error(path + [.key(key)], .typeInvalid, value, "must be a list of {name, value}"))
            return [:]
        }
        var pairs: [String: String] = [:]
        for (index, pair) in list.enumerated() {
            let text = pair["value"]?.stringValue ?? pair["value"]?.numberValue?.text
            guard let name = pair["name"]?.stringValue, let text else {
                errors.append(error(path + [.key(key), .index(index)], .invalid, pair, "must be {name, value}"))
                continue
            }
            if pairs.updateValue(text, forKey: name) != nil {
                errors.append(error(path + [.key(key), .index(index), .key("name")], .duplicate, .string(name), ""))
            }
        }
        return pairs
    }

    private static func error(
        _ path: [FieldPath.Component],
        _ reason: FieldError.Reason,
        _ value: JSONValue?,
        _ detail: String
    ) -> FieldError {
        FieldError(path: FieldPath(path), reason: reason, value: value, detail: detail)
    }
}
