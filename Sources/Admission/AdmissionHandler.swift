public import HTTP
import JSON
import Kubernetes
public import Logging
public import OptimizationAPI

/// Answers the API server's admission calls for `OptimizationJob`.
///
/// Pure but for its log: no network, no clock, so every replica gives the same answer, on a dry run too. A call that is
/// no `AdmissionReview` gets an HTTP error, which the API server treats by the webhook's `failurePolicy`; a call that is
/// one always gets a review back.
public struct AdmissionHandler: HTTPHandler {
    private let options: ValidationOptions
    private let logger: Logger
    private let tell: @Sendable (AdmissionDecision) -> Void

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - options: What validation depends on besides the objects.
    ///   - logger: Told of every denial, with the call's `uid` and without the object's values.
    ///   - tell: Told of every decision, on the thread that makes it, so it must be quick.
    public init(
        options: ValidationOptions = ValidationOptions(),
        logger: Logger,
        tell: @escaping @Sendable (AdmissionDecision) -> Void = { _ in }
    ) {
        self.options = options
        self.logger = logger
        self.tell = tell
    }

    /// Routes by path, then decides on the spot.
    public func respond(to request: HTTPRequest) -> HTTPReply {
        let path = request.path
        let isMutating: Bool
        switch path {
        case WebhookPaths.mutate: isMutating = true
        case WebhookPaths.validate: isMutating = false
        default: return .now(.text("no webhook is served at \(path)\n", status: 404))
        }
        guard request.method == "POST" else {
            var response = HTTPResponse.text("admission reviews are sent with POST\n", status: 405)
            response.headers["Allow"] = "POST"
            return .now(response)
        }
        guard isJSON(request.headers["Content-Type"]) else {
            return .now(.text("admission reviews are sent with Content-Type: application/json\n", status: 415))
        }
        do throws(AdmissionReviewError) {
            let review = try AdmissionRequest(decoding: request.body)
            let response =
                isMutating
                ? OptimizationJobDefaulter.decide(review) : OptimizationJobValidator.decide(review, options)
            log(review, response)
            tell(
                AdmissionDecision(
                    webhook: path,
                    operation: review.operation.rawValue,
                    isAllowed: response.status == nil
                )
            )
            return .now(
                HTTPResponse(
                    status: 200,
                    headers: AdmissionHandler.headers,
                    body: .bytes(response.serialized())
                )
            )
        } catch {
            logger.warning("refused a call that is no admission review", metadata: ["reason": "\(error)"])
            return .now(.text("\(error)\n", status: 400))
        }
    }

    private static let headers: HTTPFields = ["Content-Type": "application/json"]

    private func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        if contentType == "application/json" { return true }
        let mediaType = contentType.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
        return mediaType.lowercased() == "application/json"
    }

    private func log(_ request: AdmissionRequest, _ response: AdmissionResponse) {
        guard let status = response.status else { return }
        logger.info(
            "denied",
            metadata: [
                "uid": "\(request.uid)", "namespace": "\(request.namespace)", "name": "\(request.objectName)",
                "operation": "\(request.operation.rawValue)", "causes": "\(status.details?.causes.count ?? 0)",
            ]
        )
    }
}
