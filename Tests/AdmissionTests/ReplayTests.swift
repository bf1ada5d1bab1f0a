import Admission
import HTTP
import JSON
import Kubernetes
import Testing

/// Every call that Kubernetes 1.36 was seen to make, byte for byte, and every field of our answers.
@Suite("A call recorded from a real API server")
struct ReplayTests {
    private static let (ours, others) = {
        var (ours, others): ([Recorded], [Recorded]) = ([], [])
        for call in Recorded.all {
            // The DELETE of a TrainJob was recorded beside that of the OptimizationJob it belonged to.
            let isOther =
                call.name.hasPrefix("pod-") || call.name.hasPrefix("trainjob-create")
                || call.name == "trainjob-delete-by-garbage-collector.validating-2"
            if isOther { others.append(call) } else { ours.append(call) }
        }
        return (ours, others)
    }()

    private func path(_ call: Recorded) -> String {
        call.isMutating ? WebhookPaths.mutate : WebhookPaths.validate
    }

    @Test("is there for every kind of call")
    func complete() {
        #expect(Self.ours.count == 67)
        #expect(Self.others.count == 9)
    }

    /// What upstream's CustomResourceDefinition defaults needs no patch, what it refuses by itself is not ours to refuse
    /// while defaulting, and all that it lets through is sound.
    @Test("is answered with its uid, allowed, and nothing else", arguments: ours)
    func allowed(_ call: Recorded) throws {
        let uid = try #require(try JSONValue(parsing: call.body())["request"]?["uid"])
        #expect(
            try Calls.review(try call.request(to: path(call))) == [
                "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
                "response": ["uid": uid, "allowed": true],
            ]
        )
    }

    @Test("about something else is denied, saying what to correct", arguments: others)
    func otherKinds(_ call: Recorded) throws {
        let request = try #require(try JSONValue(parsing: call.body())["request"])
        let kind = try #require(request["kind"])
        let version = kind["version"]?.stringValue ?? ""
        let asked =
            kind["kind"] == "Pod" ? "Pod.\(version)" : "TrainJob.\(version).trainer.kubeflow.org"
        let review = try Calls.review(try call.request(to: path(call)))
        #expect(
            review["response"] == [
                "uid": request["uid"] ?? .null, "allowed": false,
                "status": [
                    "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
                    "message": .string(
                        "this webhook judges OptimizationJob.v1alpha1.trainer.kubeflow.org, not \(asked); "
                            + "correct the webhook configuration"
                    ),
                    "reason": "BadRequest", "code": 400,
                ],
            ]
        )
    }

    /// The API server itself refused these objects after the mutating webhook. Where its schema is an older one, our
    /// validation still names the same fields. (Of a number written as `20.0`, a webhook sees only `20`.)
    @Test(
        "whose object its schema refused is refused by ours for the same fields",
        arguments: [
            "create-missing-required", "create-no-spec", "create-nulls", "create-number-over-int64",
            "create-wrong-types",
        ]
    )
    func refused(_ name: String) throws {
        let call = Recorded(name: "\(name).mutating")
        let response = try Calls.review(try call.request(to: WebhookPaths.validate))["response"] ?? .null
        let user = try Recorded.message("\(name).user.http")
        #expect(response["allowed"] == false)
        let ours = fields(of: response["status"])
        for field in fields(of: user) where field != "<nil>" {
            #expect(ours.contains { $0.hasPrefix(field) }, "\(field) is not among \(ours)")
        }
    }

    /// An answer of this form was given to a real API server, which passed it on to the user whole.
    @Test("is denied in the form that reaches the user")
    func denialForm() throws {
        let accepted = try Recorded.message("user-deny-422-causes.webhook-response.http")
        let call = Recorded(name: "create-missing-required.mutating")
        let review = try Calls.review(try call.request(to: WebhookPaths.validate))
        #expect(keys(of: review) == keys(of: accepted))
        let status = review["response"]?["status"] ?? .null
        let acceptedStatus = accepted["response"]?["status"] ?? .null
        #expect(keys(of: review["response"]) == keys(of: accepted["response"]))
        // A Status may say that it is one.
        #expect(keys(of: status) == keys(of: acceptedStatus).union(["apiVersion", "kind", "metadata"]))
        #expect(keys(of: status["details"]) == keys(of: acceptedStatus["details"]))
        for cause in status["details"]?["causes"]?.arrayValue ?? [] {
            #expect(keys(of: cause) == keys(of: acceptedStatus["details"]?["causes"]?[0]))
        }
        for field in ["status", "code", "reason"] {
            #expect(status[field] == acceptedStatus[field])
        }
        #expect(status["details"]?["kind"] == "OptimizationJob")
        #expect(status["details"]?["group"] == "trainer.kubeflow.org")
        #expect(status["details"]?["name"]?.stringValue == "missing")
        #expect(
            status["message"]?.stringValue?.hasPrefix("OptimizationJob.trainer.kubeflow.org \"missing\" is invalid: ")
                == true
        )
    }

    private func fields(of status: JSONValue?) -> [String] {
        (status?["details"]?["causes"]?.arrayValue ?? []).compactMap { $0["field"]?.stringValue }
    }

    private func keys(of value: JSONValue?) -> Set<String> {
        Set((value?.objectValue ?? [:]).map(\.0))
    }
}
