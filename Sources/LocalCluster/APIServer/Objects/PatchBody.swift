import HTTP
import JSON
import Kubernetes

/// A patch as it came, ready to be applied to any version of an object.
enum PatchBody: Sendable {
    case json(JSONPatch)
    case merge(JSONValue)
    case strategic(JSONValue)

    /// - Throws: 415 for a kind of patch that the object's kind does not take, 400 for a body that is no such patch.
    init(_ request: HTTPRequest, kind: ServedKind) throws(Status) {
        let type = MediaType(request.headers["Content-Type"] ?? "").name
        guard request.body.count <= ObjectSize.maximumBytes else { throw .tooLarge }
        switch type {
        case "application/json-patch+json":
            let value = try Self.parse(request.body)
            let patch: JSONPatch
            do throws(JSONPatchError) {
                patch = try JSONPatch(decoding: value)
            } catch {
                if case .tooManyOperations(let maximum) = error.reason {
                    throw Status(
                        code: 413,
                        reason: StatusReason.tooLarge,
                        message:
                            "Request entity too large: The allowed maximum operations in a JSON patch is \(maximum), "
                            + "got \(value.arrayValue?.count ?? 0)"
                    )
                }
                throw .badRequest("error decoding patch: \(error)")
            }
            self = .json(patch)
        case "application/merge-patch+json":
            let value = try Self.parse(request.body)
            guard value.objectValue != nil else {
                throw .badRequest("error decoding patch: a merge patch is an object")
            }
            self = .merge(value)
        case "application/strategic-merge-patch+json" where !kind.traits.isCustom:
            let value = try Self.parse(request.body)
            guard value.objectValue != nil else {
                throw .badRequest("error decoding patch: a strategic merge patch is an object")
            }
            self = .strategic(value)
        default:
            var accepted = ["application/json-patch+json", "application/merge-patch+json"]
            if !kind.traits.isCustom { accepted.append("application/strategic-merge-patch+json") }
            throw .unsupportedMediaType(accepted: accepted)
        }
    }

    /// - Throws: 422 if it does not apply, 413 if the result is too large.
    func applied(to object: JSONValue) throws(Status) -> JSONValue {
        switch self {
        case .json(let patch):
            do throws(JSONPatchError) {
                return try patch.applied(toStored: object)
            } catch {
                switch error.reason {
                case .tooLarge, .tooDeep: throw .tooLarge
                default: throw .patchDoesNotApply
                }
            }
        case .merge(let patch):
            return JSONMergePatch.apply(patch, to: object)
        case .strategic(let patch):
            return StrategicMergePatch.apply(patch, to: object)
        }
    }

    private static func parse(_ body: [UInt8]) throws(Status) -> JSONValue {
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw .badRequest("error decoding patch: \(error)")
        }
    }
}

extension JSONPatch {
    /// The object with the patch applied, within the bounds of what is stored.
    func applied(toStored object: JSONValue) throws(JSONPatchError) -> JSONValue {
        try applied(
            to: object,
            limits: JSONLimits(maximumDepth: ObjectSize.maximumDepth, maximumBytes: ObjectSize.maximumBytes)
        )
    }
}
