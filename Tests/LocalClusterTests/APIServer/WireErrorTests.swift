import HTTP
import JSON
import Kubernetes
import Testing

@testable import LocalCluster

/// A request whose answer by a real cluster is recorded.
struct RecordedRequest: Sendable, CustomTestStringConvertible {
    let fixture: String
    let method: String
    let path: String
    var body: JSONValue?
    var headers: HTTPFields = [:]

    var testDescription: String { fixture }

    private static let jobs = "/apis/trainer.kubeflow.org/v1alpha1/namespaces/ml-team/optimizationjobs"
    private static let leases = "/apis/coordination.k8s.io/v1/namespaces/kubeflow-system/leases"
    private static let secrets = "/api/v1/namespaces/kubeflow-system/secrets"
    private static let webhooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    private static let merge: HTTPFields = ["Content-Type": "application/merge-patch+json"]
    private static let jsonPatch: HTTPFields = ["Content-Type": "application/json-patch+json"]

    private static func job(_ metadata: JSONValue, kind: String = "OptimizationJob") -> JSONValue {
        [
            "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": .string(kind), "metadata": metadata,
            "spec": ["numTrials": 20],
        ]
    }

    private static func lease(renewTime: String) -> JSONValue {
        [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "bad-time"],
            "spec": ["renewTime": .string(renewTime)],
        ]
    }

    static let refused: [RecordedRequest] = [
        .init(
            fixture: "create-409-already-exists",
            method: "POST",
            path: jobs,
            body: job(["name": "bert-tuning"])
        ),
        .init(fixture: "post-405", method: "POST", path: "\(jobs)/bert-tuning", body: job(["name": "bert-tuning"])),
        .init(
            fixture: "create-400-namespace-mismatch",
            method: "POST",
            path: jobs,
            body: job(["name": "y", "namespace": "other"])
        ),
        .init(
            fixture: "create-404-namespace",
            method: "POST",
            path: "/apis/trainer.kubeflow.org/v1alpha1/namespaces/nowhere/optimizationjobs",
            body: job(["name": "x"])
        ),
        .init(fixture: "create-422-name", method: "POST", path: jobs, body: job(["name": "Bad_Name"])),
        .init(
            fixture: "create-422-wrong-kind",
            method: "POST",
            path: jobs,
            body: job(["name": "y"], kind: "TrainJob")
        ),
        .init(fixture: "delete-404", method: "DELETE", path: "\(jobs)/nothing"),
        .init(fixture: "get-404", method: "GET", path: "\(jobs)/nothing"),
        .init(
            fixture: "update-409-conflict-stale-resource-version",
            method: "PUT",
            path: "\(jobs)/bert-tuning",
            body: job(["name": "bert-tuning", "resourceVersion": "1"])
        ),
        .init(
            fixture: "update-422-no-resource-version",
            method: "PUT",
            path: "\(jobs)/bert-tuning",
            body: job(["name": "bert-tuning"])
        ),
        .init(
            fixture: "status-put-409-conflict",
            method: "PUT",
            path: "\(jobs)/bert-tuning/status",
            body: job(["name": "bert-tuning", "resourceVersion": "1"])
        ),
        .init(
            fixture: "patch-merge-409-resource-version",
            method: "PATCH",
            path: "\(jobs)/bert-tuning",
            body: ["metadata": ["resourceVersion": "1", "labels": ["a": "b"]]],
            headers: merge
        ),
        .init(
            fixture: "patch-json-422-test-failed",
            method: "PATCH",
            path: "\(jobs)/bert-tuning",
            body: [["op": "test", "path": "/spec/numTrials", "value": 21]],
            headers: jsonPatch
        ),
        .init(
            fixture: "patch-json-422-missing-path",
            method: "PATCH",
            path: "\(jobs)/bert-tuning",
            body: [["op": "remove", "path": "/metadata/annotations/none"]],
            headers: jsonPatch
        ),
        .init(fixture: "list-400-field-selector", method: "GET", path: "\(jobs)?fieldSelector=spec.numTrials%3D1"),
        .init(
            fixture: "watch-422-send-initial-events-without-match",
            method: "GET",
            path: "\(jobs)?watch=true&sendInitialEvents=true"
        ),
        .init(
            fixture: "watch-500-garbage-resource-version",
            method: "GET",
            path: "\(jobs)?watch=true&resourceVersion=abc"
        ),
        .init(fixture: "lease-get-404", method: "GET", path: "\(leases)/optimizer"),
        .init(
            fixture: "lease-create-400-milliseconds-time",
            method: "POST",
            path: leases,
            body: lease(renewTime: "2026-11-23T22:00:00.123Z")
        ),
        .init(
            fixture: "lease-create-400-seconds-only-time",
            method: "POST",
            path: leases,
            body: lease(renewTime: "2026-11-23T22:00:00Z")
        ),
        .init(
            fixture: "secret-tls-create-422",
            method: "POST",
            path: secrets,
            body: [
                "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": ["name": "other"],
                "data": ["tls.crt": "cGVt"],
            ]
        ),
        .init(
            fixture: "secret-tls-create-409",
            method: "POST",
            path: secrets,
            body: [
                "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
                "metadata": ["name": "optimizer-webhook-cert"], "data": ["tls.crt": "cGVt", "tls.key": "cGVt"],
            ]
        ),
        .init(
            fixture: "secret-update-422-type-immutable",
            method: "PUT",
            path: "\(secrets)/optimizer-webhook-cert",
            body: ["apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": [:], "data": ["a": "cGVt"]]
        ),
        .init(
            fixture: "event-create-422",
            method: "POST",
            path: "/apis/events.k8s.io/v1/namespaces/ml-team/events",
            body: [
                "apiVersion": "events.k8s.io/v1", "kind": "Event",
                "metadata": ["name": "bert-tuning.18a1b2c3d4e5f607x"], "eventTime": "2026-11-23T22:00:00.000000Z",
                "reportingController": "trainer.kubeflow.org/optimizer", "reason": "TrainJobCreated",
                "regarding": ["kind": "OptimizationJob", "namespace": "ml-team", "name": "bert-tuning"],
            ]
        ),
        .init(
            fixture: "validatingwebhookconfiguration-merge-patch-422",
            method: "PATCH",
            path: "\(webhooks)/optimizer-fixture",
            body: ["webhooks": [["name": "validator.optimizationjob.trainer.kubeflow.org", "clientConfig": [:]]]],
            headers: merge
        ),
        .init(
            fixture: "get-403-anonymous",
            method: "GET",
            path: jobs,
            headers: ["Authorization": ""]
        ),
        .init(
            fixture: "get-401-bad-token",
            method: "GET",
            path: jobs,
            headers: ["Authorization": "Bearer wrong"]
        ),
        .init(
            fixture: "delete-409-precondition-uid",
            method: "DELETE",
            path: "\(jobs)/bert-tuning",
            body: ["preconditions": ["uid": "00000000-0000-0000-0000-000000000000"]]
        ),
        .init(
            fixture: "delete-409-precondition",
            method: "DELETE",
            path: "\(jobs)/bert-tuning",
            body: ["preconditions": ["resourceVersion": "1"]]
        ),
        .init(
            fixture: "update-409-conflict-uid",
            method: "PUT",
            path: "\(jobs)/bert-tuning",
            body: job(["name": "bert-tuning", "uid": "00000000-0000-0000-0000-000000000000"])
        ),
    ]
}

@Suite("Refusals, word for word as a cluster's")
struct WireErrorTests {
    @Test("match the recorded answer", arguments: RecordedRequest.refused)
    func refusal(_ recorded: RecordedRequest) async throws {
        let cluster = try await Self.cluster()
        let expected = try WireFixture("api/\(recorded.fixture)")
        let answer = await cluster.send(recorded.method, recorded.path, recorded.body, headers: recorded.headers)
        #expect(answer.status == expected.status)
        #expect(Self.comparable(answer.json) == Self.comparable(expected.json))
    }

    @Test("of a body that is too large")
    func tooLarge() async throws {
        let cluster = await TestCluster()
        let body = [UInt8](repeating: UInt8(ascii: " "), count: 3_200_000)
        let answer = await cluster.send("POST", Manifests.jobs, bytes: body)
        let expected = try WireFixture("api/create-413-too-large")
        #expect(answer.status == expected.status)
        #expect(answer.json == expected.json)
    }

    @Test("of a version that is not there yet, with when to come back")
    func fromTheFuture() async throws {
        let cluster = await TestCluster()
        let path = "\(Manifests.jobs)?resourceVersion=99999999&resourceVersionMatch=NotOlderThan"
        let answer = await cluster.send("GET", path)
        #expect(answer.status == 504)
        #expect(answer.response.headers["Retry-After"] == "1")
        let expected = try WireFixture("api/list-504-resource-version-too-large").json
        #expect(answer.json["details"] == expected["details"])
        #expect(answer.message.hasPrefix("Timeout: Too large resource version: 99999999, current: "))
    }

    @Test(
        "of paths that mean nothing are plain text",
        arguments: [
            "/nothing", "/apis/nosuchgroup.example.com/v1/things", "\(Manifests.base)/nosuchthings",
            "/apis/trainer.kubeflow.org/v1alpha1/namespaces/default/optimizationjobs/a/status/b",
            "/apis/trainer.kubeflow.org/v1alpha1/namespaces/default/optimizationjobs/a/log",
            "/api/v1/namespaces/default/namespaces/x", "/apis/trainer.kubeflow.org/v2/optimizationjobs", "/",
        ]
    )
    func notFound(_ path: String) async throws {
        let cluster = await TestCluster()
        let answer = await cluster.send("GET", path)
        let expected = try WireFixture("api/get-404-unknown-resource")
        #expect(answer.status == 404)
        #expect(answer.text == String(decoding: expected.body, as: UTF8.self))
    }

    @Test("of a media type name the ones that are taken")
    func mediaTypes() async {
        let cluster = await TestCluster()
        _ = await cluster.send("POST", Manifests.jobs, Manifests.job("a"))
        let csv = await cluster.send("POST", Manifests.jobs, Manifests.job("b"), headers: ["Content-Type": "text/csv"])
        #expect(csv.status == 415)
        #expect(
            csv.message
                == "the body of the request was in an unknown format - accepted media types include: application/json"
        )
        let apply = await cluster.send(
            "PATCH",
            "\(Manifests.jobs)/a?fieldManager=x",
            Manifests.job("a"),
            headers: ["Content-Type": "application/apply-patch+yaml"]
        )
        #expect(apply.status == 415)
        #expect(apply.message.hasSuffix("application/json-patch+json, application/merge-patch+json"))
        let accept = await cluster.send("GET", Manifests.jobs, headers: ["Accept": "text/csv"])
        #expect(accept.status == 406)
        #expect(accept.reason == "NotAcceptable")
    }

    /// What the recorded cluster held.
    private static func cluster() async throws -> TestCluster {
        let cluster = await TestCluster()
        for namespace in ["ml-team", "kubeflow-system"] {
            let answer = await cluster.send("POST", "/api/v1/namespaces", ["metadata": ["name": .string(namespace)]])
            try #require(answer.status == 201)
        }
        let base = "/apis/trainer.kubeflow.org/v1alpha1/namespaces/ml-team/optimizationjobs"
        try #require(await cluster.send("POST", base, Manifests.job("bert-tuning")).status == 201)
        let secret: JSONValue = [
            "type": "kubernetes.io/tls", "metadata": ["name": "optimizer-webhook-cert"],
            "data": ["tls.crt": "cGVt", "tls.key": "cGVt"],
        ]
        let secrets = "/api/v1/namespaces/kubeflow-system/secrets"
        try #require(await cluster.send("POST", secrets, secret).status == 201)
        let webhooks = Manifests.webhookConfiguration("optimizer-fixture")
        try #require(await cluster.send("POST", Manifests.validating, webhooks).status == 201)
        cluster.webhooks.answer { ScriptedWebhooks.response(to: $0, ["allowed": true]) }
        return cluster
    }

    /// Without what is another one in every cluster: uids and the versions found.
    private static func comparable(_ status: JSONValue) -> JSONValue {
        guard let message = status["message"]?.stringValue else { return status }
        var words = message.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        for (index, word) in words.enumerated() where index > 0 {
            if words[index - 1] == "record", word.hasPrefix("(") { words[index] = "(…)." }
            if words[index - 1] == "meta:" { words[index] = "…" }
        }
        var comparable = status
        comparable["message"] = .string(words.joined(separator: " "))
        return comparable
    }
}
