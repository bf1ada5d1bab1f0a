import HTTP
import JSON
import Kubernetes

/// How something is to be deleted.
struct DeletionRequest: Sendable {
    enum Propagation: String, Sendable {
        case background = "Background"
        case foreground = "Foreground"
        case orphan = "Orphan"
    }

    var uid: String?
    var resourceVersion: String?
    /// `nil` leaves it to what the object's finalizers say already.
    var propagation: Propagation?
    var isDryRun = false

    init(uid: String? = nil, resourceVersion: String? = nil, propagation: Propagation? = nil) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.propagation = propagation
    }

    /// Reads `DeleteOptions` from the body, or from the query if there is no body.
    init(_ request: HTTPRequest, _ parameters: RequestParameters) throws(Status) {
        guard request.body.count <= ObjectSize.maximumBytes else { throw .tooLarge }
        var policy = parameters.text("propagationPolicy")
        var orphans = parameters.optionalFlag("orphanDependents")
        var dryRun = parameters.all("dryRun")
        if !request.body.isEmpty {
            try ContentNegotiation.checkJSON(request.headers)
            let options: JSONValue
            do {
                options = try JSONValue(parsing: request.body)
            } catch {
                throw .badRequest("couldn't get version/kind; json parse error: \(error)")
            }
            guard options.objectValue != nil, (options["kind"]?.stringValue ?? "DeleteOptions") == "DeleteOptions"
            else {
                throw .badRequest("the body of a deletion must be DeleteOptions")
            }
            uid = try Self.text(options["preconditions"]?["uid"], "preconditions.uid")
            resourceVersion = try Self.text(
                options["preconditions"]?["resourceVersion"],
                "preconditions.resourceVersion"
            )
            if let given = try Self.text(options["propagationPolicy"], "propagationPolicy") { policy = given }
            if let given = options["orphanDependents"]?.boolValue { orphans = given }
            if let given = options["dryRun"]?.arrayValue { dryRun = given.map { $0.stringValue ?? $0.description } }
        }
        isDryRun = try RequestParameters.isDryRun(dryRun, "DeleteOptions")
        if let policy {
            guard let known = Propagation(rawValue: policy) else {
                throw Self.invalid(
                    .notSupported(
                        "propagationPolicy",
                        .string(policy),
                        supported: ["Background", "Foreground", "Orphan"]
                    )
                )
            }
            guard orphans == nil else {
                throw Self.invalid(
                    .invalid(
                        "propagationPolicy",
                        .string(policy),
                        "orphanDependents and deletionPropagation cannot be both set"
                    )
                )
            }
            propagation = known
        } else if let orphans {
            propagation = orphans ? .orphan : .background
        }
    }

    private static func invalid(_ problem: StatusCause) -> Status {
        .invalid(
            options: "DeleteOptions",
            [problem]
        )
    }

    private static func text(_ value: JSONValue?, _ field: String) throws(Status) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.stringValue else {
            throw .badRequest("json: cannot unmarshal into Go struct field DeleteOptions.\(field) of type string")
        }
        return text.isEmpty ? nil : text
    }

    /// As webhooks are told.
    var json: JSONValue {
        var options: JSONObject = ["kind": "DeleteOptions", "apiVersion": "meta.k8s.io/v1"]
        var preconditions = JSONObject()
        if let uid { preconditions["uid"] = .string(uid) }
        if let resourceVersion { preconditions["resourceVersion"] = .string(resourceVersion) }
        if !preconditions.isEmpty { options["preconditions"] = .object(preconditions) }
        if let propagation { options["propagationPolicy"] = .string(propagation.rawValue) }
        if isDryRun { options["dryRun"] = ["All"] }
        return .object(options)
    }
}
