import HTTP
import JSON
import Kubernetes
import OptimizationAPI
import Testing

@testable import LocalCluster

@Suite("The progress server")
struct ProgressServerTests {
    private let api = FakeTrainJobAPI()
    private let tokens = ProgressTokens()
    private let refused = RefusedReports()
    private let name = NamespacedName(namespace: "default", name: "job")

    init() throws {
        try api.createTrainJob("job", spec: [:])
    }

    private func post(
        _ body: String,
        to path: String? = nil,
        method: String = "POST",
        authorization: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> (status: Int, body: JSONValue) {
        var request = HTTPRequest(
            method: method,
            target: path ?? ProgressServer.path(for: name),
            headers: headers,
            body: Array(body.utf8)
        )
        request.headers["Authorization"] = authorization ?? "Bearer \(tokens.token(for: name))"
        let server = ProgressServer(api: api, tokens: tokens, refused: refused, logger: .quiet)
        let response =
            switch server.respond(to: request) {
            case .now(let response): response
            case .later(let answer): await answer()
            }
        #expect(response.headers["Content-Type"] == "application/json")
        let bytes = try #require(response.bytes)
        #expect(bytes.last == UInt8(ascii: "\n"))
        return (response.status, try JSONValue(parsing: bytes))
    }

    private func report(_ members: String) -> String {
        "{\"trainerStatus\": {\(members)\(members.isEmpty ? "" : ",") \"lastUpdatedTime\": \"2026-08-21T10:30:45Z\"}}"
    }

    @Test("records a report and answers what it understood")
    func records() async throws {
        let body = """
            {"trainerStatus": {"progressPercentage": 45, "estimatedRemainingSeconds": 795, "unknown": 1,
             "metrics": [{"name": "eval_loss", "value": "0.2451"}, {"name": "n", "value": "nan"}],
             "lastUpdatedTime": "2026-08-21T12:30:45.5+02:00"}, "more": []}
            """
        let expected: JSONValue = [
            "progressPercentage": 45, "estimatedRemainingSeconds": 795,
            "metrics": [["name": "eval_loss", "value": "0.2451"], ["name": "n", "value": "nan"]],
            "lastUpdatedTime": "2026-08-21T10:30:45Z",
        ]
        let answer = try await post(body)
        #expect(answer.status == 200 && answer.body == ["trainerStatus": expected])
        #expect(api.object("job")?["status"]?["trainerStatus"] == expected)
    }

    @Test("replaces the whole block: what a later report leaves out is gone")
    func replaces() async throws {
        _ = try await post(report(#""progressPercentage": 45, "metrics": [{"name": "a", "value": "1"}]"#))
        #expect(try await post(report(#""progressPercentage": 100"#)).status == 200)
        #expect(
            api.object("job")?["status"]?["trainerStatus"]
                == ["progressPercentage": 100, "lastUpdatedTime": "2026-08-21T10:30:45Z"]
        )
    }

    @Test("accepts an empty report and records nothing", arguments: ["{}", #"{"trainerStatus": null}"#, "null"])
    func empty(_ body: String) async throws {
        let answer = try await post(body)
        #expect(answer.status == 200 && answer.body == [:])
        #expect(api.object("job")?["status"] == nil)
    }

    @Test("accepts reports after the end, and leaves the conditions alone")
    func afterTheEnd() async throws {
        try api.edit("job") { $0["status"] = ["conditions": [["type": "Complete", "status": "True"]]] }
        #expect(try await post(report("")).status == 200)
        #expect(api.object("job")?["status"]?["conditions"] == [["type": "Complete", "status": "True"]])
    }

    static let undecodable = [
        "", "invalid payload", "{}{}", "{} x", "{}]", "[]", "7", #"{"trainerStatus": 1}"#, #"{"trainerStatus": []}"#,
        #"{"trainerStatus": {"progressPercentage": 45.5}}"#, #"{"trainerStatus": {"progressPercentage": 45.0}}"#,
        #"{"trainerStatus": {"progressPercentage": "45"}}"#, #"{"trainerStatus": {"progressPercentage": 2147483648}}"#,
        #"{"trainerStatus": {"estimatedRemainingSeconds": true}}"#, #"{"trainerStatus": {"metrics": {}}}"#,
        #"{"trainerStatus": {"metrics": [1]}}"#, #"{"trainerStatus": {"metrics": [{"name": "a", "value": 1}]}}"#,
        #"{"trainerStatus": {"lastUpdatedTime": "yesterday"}}"#, #"{"trainerStatus": {"lastUpdatedTime": 1}}"#,
    ]

    @Test("calls a body of another shape an invalid payload", arguments: undecodable)
    func invalidPayload(_ body: String) async throws {
        let answer = try await post(body)
        #expect(answer.status == 422)
        let expected: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": "Invalid payload",
            "reason": "Invalid", "code": 422,
        ]
        #expect(answer.body == expected)
        #expect(api.statusPatches.isEmpty)
        #expect(refused.lastReason(for: name) != nil)
    }

    @Test(
        "remembers why it refused the last report of a trial",
        arguments: [
            ("{", "it is not JSON: "), ("7", "it is no object"),
            (#"{"trainerStatus": 1}"#, "trainerStatus must be an object"),
            (
                #"{"trainerStatus": {"progressPercentage": "45"}}"#,
                "trainerStatus.progressPercentage must be a whole number of 32 bits, without quotes"
            ),
            (
                #"{"trainerStatus": {"metrics": [{"name": "a", "value": "1"}, {"name": "b", "value": 1}]}}"#,
                "trainerStatus.metrics[1].value must be a text; a number needs quotes around it"
            ),
            (
                #"{"trainerStatus": {"lastUpdatedTime": "yesterday"}}"#,
                #"trainerStatus.lastUpdatedTime must be a time such as "2006-01-02T15:04:05Z""#
            ),
            (#"{"trainerStatus": {}}"#, "lastUpdatedTime is required"),
        ]
    )
    func remembersRefusals(_ body: String, _ reason: String) async throws {
        #expect(try await post(body).status == 422)
        #expect(
            refused.lastReason(for: name)?.contains(reason) == true,
            "\(refused.lastReason(for: name) ?? "nothing")"
        )
    }

    @Test("remembers nothing of what anybody may send without the trial's token")
    func strangers() async throws {
        #expect(try await post("{", authorization: "Bearer guess").status == 403)
        #expect(refused.lastReason(for: name) == nil)
    }

    static let invalid: [(members: String, says: String)] = [
        (
            #""progressPercentage": 101"#,
            "status.trainerStatus.progressPercentage: Invalid value: 101: status.trainerStatus.progressPercentage in body "
                + "should be less than or equal to 100"
        ),
        (
            #""progressPercentage": -1"#,
            "status.trainerStatus.progressPercentage: Invalid value: -1: status.trainerStatus.progressPercentage in body "
                + "should be greater than or equal to 0"
        ),
        (
            #""estimatedRemainingSeconds": -1"#,
            "status.trainerStatus.estimatedRemainingSeconds: Invalid value: -1: "
                + "status.trainerStatus.estimatedRemainingSeconds in body should be greater than or equal to 0"
        ),
        (
            #""metrics": [{"name": "", "value": "1"}]"#,
            "status.trainerStatus.metrics[0].name: Invalid value: \"\": status.trainerStatus.metrics[0].name in body "
                + "should be at least 1 chars long"
        ),
        (
            "\"metrics\": [{\"name\": \"a\", \"value\": \"\(String(repeating: "9", count: 65))\"}]",
            "status.trainerStatus.metrics[0].value: Too long: may not be more than 64 bytes"
        ),
        (
            "\"metrics\": [\(Array(repeating: "{\"name\":\"a\",\"value\":\"1\"}", count: 257).joined(separator: ","))]",
            "status.trainerStatus.metrics: Too many: 257: must have at most 256 items"
        ),
    ]

    @Test("refuses values the schema does not allow, in the API server's words", arguments: invalid)
    func invalidValues(_ subject: (members: String, says: String)) async throws {
        let answer = try await post(report(subject.members))
        #expect(answer.status == 422 && answer.body["reason"] == "Invalid")
        #expect(answer.body["message"] == .string("TrainJob.trainer.kubeflow.org \"job\" is invalid: \(subject.says)"))
        #expect(api.statusPatches.isEmpty)
    }

    @Test("wants to know when")
    func lastUpdatedTime() async throws {
        let says = "status.trainerStatus: Invalid value: lastUpdatedTime is required when trainerStatus is present"
        for body in [#"{"trainerStatus": {}}"#, #"{"trainerStatus": {"lastUpdatedTime": null}}"#] {
            let answer = try await post(body)
            #expect(answer.status == 422)
            #expect(answer.body["message"] == .string("TrainJob.trainer.kubeflow.org \"job\" is invalid: \(says)"))
        }
    }

    @Test("accepts values at the limits")
    func limits() async throws {
        let text = String(repeating: "é", count: 64)
        let metrics = Array(repeating: "{\"name\":\"\(text)\",\"value\":\"\(text)\"}", count: 200)
        let members = "\"progressPercentage\": 0, \"metrics\": [\(metrics.joined(separator: ","))]"
        #expect(try await post(report(members)).status == 200)
    }

    @Test("forbids every other token, and another trial's too")
    func forbidden() async throws {
        let own = tokens.token(for: name)
        let other = tokens.token(for: NamespacedName(namespace: "default", name: "other"))
        let headers = [
            "", "Bearer", "Bearer ", "Bearer \(other)", "bearer \(own)", "Bearer  \(own)", "Bearer \(own) ", own,
            "Bearer \(own.dropLast())", "Bearer \(own)0", "Basic \(own)",
        ]
        for header in headers {
            let answer = try await post(report(""), authorization: header)
            #expect(answer.status == 403, "\(header)")
            #expect(answer.body["message"] == "Forbidden" && answer.body["reason"] == "Forbidden")
        }
        #expect(api.statusPatches.isEmpty)
    }

    @Test("knows one path and one method")
    func notFound() async throws {
        let path = ProgressServer.path(for: name)
        for other in ["/", path + "/", "/" + path, path.replacing("v1alpha1", with: "v1"), "/healthz"] {
            let answer = try await post(report(""), to: other)
            #expect(answer.status == 404 && answer.body["message"] == "Not found", "\(other)")
        }
        for method in ["GET", "PUT", "PATCH", "post"] {
            #expect(try await post(report(""), method: method).status == 404)
        }
        #expect(try await post(report(""), to: path + "?fieldManager=x").status == 200)
    }

    @Test("says that the TrainJob is gone")
    func missing() async throws {
        try await api.delete(.trainJobs, name, DeleteOptions())
        let answer = try await post(report(""))
        #expect(answer.status == 404 && answer.body["message"] == "Train job not found")
        #expect(answer.body["reason"] == "NotFound")
    }

    @Test("refuses what announces more than 64 KiB as too large, and what is more unannounced as invalid")
    func tooLarge() async throws {
        let long = report("\"x\": \"\(String(repeating: "a", count: 65536))\"")
        let announced = try await post(long, headers: ["Content-Length": "\(long.utf8.count)"])
        #expect(announced.status == 413 && announced.body["message"] == "Payload too large")
        #expect(announced.body["reason"] == "RequestEntityTooLarge")
        #expect(try await post(long).status == 422)
        let short = report("")
        let exact = short + String(repeating: " ", count: 65536 - short.utf8.count)
        #expect(try await post(exact, headers: ["Content-Length": "65536"]).status == 200)
    }

    @Test("writes through conflicts, and hides other failures")
    func failures() async throws {
        let conflict = APIError.status(.conflict(.trainJobs, "job"), retryAfter: nil)
        api.failPatches(with: [conflict, conflict])
        #expect(try await post(report("")).status == 200)
        api.failPatches(with: [.transport("secret detail")])
        let answer = try await post(report(""))
        #expect(answer.status == 500 && answer.body["message"] == "Internal error")
        #expect(answer.body["reason"] == "InternalError")
    }

    @Test("gives each TrainJob a token of its own, 64 digits long, and always the same")
    func tokenShape() {
        let first = tokens.token(for: name)
        #expect(first == tokens.token(for: name))
        #expect(first.utf8.count == 64 && first.allSatisfy(\.isHexDigit))
        #expect(first != tokens.token(for: NamespacedName(namespace: "default", name: "other")))
    }
}
