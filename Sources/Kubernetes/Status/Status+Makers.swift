extension Status {
    /// 404: an object does not exist.
    public static func notFound(_ type: ResourceType, _ name: String) -> Status {
        Status(
            code: 404,
            reason: StatusReason.notFound,
            message: "\(type.qualifiedPlural) \"\(name)\" not found",
            details: StatusDetails(type, name)
        )
    }

    /// 404: a resource, or the path itself, does not exist.
    public static let pathNotFound = Status(
        code: 404,
        reason: StatusReason.notFound,
        message: "the server could not find the requested resource",
        details: StatusDetails()
    )

    /// 400: the request makes no sense.
    public static func badRequest(_ message: String) -> Status {
        Status(code: 400, reason: StatusReason.badRequest, message: message)
    }

    /// 401: no valid credentials.
    public static let unauthorized = Status(
        code: 401,
        reason: StatusReason.unauthorized,
        message: "Unauthorized"
    )

    /// 403: not allowed.
    ///
    /// - Parameters:
    ///   - type: What was asked for.
    ///   - name: The object, if one was named.
    ///   - why: Such as `User "x" cannot list resource …`.
    public static func forbidden(_ type: ResourceType, _ name: String = "", because why: String) -> Status {
        let object = name.isEmpty ? type.qualifiedPlural : "\(type.qualifiedPlural) \"\(name)\""
        return Status(
            code: 403,
            reason: StatusReason.forbidden,
            message: "\(object) is forbidden: \(why)",
            details: StatusDetails(type, name)
        )
    }

    /// 405: a verb the resource does not have.
    ///
    /// - Parameters:
    ///   - type: The resource.
    ///   - verb: The verb in Kubernetes' words, such as `delete`.
    public static func methodNotAllowed(_ type: ResourceType, verb: String) -> Status {
        Status(
            code: 405,
            reason: StatusReason.methodNotAllowed,
            message: "\(verb) is not supported on resources of kind \"\(type.qualifiedPlural)\"",
            details: StatusDetails(type, "")
        )
    }

    /// 406: none of the representations asked for.
    public static func notAcceptable(accepted: [String]) -> Status {
        Status(
            code: 406,
            reason: StatusReason.notAcceptable,
            message: "only the following media types are accepted: \(accepted.joined(separator: ", "))"
        )
    }

    /// 410: a resource version is older than what the server remembers.
    ///
    /// - Parameters:
    ///   - requested: What was asked for.
    ///   - oldest: The oldest one it still knows.
    public static func expired(requested: String, oldest: String) -> Status {
        Status(
            code: 410,
            reason: StatusReason.expired,
            message: "too old resource version: \(requested) (\(oldest))"
        )
    }

    /// 410: a continue token is too old.
    ///
    /// - Parameter token: One that continues the list all the same, inconsistently.
    public static func continueExpired(token: String) -> Status {
        Status(
            code: 410,
            reason: StatusReason.expired,
            message:
                "The provided continue parameter is too old to display a consistent list result. You can start a new "
                + "list without the continue parameter, or use the continue token in this response to retrieve the "
                + "remainder of the results. Continuing with the provided token results in an inconsistent list - objects "
                + "that were created, modified, or deleted between the time the first chunk was returned and now may show "
                + "up in the list.",
            continueToken: token
        )
    }

    /// 410: gone for good.
    public static func gone(_ message: String) -> Status {
        Status(code: 410, reason: StatusReason.gone, message: message)
    }

    /// 413: the body is too large.
    ///
    /// - Parameter limit: In bytes; a real API server's is 3145728.
    public static func tooLarge(limit: Int) -> Status {
        Status(
            code: 413,
            reason: StatusReason.tooLarge,
            message: "Request entity too large: limit is \(limit)"
        )
    }

    /// 415: the body is of a type that is not understood.
    public static func unsupportedMediaType(accepted: [String]) -> Status {
        Status(
            code: 415,
            reason: StatusReason.unsupportedMediaType,
            message: "the body of the request was in an unknown format - accepted media types include: "
                + accepted.joined(separator: ", ")
        )
    }

    /// 429: slow down.
    public static func tooManyRequests(_ message: String, retryAfterSeconds: Int) -> Status {
        Status(
            code: 429,
            reason: StatusReason.tooManyRequests,
            message: message,
            details: StatusDetails(retryAfterSeconds: retryAfterSeconds)
        )
    }

    /// 500: the server failed.
    ///
    /// - Parameter why: Told to the client, so nothing secret.
    public static func internalError(_ why: String) -> Status {
        Status(
            code: 500,
            reason: StatusReason.internalError,
            message: "Internal error occurred: \(why)",
            details: StatusDetails(causes: [StatusCause(reason: "", message: why, field: "")])
        )
    }

    /// 500: a watch asked for something that is not a resource version. A real server forgets the reason word, too.
    public static func malformedResourceVersion(_ text: String) -> Status {
        Status(
            code: 500,
            reason: "",
            message:
                "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax"
        )
    }

    /// 504: a list asked for a resource version that lies ahead.
    public static func resourceVersionTooLarge(requested: String, current: String) -> Status {
        Status(
            code: 504,
            reason: StatusReason.timeout,
            message: "Timeout: Too large resource version: \(requested), current: \(current)",
            details: StatusDetails(
                causes: [
                    StatusCause(
                        reason: CauseReason.resourceVersionTooLarge,
                        message: "Too large resource version",
                        field: ""
                    )
                ],
                retryAfterSeconds: 1
            )
        )
    }

    /// 200: an object was deleted.
    public static func deleted(_ type: ResourceType, _ name: String, uid: String) -> Status {
        Status(
            code: 200,
            reason: "",
            message: "",
            details: StatusDetails(name: name, group: type.group, kind: type.plural, uid: uid),
            isSuccess: true
        )
    }
}

extension StatusDetails {
    init(_ type: ResourceType, _ name: String) {
        self.init(name: name, group: type.group, kind: type.plural)
    }
}
