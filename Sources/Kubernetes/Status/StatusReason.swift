/// The words a `Status` gives as its reason.
///
/// Source: `StatusReason` in Kubernetes' `meta/v1`.
public enum StatusReason {
    /// 400: the request makes no sense.
    public static let badRequest = "BadRequest"
    /// 401: no valid credentials.
    public static let unauthorized = "Unauthorized"
    /// 403: not allowed.
    public static let forbidden = "Forbidden"
    /// 404: no such object.
    public static let notFound = "NotFound"
    /// 405: no such verb on this resource.
    public static let methodNotAllowed = "MethodNotAllowed"
    /// 406: no such representation.
    public static let notAcceptable = "NotAcceptable"
    /// 409: the name is taken.
    public static let alreadyExists = "AlreadyExists"
    /// 409: the object is not what the request took it for.
    public static let conflict = "Conflict"
    /// 410: gone for good.
    public static let gone = "Gone"
    /// 410: a resource version or continue token is too old.
    public static let expired = "Expired"
    /// 413: the body is too large.
    public static let tooLarge = "RequestEntityTooLarge"
    /// 415: the body is of a type that is not understood.
    public static let unsupportedMediaType = "UnsupportedMediaType"
    /// 422: the object is not valid.
    public static let invalid = "Invalid"
    /// 429: slow down.
    public static let tooManyRequests = "TooManyRequests"
    /// 500: the server failed.
    public static let internalError = "InternalError"
    /// 503: the server cannot serve right now.
    public static let serviceUnavailable = "ServiceUnavailable"
    /// 504: it took too long.
    public static let timeout = "Timeout"
}

/// The words a `StatusCause` gives as its reason.
///
/// Source: `CauseType` in Kubernetes' `meta/v1`.
public enum CauseReason {
    /// A field belongs to another manager.
    public static let fieldManagerConflict = "FieldManagerConflict"
    /// A field is missing.
    public static let required = "FieldValueRequired"
    /// A field's value is not valid.
    public static let invalid = "FieldValueInvalid"
    /// A field must not be set here.
    public static let forbidden = "FieldValueForbidden"
    /// A value occurs twice.
    public static let duplicate = "FieldValueDuplicate"
    /// A value is none of the allowed ones.
    public static let notSupported = "FieldValueNotSupported"
    /// A value is too long.
    public static let tooLong = "FieldValueTooLong"
    /// A list has too many items.
    public static let tooMany = "FieldValueTooMany"
    /// A value is of another type.
    public static let typeInvalid = "FieldValueTypeInvalid"
    /// The answer's body was not what an API server sends.
    public static let unexpectedServerResponse = "UnexpectedServerResponse"
    /// The resource version lies ahead of what the server knows.
    public static let resourceVersionTooLarge = "ResourceVersionTooLarge"
}
