import Kubernetes
import Testing

@testable import Controller

@Suite("An error of a creation")
struct CreationErrorTests {
    @Test(
        "is final when the API server would say the same for ever",
        arguments: [
            (400, "BadRequest", "admission webhook \"v\" denied the request: no"),
            (403, "Forbidden", "admission webhook \"v\" denied the request: no such runtime"),
            (403, "Forbidden", "trainjobs \"x\" is forbidden: ValidatingAdmissionPolicy 'p' denied request: no"),
            (413, "RequestEntityTooLarge", "Request entity too large"),
            (415, "UnsupportedMediaType", "no"), (422, "Invalid", "TrainJob \"x\" is invalid: spec: no"),
        ]
    )
    func final(_ code: Int, _ reason: String, _ message: String) {
        guard case .refused(.rejected(let words)) = CreationError.outcome(of: .answer(code, reason, message)) else {
            Issue.record("\(code) \(message) never heals")
            return
        }
        #expect(words == message)
    }

    @Test(
        "is tried again when it can heal",
        arguments: [
            APIError.answer(401, "Unauthorized", "Unauthorized"),
            .answer(403, "Forbidden", "trainjobs \"x\" is forbidden: exceeded quota: gpu"),
            .answer(403, "Forbidden", "admission webhook \"quota\" denied the request: exceeded quota: gpu"),
            .answer(403, "Forbidden", "User \"c\" cannot create resource \"trainjobs\""),
            .answer(403, "Forbidden", "unable to create new content in namespace ml because it is being terminated"),
            .answer(404, "NotFound", "namespaces \"ml\" not found"),
            .answer(409, "Conflict", "Operation cannot be fulfilled on resourcequotas \"gpu\""),
            .answer(429, "TooManyRequests", "storage is (re)initializing"),
            .answer(500, "InternalError", "failed calling webhook \"v\": connection refused"),
            .answer(503, "ServiceUnavailable", "no"), .answer(504, "Timeout", "no"), .transport("reset"),
            .malformed("nonsense"),
        ]
    )
    func heals(_ error: APIError) {
        guard case .delayed(let delay) = CreationError.outcome(of: error) else {
            Issue.record("\(error) can heal")
            return
        }
        #expect(!delay.message.isEmpty && !delay.kind.isEmpty)
    }

    @Test("asks for a look at what exists when the name is taken")
    func exists() {
        #expect(CreationError.outcome(of: .answer(409, "AlreadyExists", "x")) == nil)
    }
}

extension CreationOutcome? {
    static func == (left: Self, right: _OptionalNilComparisonType) -> Bool {
        if case .none = left { return true }
        return false
    }
}
