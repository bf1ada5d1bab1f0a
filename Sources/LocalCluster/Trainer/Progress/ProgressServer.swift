import HTTP
import JSON
import Kubernetes
import Logging
import OptimizationAPI

/// Kubeflow Trainer's Progress API: where a running trial says how far it is and how well it does.
///
/// `POST /apis/trainer.kubeflow.org/v1alpha1/namespaces/{namespace}/trainjobs/{name}/status` with the TrainJob's own
/// bearer token replaces `status.trainerStatus`, whole: what a report leaves out is gone. Reports after the end count
/// too. Everything else is answered as Trainer's status server answers it, so that a script cannot tell the two apart.
///
/// Source: `pkg/statusserver` in Kubeflow Trainer, and Kubeflow proposal 2779.
public struct ProgressServer: HTTPHandler {
    private let api: any KubernetesAPI
    private let tokens: ProgressTokens
    private let refused: RefusedReports
    private let logger: Logger

    /// The largest body that is read, in bytes.
    public static let maximumBody = 65536

    /// How often a write is tried when somebody else writes at the same time.
    private static let attempts = 5

    /// Makes the handler.
    ///
    /// - Parameters:
    ///   - api: Where the TrainJobs are.
    ///   - tokens: The tokens that `LocalTrainer` hands out.
    ///   - refused: Told why a trial's report was refused.
    ///   - logger: Told about that too, and about failures that a trial sees only as `Internal error`.
    public init(
        api: any KubernetesAPI,
        tokens: ProgressTokens,
        refused: RefusedReports = RefusedReports(),
        logger: Logger
    ) {
        self.api = api
        self.tokens = tokens
        self.refused = refused
        self.logger = logger
    }

    /// The path at which a TrainJob's progress is reported.
    public static func path(for trainJob: NamespacedName) -> String {
        ResourceType.trainJobs.path(namespace: trainJob.namespace, name: trainJob.name, subresource: "status")
    }

    /// Answers one report.
    public func respond(to request: HTTPRequest) -> HTTPReply {
        let trainJob = request.method == "POST" ? Self.trainJob(at: request.path) : nil
        let isAuthorized = trainJob.map { tokens.authorize(request.headers["Authorization"], for: $0) } ?? false
        // The size comes first, as a layer around everything else in the original.
        let length = request.headers["Content-Length"].flatMap { UInt64($0) } ?? 0
        if length > UInt64(Self.maximumBody) {
            let detail = "\(length) bytes are more than \(Self.maximumBody)"
            if let trainJob, isAuthorized { note(detail, for: trainJob) }
            return .now(Self.failure(413, StatusReason.tooLarge, "Payload too large"))
        }
        guard let trainJob else { return .now(Self.failure(404, StatusReason.notFound, "Not found")) }
        guard isAuthorized else { return .now(Self.failure(403, StatusReason.forbidden, "Forbidden")) }
        let report: ProgressReport
        do throws(ProgressReport.Undecodable) {
            guard request.body.count <= Self.maximumBody else {
                throw ProgressReport.Undecodable(detail: "it has more than \(Self.maximumBody) bytes")
            }
            report = try ProgressReport(decoding: request.body)
        } catch {
            note(error.detail, for: trainJob)
            return .now(Self.failure(422, StatusReason.invalid, "Invalid payload"))
        }
        guard let status = report.trainerStatus else { return .now(Self.success(report)) }
        let problems = report.problems
        guard problems.isEmpty else {
            let refusal = Status.invalid(.trainJobs, trainJob.name, causes: problems)
            note(refusal.message, for: trainJob)
            return .now(Self.failure(422, StatusReason.invalid, refusal.message))
        }
        return .later { await write(status, of: trainJob, report: report) }
    }

    /// Notes a refusal, and logs it unless the one before had the same reason: a training reports every few seconds.
    private func note(_ reason: String, for trainJob: NamespacedName) {
        guard refused.note(reason, for: trainJob) else { return }
        logger.warning("progress report refused", metadata: ["trainjob": "\(trainJob)", "reason": "\(reason)"])
    }

    private func write(_ status: TrainerStatus, of trainJob: NamespacedName, report: ProgressReport) async
        -> HTTPResponse
    {
        for attempt in 1... {
            do throws(APIError) {
                let patch = Patch.merge(ProgressReport.patch(replacingWith: status))
                _ = try await api.patch(.trainJobs, trainJob, patch, subresource: "status")
                return Self.success(report)
            } catch {
                if error.isConflict && attempt < Self.attempts { continue }
                if error.isNotFound { return Self.failure(404, StatusReason.notFound, "Train job not found") }
                if error.isInvalid {
                    let message = error.status.map(\.message) ?? ""
                    let text = message.isEmpty ? "Validation failed: \(error)" : message
                    return Self.failure(422, StatusReason.invalid, text)
                }
                logger.warning("progress not recorded", metadata: ["trainjob": "\(trainJob)", "error": "\(error)"])
                break
            }
        }
        return Self.failure(500, StatusReason.internalError, "Internal error")
    }

    /// The TrainJob a path names; `nil` for every other path.
    static func trainJob(at path: String) -> NamespacedName? {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { PercentEncoding.decode($0, plusIsSpace: false) }
        guard parts.count == 9, parts[0] == "", parts[1] == "apis", parts[2] == ResourceType.trainJobs.group,
            parts[3] == ResourceType.trainJobs.version, parts[4] == "namespaces", let namespace = parts[5],
            !namespace.isEmpty, parts[6] == ResourceType.trainJobs.plural, let name = parts[7], !name.isEmpty,
            parts[8] == "status"
        else { return nil }
        return NamespacedName(namespace: namespace, name: name)
    }

    private static func success(_ report: ProgressReport) -> HTTPResponse {
        response(200, report.json)
    }

    private static func failure(_ code: Int, _ reason: String, _ message: String) -> HTTPResponse {
        response(code, Status(code: code, reason: reason, message: message).json)
    }

    private static func response(_ code: Int, _ value: JSONValue) -> HTTPResponse {
        let body = value.serialized() + [UInt8(ascii: "\n")]  // As Go's encoder ends every value.
        return HTTPResponse(status: code, headers: ["Content-Type": "application/json"], body: .bytes(body))
    }
}
