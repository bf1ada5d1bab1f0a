import JSON
import Kubernetes
import Search

/// A job that tunes the hyperparameters of a TrainJob.
///
/// A decoded job is sound: `Validation` found nothing wrong with its spec, so its search space exists, every
/// parameter has an environment variable of its own and the template names a runtime.
public struct OptimizationJob: Sendable, Equatable {
    /// Who it is.
    public var metadata: ObjectMeta
    /// What it asks for.
    public var spec: OptimizationJobSpec
    /// What came of it so far.
    public var status: OptimizationJobStatus

    /// Makes a job.
    public init(metadata: ObjectMeta, spec: OptimizationJobSpec, status: OptimizationJobStatus = .init()) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// Reads an object. Defaults are filled in first, so an object that never met a webhook reads the same.
    ///
    /// - Throws: Everything wrong with it, as `Validation.validateCreate` says it, except that `apiVersion` and `kind` may
    ///   be missing, as they may in the items of a list. The status is read leniently.
    public init(decoding object: JSONValue) throws(FieldErrors) {
        let object = Defaulting.apply(to: object)
        let type = [FieldPath("apiVersion"), FieldPath("kind")]
        let errors = Validation.validateCreate(object).errors.filter { error in
            error.reason != .required || !type.contains(error.path)
        }
        guard errors.isEmpty else { throw FieldErrors(errors) }
        guard let spec = OptimizationJobSpec(decoding: object["spec"] ?? .null) else {
            throw FieldErrors([FieldError(path: FieldPath("spec"), reason: .invalid, detail: "cannot be read")])
        }
        self.init(
            metadata: ObjectMeta(object),
            spec: spec,
            status: OptimizationJobStatus(decoding: object["status"] ?? .null)
        )
    }

    /// The number that fixes the job's random choices: the algorithm's seed, else one made from the UID.
    ///
    /// An object without a UID, as in a file, uses its namespace and name.
    public var seed: UInt64 {
        if let seed = spec.searchAlgorithm.seed { return UInt64(bitPattern: seed) }
        return SeededGenerator.seed(
            from: metadata.uid.isEmpty ? metadata.namespacedName.description : metadata.uid
        )
    }

    /// The whole object.
    public var json: JSONValue {
        [
            "apiVersion": .string(ResourceType.optimizationJobs.apiVersion),
            "kind": .string(ResourceType.optimizationJobs.kind),
            "metadata": metadata.json,
            "spec": spec.json,
            "status": status.json,
        ]
    }
}
