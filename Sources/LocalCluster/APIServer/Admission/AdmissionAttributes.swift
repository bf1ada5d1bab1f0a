import JSON
import Kubernetes

/// Who makes a request.
struct RequestUser: Sendable {
    let name: String
    var uid = ""
    let groups: [String]

    /// Whoever has the token.
    static let administrator = RequestUser(
        name: "kubernetes-admin",
        groups: ["system:masters", "system:authenticated"]
    )
    /// Who deletes what nobody owns any more.
    static let garbageCollector = RequestUser(
        name: "system:serviceaccount:kube-system:generic-garbage-collector",
        groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"]
    )
    /// Who empties namespaces.
    static let namespaceController = RequestUser(
        name: "system:serviceaccount:kube-system:namespace-controller",
        groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"]
    )

    var json: JSONValue {
        var user: JSONObject = ["username": .string(name)]
        if !uid.isEmpty { user["uid"] = .string(uid) }
        user["groups"] = .array(groups.map { .string($0) })
        return .object(user)
    }
}

/// A write on its way in: what webhooks are asked about.
struct AdmissionAttributes: Sendable {
    enum Operation: String, Sendable {
        case create = "CREATE"
        case update = "UPDATE"
        case delete = "DELETE"
    }

    let operation: Operation
    let kind: ServedKind
    var subresource: Route.Subresource = .none
    /// Empty while a name is still to be generated, and in a deletion of a collection.
    var name: String
    let namespace: String
    /// The object as it would be; `nil` for a deletion.
    var object: JSONValue?
    /// The object as it is; `nil` for a creation.
    var oldObject: JSONValue?
    /// `CreateOptions`, `UpdateOptions` or `DeleteOptions`.
    let options: JSONValue
    let isDryRun: Bool
    let user: RequestUser

    /// The `AdmissionReview` that asks one webhook.
    ///
    /// - Parameter uid: what the answer has to repeat.
    func review(uid: String) -> JSONValue {
        let kindName: JSONValue = [
            "group": .string(kind.type.group), "version": .string(kind.type.version), "kind": .string(kind.type.kind),
        ]
        let resource: JSONValue = [
            "group": .string(kind.type.group), "version": .string(kind.type.version),
            "resource": .string(kind.type.plural),
        ]
        var request: JSONObject = ["uid": .string(uid), "kind": kindName, "resource": resource]
        if subresource != .none { request["subResource"] = .string(subresource.rawValue) }
        request["requestKind"] = kindName
        request["requestResource"] = resource
        if subresource != .none { request["requestSubResource"] = .string(subresource.rawValue) }
        if !name.isEmpty { request["name"] = .string(name) }
        if !namespace.isEmpty { request["namespace"] = .string(namespace) }
        request["operation"] = .string(operation.rawValue)
        request["userInfo"] = user.json
        request["object"] = object ?? .null
        request["oldObject"] = oldObject ?? .null
        request["dryRun"] = .bool(isDryRun)
        request["options"] = options
        return ["kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": .object(request)]
    }
}
