public import JSON

/// What the API server asks a webhook: the `request` of an `AdmissionReview` of `admission.k8s.io/v1`.
public struct AdmissionRequest: Sendable, Equatable {
    /// What is being done.
    public enum Operation: String, Sendable {
        case create = "CREATE"
        case update = "UPDATE"
        case delete = "DELETE"
        case connect = "CONNECT"
    }

    /// A kind, with the group and version in which the webhook sees it.
    public struct Kind: Sendable, Equatable {
        /// The API group; empty for the core group.
        public let group: String
        /// The version.
        public let version: String
        /// The kind.
        public let kind: String
    }

    /// Names this call; the answer repeats it.
    public let uid: String
    /// What the object is.
    public let kind: Kind
    /// The subresource written, such as `status`; empty for the object itself.
    public let subResource: String
    /// The object's name; empty when the API server is still to make one up.
    public let name: String
    /// The object's namespace; empty for a cluster-scoped one.
    public let namespace: String
    /// What is being done.
    public let operation: Operation
    /// The object as it would be stored, less its status and, of its metadata, labels, annotations and `managedFields`;
    /// `nil` on deletion.
    public let object: JSONValue?
    /// The object as it is stored, less the same; `nil` on creation.
    public let oldObject: JSONValue?
    /// Why the objects are without their spec: it nests deeper, or has more values, than is read; `nil` when they have it.
    public let excess: JSONError.Kind?
    /// Whether nothing will be stored.
    public let isDryRun: Bool

    /// The name to tell a user: the object's own, or the beginning of one to be made up.
    public var objectName: String {
        for candidate in [name, object?["metadata"]?["name"]?.stringValue] {
            if let candidate, !candidate.isEmpty { return candidate }
        }
        return object?["metadata"]?["generateName"]?.stringValue ?? ""
    }

    /// What no webhook of ours looks at. It can be most of a review: who manages which field is half of a small job, the
    /// annotation of `kubectl apply` is all of it once more, and the status all but a little of one that has run.
    private static let omissions = JSONOmissions(omittedPaths)
    private static let omittedPaths =
        ["resource", "requestKind", "requestResource", "userInfo", "options"].map { ["request", $0] }
        + ["object", "oldObject"].flatMap { object in
            ["labels", "annotations", "managedFields"].map { ["request", object, "metadata", $0] }
                + [["request", object, "status"]]
        }
    /// The same with what nests as deep as a user likes.
    private static let shallowOmissions = JSONOmissions(
        omittedPaths + ["object", "oldObject"].map { ["request", $0, "spec"] }
    )
    /// An object of the 1.5 MiB that etcd stores, and the one before it, have fewer values.
    private static let limits = JSONLimits(maximumValues: 500_000)
    /// As deep as an API server reads: `maxDepth` of Go's `encoding/json`.
    private static let shallowLimits = JSONLimits(maximumOmittedDepth: 10_000, maximumValues: limits.maximumValues)

    /// Reads an `AdmissionReview`.
    ///
    /// - Parameter bytes: JSON; white space around it is allowed.
    /// - Throws: When it is no JSON, no `AdmissionReview`, of another version, or without what an answer needs.
    public init(decoding bytes: [UInt8]) throws(AdmissionReviewError) {
        let review: JSONValue
        do throws(JSONError) {
            (review, excess) = try Self.parse(bytes)
        } catch {
            throw .notJSON("\(error)")
        }
        guard review["kind"]?.stringValue == "AdmissionReview" else {
            throw .malformed("kind", "expected AdmissionReview")
        }
        let version = review["apiVersion"]?.stringValue ?? ""
        guard version == AdmissionResponse.apiVersion else { throw .unsupportedVersion(version) }
        guard let request = review["request"], request.objectValue != nil else {
            throw .malformed("request", "expected an object")
        }
        guard let uid = request["uid"]?.stringValue, !uid.isEmpty else {
            throw .malformed("request.uid", "expected a string")
        }
        guard let text = request["operation"]?.stringValue, let operation = Operation(rawValue: text) else {
            throw .malformed("request.operation", "expected CREATE, UPDATE, DELETE or CONNECT")
        }
        guard let kind = request["kind"], let name = kind["kind"]?.stringValue else {
            throw .malformed("request.kind", "expected group, version and kind")
        }
        self.uid = uid
        self.operation = operation
        self.kind = Kind(
            group: kind["group"]?.stringValue ?? "",
            version: kind["version"]?.stringValue ?? "",
            kind: name
        )
        subResource = request["subResource"]?.stringValue ?? ""
        self.name = request["name"]?.stringValue ?? ""
        namespace = request["namespace"]?.stringValue ?? ""
        object = AdmissionRequest.present(request["object"])
        oldObject = AdmissionRequest.present(request["oldObject"])
        isDryRun = request["dryRun"]?.boolValue ?? false
    }

    /// A review that is too much is read without the part that can be, so that it is answered.
    private static func parse(_ bytes: [UInt8]) throws(JSONError) -> (review: JSONValue, excess: JSONError.Kind?) {
        do throws(JSONError) {
            return (try JSONValue(parsing: bytes, limits: limits, omitting: omissions), nil)
        } catch {
            switch error.kind {
            case .tooDeep, .tooManyValues:
                return (try JSONValue(parsing: bytes, limits: shallowLimits, omitting: shallowOmissions), error.kind)
            default: throw error
            }
        }
    }

    /// The API server writes `null` for an object that there is not.
    private static func present(_ value: JSONValue?) -> JSONValue? {
        guard let value, !value.isNull else { return nil }
        return value
    }
}

/// A call that cannot be answered with a review.
public enum AdmissionReviewError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The body is no JSON, or more of it than is read.
    case notJSON(String)
    /// A review of a version that is not spoken here.
    case unsupportedVersion(String)
    /// A field is missing or of the wrong kind.
    case malformed(String, String)

    /// What is wrong, and what would be right.
    public var description: String {
        switch self {
        case .notJSON(let reason): "the body cannot be read as JSON: \(reason)"
        case .unsupportedVersion(let version):
            "AdmissionReview of \"\(version)\" is not supported; "
                + "set admissionReviewVersions: [v1] in the webhook configuration"
        case .malformed(let field, let expected): "AdmissionReview: \(field): \(expected)"
        }
    }
}
