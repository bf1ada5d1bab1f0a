import JSON
import Kubernetes

/// What only a server says, beside what `Kubernetes` words for servers and clients alike.
extension Status {
    /// 422 for an object of a served kind, named by the group it is kept in.
    static func invalid(_ kind: ServedKind, name: String, _ problems: [StatusCause]) -> Status {
        invalid(kind: kind.type.kind, group: kind.collection.group, name: name, causes: problems)
    }

    /// 422 for a request's options, such as `DeleteOptions`.
    static func invalid(options: String, _ problems: [StatusCause]) -> Status {
        invalid(kind: options, group: "meta.k8s.io", name: "", causes: problems)
    }

    static func namespaceNotFound(_ name: String) -> Status {
        notFound(ServedKind.namespaces.type, name)
    }

    /// 400, as the API server words a body that does not decode as its kind.
    static func undecodable(_ kind: ServedKind, _ why: String) -> Status {
        badRequest(
            "\(kind.type.kind) in version \(Quoted(kind.type.version)) cannot be handled as a \(kind.type.kind): \(why)"
        )
    }

    /// An error the API server has no reason for: a bare 500.
    static func unnamed(_ message: String) -> Status {
        Status(code: 500, reason: "", message: message)
    }

    static let tooLarge = Status.tooLarge(limit: ObjectSize.maximumBytes)

    static let notAcceptable = Status.notAcceptable(accepted: ["application/json"])

    /// 403 for somebody without a name.
    ///
    /// - Parameters:
    ///   - route: what was asked for; its words are those of RBAC.
    ///   - path: of the request.
    ///   - verb: of RBAC.
    static func anonymous(_ route: Route, path: String, verb: String) -> Status {
        let kind: ServedKind
        let namespace: String?
        var name = ""
        var resource: String
        switch route {
        case .collection(let found, let place): (kind, namespace, resource) = (found, place, found.type.plural)
        case .object(let found, let key, let subresource):
            (kind, namespace, resource) = (found, found.type.isNamespaced ? key.namespace : nil, found.type.plural)
            name = key.name
            if subresource != .none { resource += "/\(subresource.rawValue)" }
        default:
            return Status(
                code: 403,
                reason: StatusReason.forbidden,
                message: "forbidden: User \"system:anonymous\" cannot \(verb) path \(Quoted(path))",
                details: StatusDetails()
            )
        }
        let scope = namespace.map { "in the namespace \(Quoted($0))" } ?? "at the cluster scope"
        return forbidden(
            kind.type,
            name,
            because: "User \"system:anonymous\" cannot \(verb) resource \(Quoted(resource)) in API group "
                + "\(Quoted(kind.type.group)) \(scope)"
        )
    }
}

extension StatusCause {
    static func required(_ field: String, _ detail: String = "") -> StatusCause {
        StatusCause(
            reason: CauseReason.required,
            message: detail.isEmpty ? "Required value" : "Required value: \(detail)",
            field: field
        )
    }

    /// - Parameter value: shown as JSON; nothing is shown for `nil`, as the API server does for whole objects.
    static func invalid(_ field: String, _ value: JSONValue?, _ detail: String) -> StatusCause {
        let parts = [value?.description, detail.isEmpty ? nil : detail].compactMap { $0 }
        return StatusCause(
            reason: CauseReason.invalid,
            message: (["Invalid value"] + parts).joined(separator: ": "),
            field: field
        )
    }

    static func notSupported(_ field: String, _ value: JSONValue, supported: [String]) -> StatusCause {
        let list = supported.map { Quoted($0).description }.joined(separator: ", ")
        return StatusCause(
            reason: CauseReason.notSupported,
            message: "Unsupported value: \(value.description): supported values: \(list)",
            field: field
        )
    }

    static func forbidden(_ field: String, _ detail: String) -> StatusCause {
        StatusCause(reason: CauseReason.forbidden, message: "Forbidden: \(detail)", field: field)
    }

    static func duplicate(_ field: String, _ value: JSONValue) -> StatusCause {
        StatusCause(reason: CauseReason.duplicate, message: "Duplicate value: \(value.description)", field: field)
    }

    static func tooLong(_ field: String, bytes: Int) -> StatusCause {
        StatusCause(
            reason: CauseReason.tooLong,
            message: "Too long: may not be more than \(bytes) bytes",
            field: field
        )
    }
}
