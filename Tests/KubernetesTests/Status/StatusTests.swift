import HTTP
import JSON
import Testing

@testable import Kubernetes

@Suite("A Status")
struct StatusTests {
    static let failures = HTTPFixture.all.filter { $0.status >= 400 && $0.json?["kind"] == "Status" }

    @Test("keeps all of a real server's words", arguments: failures)
    func roundTrip(fixture: HTTPFixture) throws {
        let value = try #require(fixture.json)
        let status = try #require(Status(decoding: value))
        #expect(status.json == value)
        #expect(status.code == fixture.status)
        #expect(!status.isSuccess)
        #expect(!status.message.isEmpty)
    }

    @Test("was seen in many kinds")
    func enough() {
        #expect(Self.failures.count > 40)
    }

    private static func invalid(_ type: ResourceType, _ name: String, _ causes: (String, String, String)...) -> Status {
        .invalid(type, name, causes: causes.map { StatusCause(reason: $0.0, message: $0.1, field: $0.2) })
    }

    static let made: [(String, Status)] = [
        ("get-404", .notFound(.jobs, "nothing")),
        ("lease-get-404", .notFound(.leases, "optimizer")),
        ("create-404-namespace", .notFound(.namespaces, "nowhere")),
        ("create-409-already-exists", .alreadyExists(.jobs, "bert-tuning")),
        ("secret-tls-create-409", .alreadyExists(.secrets, "optimizer-webhook-cert")),
        ("update-409-conflict-stale-resource-version", .conflict(.jobs, "bert-tuning")),
        ("lease-update-409-conflict", .conflict(.leases, "optimizer")),
        (
            "update-409-conflict-uid",
            .uidMismatch(
                .jobs,
                NamespacedName(namespace: "ml-team", name: "bert-tuning"),
                wanted: "00000000-0000-0000-0000-000000000000",
                found: "00e8fabc-7e20-4105-82ce-085e33288a11"
            )
        ),
        (
            "delete-409-precondition",
            .resourceVersionPreconditionFailed(.jobs, "bert-tuning", wanted: "1", found: "1017")
        ),
        (
            "delete-409-precondition-uid",
            .uidPreconditionFailed(
                .jobs,
                "bert-tuning",
                wanted: "00000000-0000-0000-0000-000000000000",
                found: "00e8fabc-7e20-4105-82ce-085e33288a11"
            )
        ),
        ("update-422-no-resource-version", .resourceVersionRequired(.jobs, "bert-tuning")),
        ("patch-json-422-test-failed", .patchDoesNotApply),
        ("patch-json-422-missing-path", .patchDoesNotApply),
        (
            "create-422-cel",
            invalid(
                .jobs,
                "bad-cel",
                ("FieldValueInvalid", "Invalid value: parallelTrials cannot exceed numTrials", "spec"),
                (
                    "FieldValueInvalid",
                    "Invalid value: Grid search requires all parameters to be Categorical; Uniform and LogUniform are not "
                        + "supported.",
                    "spec"
                ),
                (
                    "FieldValueInvalid", "Invalid value: min must be strictly less than max",
                    "spec.parameters[0].searchSpace.uniform"
                )
            )
        ),
        (
            "create-422-duplicate-list-map-key",
            invalid(
                .jobs,
                "bad-dup",
                ("FieldValueDuplicate", "Duplicate value: {\"name\":\"learning_rate\"}", "spec.parameters[2]")
            )
        ),
        (
            "event-create-422",
            .invalid(
                kind: "Event",
                group: "",
                name: "bert-tuning.18a1b2c3d4e5f607x",
                causes: ["reportingInstance", "action"].map {
                    StatusCause(reason: CauseReason.required, message: "Required value", field: $0)
                }
            )
        ),
        (
            "create-422-wrong-kind",
            .invalid(
                kind: "TrainJob",
                group: "trainer.kubeflow.org",
                name: "y",
                causes: [
                    StatusCause(
                        reason: CauseReason.invalid,
                        message: "Invalid value: \"TrainJob\": must be OptimizationJob",
                        field: "kind"
                    )
                ]
            )
        ),
        (
            "create-400-namespace-mismatch",
            .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        ),
        ("get-401-bad-token", .unauthorized),
        (
            "get-403-anonymous",
            .forbidden(
                .jobs,
                because: "User \"system:anonymous\" cannot list resource \"optimizationjobs\" in API group "
                    + "\"trainer.kubeflow.org\" in the namespace \"ml-team\""
            )
        ),
        (
            "get-406",
            .notAcceptable(accepted: ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"])
        ),
        ("create-413-too-large", .tooLarge(limit: 3_145_728)),
        (
            "create-415-media-type",
            .unsupportedMediaType(
                accepted: ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]
            )
        ),
        ("list-429-storage-initializing", .tooManyRequests("storage is (re)initializing", retryAfterSeconds: 1)),
        ("watch-500-garbage-resource-version", .malformedResourceVersion("abc")),
        ("list-504-resource-version-too-large", .resourceVersionTooLarge(requested: "99999999", current: "1009")),
        (
            "list-410-expired-continue",
            .continueExpired(
                token: "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoibHItc3dlZXAtbGJocXpcdTAwMDAifQ"
            )
        ),
        ("delete-200-background", .deleted(.jobs, "sweep-0", uid: "95ec48b5-283a-49d1-848f-6b6c30ce967b")),
    ]

    @Test("is made with exactly the words of a real server", arguments: made)
    func makers(fixture: String, status: Status) throws {
        #expect(status.json == (try HTTPFixture(fixture).json))
    }

    @Test("of a watch is made with exactly the words of a real server")
    func expired() throws {
        let line = try #require(HTTPFixture("watch-410-too-old").json)
        #expect(line["object"] == Status.expired(requested: "1", oldest: "836").json)
    }

    @Test("is not read from what is none", arguments: [nil, [], "Status", [:], ["kind": "Pod"]] as [JSONValue])
    func others(value: JSONValue) {
        #expect(Status(decoding: value) == nil)
    }

    @Test("is read leniently")
    func lenient() throws {
        let status = try #require(
            Status(decoding: [
                "kind": "Status", "code": 1e99, "message": 3,
                "details": [
                    "causes": [1, ["field": 2]], "retryAfterSeconds": 99_999_999_999,
                ],
            ])
        )
        #expect(status.code == 500)
        #expect(status.details?.causes.count == 2)
        #expect(status.details?.retryAfterSeconds == Int(Int32.max))
        #expect(Status(decoding: ["kind": "Status", "code": -1, "details": []])?.details == nil)
    }
}

@Suite("An answer without a Status")
struct OtherAnswerTests {
    private func status(_ code: Int, _ body: String, method: String = "GET") -> Status {
        Status(code: code, headers: [:], body: Array(body.utf8), method: method)
    }

    @Test("of plain text becomes one by its code")
    func plainText() throws {
        let fixture = try HTTPFixture("get-404-unknown-group")
        let status = Status(code: fixture.status, headers: fixture.headers, body: fixture.body, method: "GET")
        #expect(status.reason == StatusReason.notFound)
        #expect(status.message == "the server could not find the requested resource")
        #expect(status.details?.causes.map(\.message) == ["404 page not found"])
    }

    @Test(
        "has a reason by its code",
        arguments: [
            (400, "BadRequest"), (401, "Unauthorized"), (403, "Forbidden"), (404, "NotFound"),
            (405, "MethodNotAllowed"),
            (406, "NotAcceptable"), (409, "Conflict"), (410, "Expired"), (413, "RequestEntityTooLarge"),
            (415, "UnsupportedMediaType"), (422, "Invalid"), (429, "TooManyRequests"), (500, "InternalError"),
            (502, "InternalError"), (503, "ServiceUnavailable"), (504, "Timeout"), (418, ""), (302, ""),
        ]
    )
    func reasons(code: Int, reason: String) {
        #expect(status(code, "").reason == reason)
        #expect(status(code, "").code == code)
        #expect(!status(code, "").message.isEmpty)
    }

    @Test("of code 409 to a creation means that the name is taken")
    func conflict() {
        #expect(status(409, "", method: "POST").reason == StatusReason.alreadyExists)
        #expect(status(409, "", method: "PUT").reason == StatusReason.conflict)
    }

    @Test("shows the beginning of its body on one line")
    func excerpt() {
        let page = "<html>\r\n<body>\u{1B}[31mBad gateway\0</body>\n" + String(repeating: "x", count: 100_000)
        let status = status(502, page)
        let shown = status.details?.causes.first?.message ?? ""
        #expect(shown.hasPrefix("<html> <body>"))
        #expect(shown.count <= 256)
        #expect(!shown.contains { $0.isNewline || $0 == "\u{1B}" || $0 == "\0" })
        #expect(status.message.hasSuffix(shown))
    }

    @Test("that claims success is not believed")
    func success() {
        #expect(status(500, #"{"kind":"Status","status":"Success"}"#).code == 500)
        #expect(!status(500, #"{"kind":"Status","status":"Success"}"#).isSuccess)
    }

    @Test(
        "asks for a wait in whole seconds",
        arguments: [("1", 1), ("0", 0), ("86400", 86_400), ("999999999", 86_400)]
    )
    func retryAfter(text: String, seconds: Int) {
        #expect(Status.retryAfterSeconds(in: ["Retry-After": text]) == seconds)
    }

    @Test(
        "may ask for a wait in a way nobody uses",
        arguments: ["", "-1", "1.5", "Mon, 23 Nov 2026 22:30:36 GMT", "9999999999"]
    )
    func oddRetryAfter(text: String) {
        #expect(Status.retryAfterSeconds(in: ["Retry-After": text]) == nil)
    }
}
