import JSON
import Kubernetes
import OptimizationAPI

/// The body of a progress report: `{"trainerStatus": {…}}`.
///
/// Two stages, as in Kubeflow Trainer: decoding refuses what has another shape (`Invalid payload`), and validation
/// says, in an API server's words, which values the TrainJob's schema does not allow.
struct ProgressReport: Equatable {
    /// The report; `nil` for an empty one, which is accepted and changes nothing.
    var trainerStatus: TrainerStatus?

    /// A body that does not decode, and why: a path in it and what is wrong there.
    struct Undecodable: Error, Equatable {
        var detail: String
    }

    /// Decodes a body as Go decodes `UpdateTrainJobStatusRequest`: unknown members are ignored, `null` counts as absent
    /// or zero, a number must be an integer of 32 bits, and there is one value only.
    init(decoding body: [UInt8]) throws(Undecodable) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body)
        } catch {
            throw Undecodable(detail: "it is not JSON: \(error)")
        }
        if value.isNull { return }
        guard value.objectValue != nil else { throw Undecodable(detail: "it is no object") }
        guard let status = value["trainerStatus"], !status.isNull else { return }
        guard status.objectValue != nil else { throw Undecodable(detail: "trainerStatus must be an object") }
        trainerStatus = TrainerStatus(
            progressPercentage: try Self.integer("progressPercentage", in: status),
            estimatedRemainingSeconds: try Self.integer("estimatedRemainingSeconds", in: status),
            metrics: try Self.metrics(in: status),
            lastUpdatedTime: try Self.time("lastUpdatedTime", in: status)
        )
    }

    /// What the schema of `status.trainerStatus` does not allow; empty when all is well.
    var problems: [StatusCause] {
        guard let trainerStatus else { return [] }
        let path = "status.trainerStatus"
        var problems: [StatusCause] = []
        func invalid(_ field: String, _ value: String, _ rule: String) {
            problems.append(
                StatusCause(
                    reason: CauseReason.invalid,
                    message: "Invalid value: \(value): \(field) in body should be \(rule)",
                    field: field
                )
            )
        }
        if let seconds = trainerStatus.estimatedRemainingSeconds, seconds < 0 {
            invalid("\(path).estimatedRemainingSeconds", "\(seconds)", "greater than or equal to 0")
        }
        if trainerStatus.metrics.count > Self.maximumMetrics {
            let message =
                "Too many: \(trainerStatus.metrics.count): must have at most \(Self.maximumMetrics) items"
            problems.append(
                StatusCause(reason: CauseReason.tooMany, message: message, field: "\(path).metrics")
            )
        } else {
            for (index, metric) in trainerStatus.metrics.enumerated() {
                for (member, text) in [("name", metric.name), ("value", metric.value)] {
                    let field = "\(path).metrics[\(index)].\(member)"
                    if text.isEmpty {
                        invalid(field, "\"\"", "at least 1 chars long")
                    } else if text.unicodeScalars.count > Self.maximumText {
                        let message = "Too long: may not be more than \(Self.maximumText) bytes"
                        problems.append(StatusCause(reason: CauseReason.tooLong, message: message, field: field))
                    }
                }
            }
        }
        if let percentage = trainerStatus.progressPercentage {
            let field = "\(path).progressPercentage"
            if percentage < 0 { invalid(field, "\(percentage)", "greater than or equal to 0") }
            if percentage > 100 { invalid(field, "\(percentage)", "less than or equal to 100") }
        }
        if trainerStatus.lastUpdatedTime == nil {
            let message = "Invalid value: lastUpdatedTime is required when trainerStatus is present"
            problems.append(StatusCause(reason: CauseReason.invalid, message: message, field: path))
        }
        return problems
    }

    /// The report as it was understood, which is what the server answers.
    var json: JSONValue {
        var object: JSONObject = [:]
        if let trainerStatus { object["trainerStatus"] = trainerStatus.json }
        return .object(object)
    }

    /// A merge patch that puts this report in the place of the last one.
    ///
    /// What the report leaves out is removed by name: a merge patch would keep it.
    static func patch(replacingWith status: TrainerStatus) -> JSONValue {
        var block: JSONObject = [
            "progressPercentage": .null, "estimatedRemainingSeconds": .null, "metrics": .null, "lastUpdatedTime": .null,
        ]
        if case .object(let members) = status.json {
            for member in members { block[member.key] = member.value }
        }
        return ["status": ["trainerStatus": .object(block)]]
    }

    /// Metrics in one report (`maxItems`).
    static let maximumMetrics = 256
    /// Characters in a metric's name or value (`maxLength`).
    static let maximumText = 64
}

extension ProgressReport {
    private static func integer(_ name: String, in status: JSONValue) throws(Undecodable) -> Int? {
        guard let value = status[name], !value.isNull else { return nil }
        guard let integer = value.int64Value.flatMap({ Int32(exactly: $0) }) else {
            throw Undecodable(detail: "trainerStatus.\(name) must be a whole number of 32 bits, without quotes")
        }
        return Int(integer)
    }

    private static func time(_ name: String, in status: JSONValue) throws(Undecodable) -> Timestamp? {
        guard let value = status[name], !value.isNull else { return nil }
        guard let time = value.stringValue.flatMap({ Timestamp(rfc3339: $0) }) else {
            throw Undecodable(detail: "trainerStatus.\(name) must be a time such as \"2006-01-02T15:04:05Z\"")
        }
        return time
    }

    private static func metrics(in status: JSONValue) throws(Undecodable) -> [MetricValue] {
        guard let value = status["metrics"], !value.isNull else { return [] }
        guard let items = value.arrayValue else { throw Undecodable(detail: "trainerStatus.metrics must be a list") }
        var metrics: [MetricValue] = []
        for (index, item) in items.enumerated() {
            let path = "trainerStatus.metrics[\(index)]"
            guard item.isNull || item.objectValue != nil else {
                throw Undecodable(detail: "\(path) must be an object with name and value")
            }
            metrics.append(
                MetricValue(name: try text("name", in: item, at: path), value: try text("value", in: item, at: path))
            )
        }
        return metrics
    }

    private static func text(_ name: String, in item: JSONValue, at path: String) throws(Undecodable) -> String {
        guard let value = item[name], !value.isNull else { return "" }
        guard let text = value.stringValue else {
            throw Undecodable(detail: "\(path).\(name) must be a text; a number needs quotes around it")
        }
        return text
    }
}
