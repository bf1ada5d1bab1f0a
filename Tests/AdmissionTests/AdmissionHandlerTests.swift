import Admission
import Foundation
import HTTP
import JSON
import Kubernetes
import Logging
import OptimizationAPI
import Testing

/// Calls the handler as the API server does.
private func call(
    _ path: String,
    _ body: [UInt8],
    method: String = "POST",
    contentType: String? = "application/json"
) throws -> HTTPResponse {
    var request = HTTPRequest(method: method, target: path + "?timeout=10s", body: body)
    request.headers["Content-Type"] = contentType
    let handler = AdmissionHandler(logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    guard case .now(let response) = handler.respond(to: request) else {
        Issue.record("an admission call is answered on the spot")
        return .text("", status: 500)
    }
    return response
}

private func review(_ path: String, _ body: [UInt8]) throws -> JSONValue {
    let response = try call(path, body)
    #expect(response.status == 200)
    #expect(response.headers["Content-Type"] == "application/json")
    return try JSONValue(parsing: try #require(response.bytes))
}

/// The requests that a real API server sent.
private enum Recorded {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static let names: [String] = {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return all.filter { $0.hasSuffix(".json") }.sorted()
    }()

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }
}

@Suite("The admission webhooks")
struct AdmissionHandlerTests {
    @Test("answer every call recorded from a real API server with a review of the same uid")
    func replay() throws {
        #expect(Recorded.names.count >= 30)
        for name in Recorded.names {
            let bytes = try Recorded.bytes(name)
            let request = try JSONValue(parsing: bytes)["request"]
            let path = name.contains(".mutating.") ? WebhookPaths.mutate : WebhookPaths.validate
            let answer = try review(path, bytes)
            #expect(answer["apiVersion"] == "admission.k8s.io/v1", "\(name)")
            #expect(answer["kind"] == "AdmissionReview", "\(name)")
            #expect(answer["response"]?["uid"] == request?["uid"], "\(name)")
            let isOurs = request?["kind"]?["kind"] == "OptimizationJob"
            if isOurs, path == WebhookPaths.mutate || request?["operation"] == "DELETE" {
                #expect(answer["response"]?["allowed"] == true, "\(name)")
            }
            if !isOurs { #expect(answer["response"]?["status"]?["code"] == 400, "\(name)") }
        }
    }

    @Test("patch only what lacks a default, so that a second call finds nothing to do")
    func defaulting() throws {
        let answer = try review(WebhookPaths.mutate, envelope(object: Sample.minimal))
        let text = try #require(answer["response"]?["patch"]?.stringValue)
        #expect(answer["response"]?["patchType"] == "JSONPatch")
        let patch = try JSONPatch(decoding: JSONValue(parsing: Array(try #require(Data(base64Encoded: text)))))
        let defaulted = try patch.applied(to: Sample.minimal)
        #expect(defaulted["spec"]?["numTrials"] == 1)
        #expect(defaulted["spec"]?["objectives"]?[0]?["direction"] == "Minimize")
        #expect(
            defaulted["spec"]?["trainJobTemplate"]?["spec"]?["trainer"]
                == Sample.minimal["spec"]?["trainJobTemplate"]?["spec"]?["trainer"]
        )
        let again = try review(WebhookPaths.mutate, envelope(object: defaulted))
        #expect(again["response"]?["allowed"] == true)
        #expect(again["response"]?["patch"] == nil)
    }

    @Test("deny with every error at once, as a Status kubectl can list")
    func denial() throws {
        var object = Sample.minimal
        object["spec"]?["numTrials"] = 0
        object["spec"]?["objectives"] = []
        let response = try #require(try review(WebhookPaths.validate, envelope(object: object))["response"])
        #expect(response["allowed"] == false)
        let status = try #require(response["status"])
        #expect(status["code"] == 422)
        #expect(status["reason"] == "Invalid")
        #expect(status["details"]?["name"] == "sample")
        #expect(status["details"]?["kind"] == "OptimizationJob")
        let fields = status["details"]?["causes"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? []
        #expect(fields.contains("spec.numTrials"))
        #expect(fields.contains("spec.objectives"))
    }

    @Test("never refuse an update that leaves the spec alone, or one of an object on its way out")
    func untouchedUpdates() throws {
        var invalid = Sample.minimal
        invalid["spec"]?["numTrials"] = 0
        var labelled = invalid
        labelled["metadata"]?["labels"] = ["a": "b"]
        var leaving = invalid
        leaving["metadata"]?["deletionTimestamp"] = "2026-08-21T10:30:45Z"
        for (old, new) in [(invalid, labelled), (Sample.minimal, leaving)] {
            let answer = try review(WebhookPaths.validate, envelope("UPDATE", object: new, oldObject: old))
            #expect(answer["response"]?["allowed"] == true)
        }
        var changed = Sample.minimal
        changed["spec"]?["parameters"] = invalid["spec"]?["objectives"]
        let refused = try review(WebhookPaths.validate, envelope("UPDATE", object: changed, oldObject: Sample.minimal))
        #expect(refused["response"]?["allowed"] == false)
    }

    @Test("let the status and deletions pass unread")
    func notOurs() throws {
        for (operation, subResource) in [("UPDATE", "status"), ("DELETE", ""), ("CONNECT", "")] {
            for path in [WebhookPaths.mutate, WebhookPaths.validate] {
                let answer = try review(path, envelope(operation, object: ["spec": 7], subResource: subResource))
                #expect(answer["response"]?["allowed"] == true)
            }
        }
    }

    @Test("never fail on an object of any shape", arguments: [JSONValue.null, 1, "x", [], ["spec": nil], ["spec": []]])
    func anyShape(object: JSONValue) throws {
        let mutated = try review(WebhookPaths.mutate, envelope(object: object))
        #expect(mutated["response"]?["allowed"] == true)
        _ = try review(WebhookPaths.validate, envelope(object: object))
    }

    @Test(
        "answer what is no review with an HTTP error that says what would be right",
        arguments: [
            ("", "no JSON"), ("{", "no JSON"), ("{}", "expected AdmissionReview"),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1"}"#, "admissionReviewVersions: [v1]"),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}"#, "request: expected an object"),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{}}"#, "request.uid"),
        ]
    )
    func malformed(body: String, expected: String) throws {
        let response = try call(WebhookPaths.validate, Array(body.utf8))
        #expect(response.status == 400)
        #expect(String(decoding: try #require(response.bytes), as: UTF8.self).contains(expected))
    }

    @Test("serve their two paths, by POST, as JSON")
    func routing() throws {
        #expect(try call("/elsewhere", []).status == 404)
        let get = try call(WebhookPaths.mutate, [], method: "GET")
        #expect(get.status == 405)
        #expect(get.headers["Allow"] == "POST")
        #expect(try call(WebhookPaths.mutate, [], contentType: "text/plain").status == 415)
        #expect(try call(WebhookPaths.mutate, [], contentType: nil).status == 415)
        let bytes = envelope(object: Sample.minimal)
        #expect(try call(WebhookPaths.mutate, bytes, contentType: "application/json; charset=utf-8").status == 200)
    }

    @Test("are served where the webhook configurations say")
    func manifests() {
        #expect(WebhookManifests.mutating.contains("path: \(WebhookPaths.mutate)"))
        #expect(WebhookManifests.validating.contains("path: \(WebhookPaths.validate)"))
        #expect(WebhookManifests.mutating.contains("kind: MutatingWebhookConfiguration"))
        #expect(WebhookManifests.validating.contains("kind: ValidatingWebhookConfiguration"))
    }

    private func envelope(
        _ operation: String = "CREATE",
        object: JSONValue,
        oldObject: JSONValue = nil,
        subResource: String = ""
    ) -> [UInt8] {
        let review: JSONValue = [
            "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
            "request": [
                "uid": "1234",
                "kind": ["group": "trainer.kubeflow.org", "version": "v1alpha1", "kind": "OptimizationJob"],
                "operation": .string(operation), "subResource": .string(subResource), "namespace": "default",
                "object": object, "oldObject": oldObject,
            ],
        ]
        return review.serialized()
    }
}

private enum Sample {
    static let minimal: JSONValue = [
        "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "OptimizationJob",
        "metadata": ["name": "sample", "namespace": "default"],
        "spec": [
            "objectives": [["metric": "loss"]],
            "parameters": [["name": "lr", "searchSpace": ["uniform": ["min": "0.1", "max": "1"]]]],
            "trainJobTemplate": ["spec": ["runtimeRef": ["name": "torch"], "trainer": ["command": ["a"]]]],
        ],
    ]
}
