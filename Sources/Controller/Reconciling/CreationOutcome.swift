import Kubernetes
import OptimizationAPI

/// What came of creating a TrainJob.
enum CreationOutcome: Sendable {
    /// It exists and is ours, made now or by an earlier attempt whose answer was lost.
    case exists(TrainJob)
    /// It will never exist.
    case refused(CreationRefusal)
    /// It does not exist now; a later attempt may succeed.
    case delayed(CreationDelay)
    /// The process is stopping.
    case cancelled
}

/// Why a TrainJob does not exist now.
struct CreationDelay: Sendable, Equatable {
    /// What kind of failure it is, in one word.
    var kind: String
    /// The API server's words, or ours.
    var message: String
    /// How long the API server asked to be left alone.
    var retryAfter: Duration?
}

/// Whether an error of a create call can heal.
enum CreationError {
    /// - Returns: `nil` for AlreadyExists, which needs a look at what exists.
    static func outcome(of error: APIError) -> CreationOutcome? {
        if error.isAlreadyExists { return nil }
        switch error {
        case .status(let status, let retryAfter):
            if isFinal(status) { return .refused(.rejected(status.message)) }
            let kind = isQuota(status) ? "quota" : "\(status.code)"
            return .delayed(CreationDelay(kind: kind, message: status.message, retryAfter: retryAfter))
        case .transport(let reason):
            return .delayed(
                CreationDelay(kind: "transport", message: "the API server could not be reached: \(reason)")
            )
        case .malformed(let reason):
            return .delayed(
                CreationDelay(kind: "answer", message: "the API server's answer could not be understood: \(reason)")
            )
        case .cancelled:
            return .cancelled
        }
    }

    /// Whether the API server would say the same to the same object for ever.
    ///
    /// 400 and 422 are about the object itself, 413 about its size, 405 and 415 about the request. 403 is a webhook's or
    /// a policy's denial of this object, unless it is about a quota, about permissions or about a namespace that is
    /// going away, none of which the object can help. Everything else (conflict, too many requests, server errors, a
    /// kind that is not installed yet) is a state of the cluster that passes.
    static func isFinal(_ status: Status) -> Bool {
        switch status.code {
        case 400, 405, 413, 415, 422:
            return true
        case 403:
            let words = status.message
            return !isQuota(status)
                && (words.contains("denied the request") || words.contains("denied request"))
        default:
            return false
        }
    }

    private static func isQuota(_ status: Status) -> Bool {
        status.code == 403 && status.message.contains("exceeded quota")
    }
}
