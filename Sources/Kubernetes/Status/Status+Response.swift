import HTTP
import JSON

extension Status {
    /// The failure in an HTTP response, whatever its body.
    ///
    /// A body of kind `Status` is taken at its word. Anything else — the plain `404 page not found` of an unknown path, a
    /// proxy's HTML, nothing at all — becomes what client-go makes of it: the reason by the code, and the beginning of the
    /// body as a cause.
    ///
    /// - Parameters:
    ///   - code: The HTTP status code, 400 or more.
    ///   - headers: For `Retry-After`.
    ///   - body: The whole body.
    ///   - method: The request's method: a 409 to `POST` means that the name is taken.
    init(code: Int, headers: HTTPFields, body: [UInt8], method: String) {
        if let value = try? JSONValue(parsing: body), var status = Status(decoding: value), !status.isSuccess {
            if value["code"] == nil { status.code = code }
            self = status
            return
        }
        self = Status.generic(code: code, method: method)
        let excerpt = Status.excerpt(of: body)
        var details = StatusDetails(retryAfterSeconds: Self.retryAfterSeconds(in: headers) ?? 0)
        if !excerpt.isEmpty {
            details.causes = [
                StatusCause(reason: CauseReason.unexpectedServerResponse, message: excerpt, field: "")
            ]
            if code >= 500 || code == 403 { message += ": \(excerpt)" }
        }
        self.details = details
    }

    /// How long the server asks to wait, in whole seconds; `nil` when it does not ask, or not in seconds.
    ///
    /// At most a day: a larger number is a mistake, or an attack.
    static func retryAfterSeconds(in headers: HTTPFields) -> Int? {
        guard let text = headers["Retry-After"], (1...9).contains(text.utf8.count), let seconds = UInt32(text) else {
            return nil
        }
        return Int(min(seconds, 86_400))
    }

    /// What a code alone says.
    ///
    /// Source: `NewGenericServerResponse` in Kubernetes' `api/errors`.
    private static func generic(code: Int, method: String) -> Status {
        let (reason, message): (String, String)
        switch code {
        case 400: (reason, message) = (StatusReason.badRequest, "the server rejected our request for an unknown reason")
        case 401:
            (reason, message) = (
                StatusReason.unauthorized, "the server has asked for the client to provide credentials"
            )
        case 403:
            (reason, message) = (StatusReason.forbidden, "the server does not allow access to the requested resource")
        case 404: (reason, message) = (StatusReason.notFound, "the server could not find the requested resource")
        case 405:
            (reason, message) = (
                StatusReason.methodNotAllowed, "the server does not allow this method on the requested resource"
            )
        case 406:
            (reason, message) = (
                StatusReason.notAcceptable,
                "the server was unable to respond with a content type that the client supports"
            )
        case 409:
            reason = method == "POST" ? StatusReason.alreadyExists : StatusReason.conflict
            message = "the server reported a conflict"
        case 410: (reason, message) = (StatusReason.expired, "the resource version or continue token is too old")
        case 413: (reason, message) = (StatusReason.tooLarge, "the request is too large for the server")
        case 415:
            (reason, message) = (
                StatusReason.unsupportedMediaType, "the server does not support the media type of our request"
            )
        case 422:
            (reason, message) = (
                StatusReason.invalid, "the server rejected our request due to an error in our request"
            )
        case 429:
            (reason, message) = (
                StatusReason.tooManyRequests,
                "the server has received too many requests and has asked us to try again later"
            )
        case 503:
            (reason, message) = (
                StatusReason.serviceUnavailable, "the server is currently unable to handle the request"
            )
        case 504:
            (reason, message) = (
                StatusReason.timeout,
                "the server was unable to return a response in the time allotted, "
                    + "but may still be processing the request"
            )
        case 500...599:
            (reason, message) = (
                StatusReason.internalError, "an error on the server has prevented the request from succeeding"
            )
        default:
            reason = ""
            message = "the server responded with the status code \(code) but did not return more details"
        }
        return Status(code: code, reason: reason, message: message)
    }

    /// The beginning of a body as one line of text that is safe to log.
    private static func excerpt(of body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(512), as: UTF8.self)
        let words = text.split {
            $0.isWhitespace || $0.unicodeScalars.contains { $0.properties.generalCategory == .control }
        }
        return String(words.joined(separator: " ").prefix(256))
    }
}
