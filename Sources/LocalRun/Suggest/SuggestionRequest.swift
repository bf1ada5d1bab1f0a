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

    /// The members that are those of an OptimizationJob's spec.
    private static let search = ["parameters", "objectives", "searchAlgorithm"]
    private static let members = search + ["trials", "count"]

    /// Reads a request.
    ///
    /// - Throws: Everything wrong with it, fields named from the request's root.
    init(_ request: JSONValue) throws(FieldErrors) {
        guard let object = request.objectValue else {
            throw FieldErrors([FieldError(path: FieldPath(), reason: .typeInvalid, detail: "must be a JSON object")])
        }
        var errors = object.filter { !Self.members.contains($0.key) }.map { member in
            let detail = "is no field of a request; those are \(Self.members.joined(separator: ", "))"
            return FieldError(path: FieldPath(member.key), reason: .forbidden, detail: detail)
        }
        var count = 1
        if let value = request["count"], !value.isNull {
            if let number = value.int64Value, (1...Int64(Self.largestCount)).contains(number) {
                count = Int(number)
            } else {
                let detail = "must be a whole number from 1 to \(Self.largestCount)"
                errors.append(FieldError(path: FieldPath("count"), reason: .invalid, value: value, detail: detail))
            }
        }
        let job: OptimizationJob
        let space: SearchSpace
        do {
            job = try Self.job(request, &errors)
            space = try job.spec.searchSpace
        } catch let problem as FieldErrors {
            throw FieldErrors(errors + problem.errors.map { $0.relocated(to: Self.relocated($0.path)) })
        } catch {
            throw FieldErrors(
                errors + [FieldError(path: FieldPath("parameters"), reason: .invalid, detail: "\(error)")]
            )
        }
        var reader = PastTrialReader(space: space, objectives: job.spec.objectives)
        let trials = reader.trials(request["trials"] ?? .null)
        errors += reader.errors
        guard errors.isEmpty else { throw FieldErrors(errors) }
        self.job = job
        self.space = space
        self.count = count
        history = TrialHistory(
            trials,
            directions: job.spec.objectives.map { $0.direction == .minimize ? .minimize : .maximize }
        )
    }

    /// The smallest job with the request's search, defaulted and validated like any other, except that a field nobody
    /// reads is an error: the caller is a program, which reads no warnings.
    private static func job(_ request: JSONValue, _ errors: inout [FieldError]) throws -> OptimizationJob {
        var spec: JSONObject = [
            "numTrials": 1,
            "trainJobTemplate": ["spec": ["runtimeRef": ["name": "none"]]],
        ]
        for field in search {
            if let value = request[field] { spec[field] = value }
        }
        let object: JSONValue = [
            "apiVersion": .string(ResourceType.optimizationJobs.apiVersion),
            "kind": "OptimizationJob",
            "metadata": ["name": "suggest"],
            "spec": .object(spec),
        ]
        let defaulted = Defaulting.apply(to: object)
        errors += Validation.validateCreate(defaulted).unknownFields.map { field in
            let hint = field.likelyName.map { ", did you mean \"\($0)\"?" } ?? ""
            return FieldError(path: relocated(field.path), reason: .forbidden, detail: "unknown field\(hint)")
        }
        return try OptimizationJob(decoding: defaulted)
    }

    /// A field's path from the request's root.
    private static func relocated(_ path: FieldPath) -> FieldPath {
        path.components.first == .key("spec") ? FieldPath(Array(path.components.dropFirst())) : path
    }
}
