import Admission
import HTTP
import InMemoryLogging
import JSON
import Kubernetes
import Logging
import OptimizationAPI
import Testing

private func review(_ path: String, _ body: [UInt8]) throws -> JSONValue {
    try Calls.review(Calls.post(path, body))
}

@Suite("The admission webhooks")
struct AdmissionHandlerTests {
    @Test("patch only what lacks a default, so that a second call finds nothing to do")
    func defaulting() throws {
        let answer = try review(WebhookPaths.mutate, envelope(object: Sample.minimal))
        let text = try #require(answer["response"]?["patch"]?.stringValue)
        #expect(answer["response"]?["patchType"] == "JSONPatch")
        let patch = try JSONPatch(decoding: JSONValue(parsing: try #require(Base64.decode(text))))
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

    @Test("log a denial in the API server's words and without the object's values", arguments: ["CREATE", "UPDATE"])
    func log(_ operation: String) {
        var object = Sample.minimal
        object["spec"]?["objectives"] = "secret"
        let log = InMemoryLogHandler()
        let body = envelope(operation, object: object, oldObject: operation == "UPDATE" ? Sample.minimal : nil)
        _ = Calls.answer(Calls.post(WebhookPaths.validate, body), logger: Logger(label: "test") { _ in log })
        #expect(log.entries.count == 1)
        #expect(log.entries.first?.metadata["operation"] == "\(operation)")
        #expect(log.entries.allSatisfy { !"\($0.message) \($0.metadata)".contains("secret") })
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

    @Test("deny an object that is not there, except where none has to be")
    func nullObject() throws {
        for operation in ["CREATE", "UPDATE"] {
            #expect(try review(WebhookPaths.mutate, envelope(operation, object: nil))["response"]?["allowed"] == true)
            let denied = try review(WebhookPaths.validate, envelope(operation, object: nil, oldObject: Sample.minimal))
            #expect(denied["response"]?["allowed"] == false)
        }
        let deletion = try review(WebhookPaths.validate, envelope("DELETE", object: nil, oldObject: Sample.minimal))
        #expect(deletion["response"]?["allowed"] == true)
    }

    @Test("answer a dry run like any other call")
    func dryRun() throws {
        for object in [Sample.minimal, ["spec": 7]] {
            for path in [WebhookPaths.mutate, WebhookPaths.validate] {
                let real = try review(path, envelope(object: object))
                #expect(try review(path, envelope(object: object, dryRun: true)) == real)
            }
        }
    }

    @Test("pass warnings on, beside a denial too")
    func warnings() throws {
        var object = Sample.minimal
        object["spec"]?["numTrails"] = 3
        let allowed = try review(WebhookPaths.validate, envelope(object: object))["response"]
        let warning =
            #"unknown field "spec.numTrails": ignored here and dropped by a Kubernetes API server, did you mean "numTrials"?"#
        #expect(allowed?["allowed"] == true)
        #expect(allowed?["warnings"] == [.string(warning)])
        object["spec"]?["numTrials"] = 0
        let denied = try review(WebhookPaths.validate, envelope(object: object))["response"]
        #expect(denied?["allowed"] == false)
        #expect(denied?["warnings"] == [.string(warning)])
    }

    @Test("deny trials of a kind that the controller was not told to run")
    func trialResources() throws {
        let options = ValidationOptions(trialResources: Set([TrialResource("Job.v1.batch")].compactMap { $0 }))
        let request = Calls.post(WebhookPaths.validate, envelope(object: Sample.minimal))
        let response = try Calls.review(request, options: options)["response"]
        #expect(
            response?["status"]?["details"]?["causes"] == [
                [
                    "reason": "FieldValueNotSupported",
                    "message":
                        "Unsupported value: \"TrainJob.v1alpha1.trainer.kubeflow.org\": trials of this kind are not among --trial-resources of the webhook",
                    "field": "spec.trainJobTemplate",
                ]
            ]
        )
    }

    @Test("change nothing of an object whose spec is left alone, or that is on its way out")
    func updatesLeftAlone() throws {
        var labelled = Sample.minimal
        labelled["metadata"]?["labels"] = ["a": "b"]
        var leaving = Sample.minimal
        leaving["spec"]?["numTrials"] = 3
        leaving["metadata"]?["deletionTimestamp"] = "2026-08-21T10:30:45Z"
        for object in [labelled, leaving] {
            let answer = try review(WebhookPaths.mutate, envelope("UPDATE", object: object, oldObject: Sample.minimal))
            #expect(answer["response"] == ["uid": "1234", "allowed": true])
        }
        leaving["metadata"]?["deletionTimestamp"] = nil
        let changed = try review(WebhookPaths.mutate, envelope("UPDATE", object: leaving, oldObject: Sample.minimal))
        #expect(changed["response"]?["patch"] != nil)
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
        "deny an object that is too much to be read, but not its deletion",
        arguments: [
            (String(repeating: "[", count: 600) + String(repeating: "]", count: 600), "more than 512 levels"),
            (String(repeating: "[", count: 9_000) + String(repeating: "]", count: 9_000), "more than 512 levels"),
            ("[0" + String(repeating: ",{}", count: 500_000) + "]", "at most 500000 values"),
        ]
    )
    func excess(value: String, words: String) throws {
        func answer(_ metadata: String, _ path: String) throws -> JSONValue {
            let object = #"{"metadata":{"name":"a"\#(metadata)},"spec":{"trainJobTemplate":{"spec":{"x":\#(value)}}}}"#
            let body = """
                {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-1","name":"a",
                "kind":{"group":"trainer.kubeflow.org","version":"v1alpha1","kind":"OptimizationJob"},
                "operation":"UPDATE","object":\(object),"oldObject":\(object)}}
                """
            return try Calls.review(Calls.post(path, Array(body.utf8)))["response"] ?? .null
        }
        for path in [WebhookPaths.mutate, WebhookPaths.validate] {
            let denied = try answer("", path)
            #expect(denied["uid"] == "u-1" && denied["allowed"] == false)
            #expect(denied["status"]?["code"] == 422)
            #expect(denied["status"]?["details"]?["causes"]?[0]?["field"] == "spec")
            #expect(denied["status"]?["message"]?.stringValue?.contains(words) == true)
            let deleted = try answer(#","deletionTimestamp":"2026-01-01T00:00:00Z""#, path)
            #expect(deleted["allowed"] == true)
        }
    }

    @Test("answer with an HTTP error what nests deeper than an API server reads, or elsewhere than in the spec")
    func tooDeep() {
        for (member, levels) in [("spec", 20_000), ("other", 600)] {
            let nested = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
            let body = #"{"kind":"AdmissionReview","request":{"uid":"u","object":{"\#(member)":\#(nested)}}}"#
            #expect(Calls.answer(Calls.post(WebhookPaths.validate, Array(body.utf8))).status == 400)
        }
    }

    @Test(
        "answer what is no review with an HTTP error that says what would be right",
        arguments: [
            ("", "cannot be read as JSON"), ("{", "cannot be read as JSON"), ("{}", "expected AdmissionReview"),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1"}"#, "admissionReviewVersions: [v1]"),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}"#, "request: expected an object"),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{}}"#, "request.uid"),
        ]
    )
    func malformed(body: String, expected: String) throws {
        let response = Calls.answer(Calls.post(WebhookPaths.validate, Array(body.utf8)))
        #expect(response.status == 400)
        #expect(String(decoding: try #require(response.bytes), as: UTF8.self).contains(expected))
    }

    @Test("serve their two paths, by POST, as JSON")
    func routing() throws {
        #expect(Calls.answer(Calls.post("/elsewhere", [])).status == 404)
        let get = Calls.answer(HTTPRequest(method: "GET", target: WebhookPaths.mutate))
        #expect(get.status == 405)
        #expect(get.headers["Allow"] == "POST")
        let bytes = envelope(object: Sample.minimal)
        for (contentType, status) in [
            ("application/json; charset=utf-8", 200), ("Application/JSON", 200), ("text/plain", 415), (nil, 415),
        ] {
            let request = Calls.post(WebhookPaths.mutate, bytes, contentType: contentType)
            #expect(Calls.answer(request).status == status, "\(contentType ?? "none")")
        }
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
        subResource: String = "",
        dryRun: Bool = false
    ) -> [UInt8] {
        let review: JSONValue = [
            "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
            "request": [
                "uid": "1234",
                "kind": ["group": "trainer.kubeflow.org", "version": "v1alpha1", "kind": "OptimizationJob"],
                "operation": .string(operation), "subResource": .string(subResource), "namespace": "default",
                "object": object, "oldObject": oldObject, "dryRun": .bool(dryRun),
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
