import Kubernetes
import OptimizationAPI

/// What came of creating a TrainJob.
enum CreationOutcome: Sendable {
    /// It exists and is ours, made now or by an earlier attempt whose answer was lost.
    case exists(TrainJob)
    /// It will never exist.
    case refused(CreationRefusal)
    /// It does not exist now; a later attempt may succeed.
    case delayed(String, retryAfter: Duration?)
    /// The process is stopping.
    case cancelled
}

/// Whether an error of a create call can heal.
enum CreationError {
    /// - Returns: `nil` for AlreadyExists, which needs a look at what exists.
    static func outcome(of error: APIError) -> CreationOutcome? {
        if error.isAlreadyExists { return nil }
        switch error {
        case .status(let status, let retryAfter):
            return isFinal(status)
                ? .refused(.rejected(status.message)) : .delayed(status.message, retryAfter: retryAfter)
        case .transport(let reason):
            return .delayed("the API server could not be reached: \(reason)", retryAfter: nil)
        case .malformed(let reason):
            return .delayed("the API server's answer could not be understood: \(reason)", retryAfter: nil)
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
            return !words.contains("exceeded quota")
                && (words.contains("denied the request") || words.contains("denied request"))
        default:
            return false
        }
    }
}
