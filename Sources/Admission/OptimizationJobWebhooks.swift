import JSON
import Kubernetes
import OptimizationAPI

/// Fills in defaults.
///
/// Comes before the API server checks the schema, so the object may have any shape. It is never refused here for what it
/// is: the schema and the validating webhook say better what is wrong.
enum OptimizationJobDefaulter {
    static func decide(_ request: AdmissionRequest) -> AdmissionResponse {
        if let refusal = Subject.refusal(of: request) { return refusal }
        guard Subject.isWrittenSpec(request), !Subject.isLeftAlone(request), let object = request.object else {
            return .allowed(request)
        }
        let patch = Defaulting.patch(for: object)
        return .allowed(request, patch: patch.operations.isEmpty ? nil : patch)
    }
}

/// Checks an object, and says all that is wrong with it at once.
enum OptimizationJobValidator {
    static func decide(_ request: AdmissionRequest, _ options: ValidationOptions) -> AdmissionResponse {
        if let refusal = Subject.refusal(of: request) { return refusal }
        guard Subject.isWrittenSpec(request), !Subject.isLeftAlone(request) else { return .allowed(request) }
        let object = request.object ?? .null
        let result: ValidationResult
        if request.operation == .update, let old = request.oldObject {
            result = Validation.validateUpdate(old: old, new: object, options)
        } else {
            result = Validation.validateCreate(object, options)
        }
        guard !result.isValid else { return .allowed(request, warnings: result.warnings) }
        let causes = result.errors.map(StatusCause.init)
        let status = Status.invalid(ResourceType.optimizationJobs, request.objectName, causes: causes)
        return .denied(request, status, warnings: result.warnings)
    }
}

/// What a call is about.
private enum Subject {
    /// The answer to a call about something else, which only a wrong webhook configuration can cause, or about an object
    /// that is too much to be judged.
    static func refusal(of request: AdmissionRequest) -> AdmissionResponse? {
        let expected = ResourceType.optimizationJobs
        let kind = request.kind
        guard kind.group != expected.group || kind.kind != expected.kind || kind.version != expected.version else {
            guard let excess = request.excess, isWrittenSpec(request), !isBeingDeleted(request) else { return nil }
            let detail =
                if case .tooDeep(let maximum) = excess {
                    "must not nest so deep that a review of it has more than \(maximum) levels"
                } else {
                    "is more than is read of a review: \(excess)"
                }
            let problem = FieldError(path: FieldPath("spec"), reason: .invalid, detail: detail)
            return .denied(request, .invalid(expected, request.objectName, causes: [StatusCause(problem)]))
        }
        let asked = [kind.kind, kind.version, kind.group].filter { !$0.isEmpty }.joined(separator: ".")
        return .denied(
            request,
            .badRequest(
                "this webhook judges \(expected.kind).\(expected.version).\(expected.group), not \(asked); correct the webhook configuration"
            )
        )
    }

    /// Whether an object's own fields are being written, rather than its status, or nothing at all.
    static func isWrittenSpec(_ request: AdmissionRequest) -> Bool {
        request.subResource.isEmpty && (request.operation == .create || request.operation == .update)
    }

    /// Whether an update is none of our concern: an object on its way out must get rid of its finalizers, and one that was
    /// accepted under other rules must stay editable elsewhere.
    static func isLeftAlone(_ request: AdmissionRequest) -> Bool {
        guard request.operation == .update, let object = request.object, let old = request.oldObject else {
            return false
        }
        return isBeingDeleted(request) || object["spec"] == old["spec"]
    }

    private static func isBeingDeleted(_ request: AdmissionRequest) -> Bool {
        !(request.object?["metadata"]?["deletionTimestamp"] ?? .null).isNull
    }
}

extension StatusCause {
    fileprivate init(_ error: FieldError) {
        self.init(reason: error.reason.rawValue, message: error.message, field: "\(error.path)")
    }
}
