import HTTP
import JSON
import Kubernetes
import Testing

@testable import LocalCluster

@Suite("Webhooks")
struct AdmissionChainTests {
    /// What a real API server told the user about what a webhook had answered.
    static let recorded = [
        "deny-403-reason", "deny-422-causes", "deny-code-200", "deny-message", "deny-message-mutating",
        "deny-no-status", "deny-with-warnings", "http-400", "http-404", "http-500", "http-500-with-allowed",
        "patch-beside-denial", "patch-from-validating", "patch-not-base64", "patch-without-patchtype",
        "patch-wrong-patchtype", "response-empty-body", "response-missing", "response-v1beta1",
        "response-without-apiversion", "wrong-uid", "warnings", "warnings-long", "patch-ok", "patch-empty-list",
        "patch-adds-finalizer", "patch-labels-when-none", "patch-status-on-create", "response-no-content-type",
        "response-text-plain", "response-unknown-fields",
    ]

    @Test("answers reach the user as a cluster tells them", arguments: recorded)
    func answers(_ name: String) async throws {
        let cluster = await TestCluster()
        let isMutating = name == "deny-message-mutating" || name.hasPrefix("patch-") && name != "patch-from-validating"
        let webhook = "\(isMutating ? "mutator" : "validator").optimizationjob.trainer.kubeflow.org"
        _ = await cluster.send(
            "POST",
            isMutating ? Manifests.mutating : Manifests.validating,
            Manifests.webhookConfiguration("w", mutating: isMutating, webhooks: [webhook])
        )
        let told = try WireFixture("admission/user-\(name)")
        let answered = try WireFixture("admission/user-\(name).webhook-response")
        cluster.webhooks.answer { call in
            var body = answered.body
            if name != "wrong-uid", var review = try? JSONValue(parsing: body), review["response"] != nil {
                var response = review["response"] ?? .null
                response["uid"] = call.request["uid"]
                review["response"] = response
                body = review.serialized()
            }
            return HTTPResponse(
                status: answered.status,
                headers: ["Content-Type": "application/json"],
                body: .bytes(body)
            )
        }
        // The recorded objects show what was sent: their own spec, by their own name.
        var sent = Manifests.job("x")
        if told.status == 201 {
            sent = ["metadata": ["name": "bert-tuning"], "spec": told.json["spec"] ?? .null]
            if told.json["metadata"]?["labels"]?["app.kubernetes.io/part-of"] != nil {
                sent["metadata"] = ["name": "bert-tuning", "labels": ["app.kubernetes.io/part-of": "bert-tuning"]]
            }
        }
        let answer = await cluster.send("POST", Manifests.jobs, sent)
        #expect(answer.status == told.status)
        #expect(answer.warnings == told.warnings)
        if told.status == 201 {
            #expect(answer.metadata.labels == ObjectMeta(told.json).labels)
            #expect(answer.metadata.finalizers == ObjectMeta(told.json).finalizers)
            #expect(answer.json["status"] == nil)
        } else {
            var expected = told.json
            if name == "wrong-uid" {
                // The uid asked for is another one each time.
                let uid = cluster.webhooks.calls.first?.request["uid"]?.stringValue ?? ""
                let text = String(decoding: expected.serialized(), as: UTF8.self)
                let parsed = try JSONValue(parsing: text.replacing("52392b17-b00d-41d4-a6b6-fb9a5c351816", with: uid))
                expected = parsed
            }
            #expect(answer.json == expected)
            #expect(await cluster.send("GET", "\(Manifests.jobs)/x").status == 404)
        }
    }

    @Test(
        "that give nonsense fail the request",
        arguments: ["patch-bad-path", "patch-test-fails", "patch-not-json", "response-not-json"]
    )
    func nonsense(_ name: String) async throws {
        let cluster = await TestCluster()
        let isMutating = name.hasPrefix("patch")
        _ = await cluster.send(
            "POST",
            isMutating ? Manifests.mutating : Manifests.validating,
            Manifests.webhookConfiguration("w", mutating: isMutating)
        )
        let answered = try WireFixture("admission/user-\(name).webhook-response")
        cluster.webhooks.answer { call in
            guard var review = try? JSONValue(parsing: answered.body) else {
                return HTTPResponse(status: 200, body: .bytes(answered.body))
            }
            var response = review["response"] ?? .null
            response["uid"] = call.request["uid"]
            review["response"] = response
            return HTTPResponse(status: 200, body: .bytes(review.serialized()))
        }
        let answer = await cluster.send("POST", Manifests.jobs, Manifests.job("x"))
        #expect(answer.status == 500)
        #expect(answer.reason == "InternalError")
        #expect(answer.message.hasPrefix("Internal error occurred: "))
    }

    @Test(
        "that cannot be reached fail the request, or not if they do not insist",
        arguments: [
            (WebhookCallFailure.deadlineExceeded, "timeout-2s"), (WebhookCallFailure("EOF"), "connection-reset"),
        ]
    )
    func unreachable(_ failure: WebhookCallFailure, _ name: String) async throws {
        for policy in ["Fail", "Ignore"] {
            let cluster = await TestCluster()
            _ = await cluster.send(
                "POST",
                Manifests.validating,
                Manifests.webhookConfiguration("w", extra: ["failurePolicy": .string(policy), "timeoutSeconds": 2])
            )
            cluster.webhooks.answer { _ in throw failure }
            let answer = await cluster.send("POST", Manifests.jobs, Manifests.job("x"))
            #expect(answer.status == (policy == "Fail" ? 500 : 201))
            guard policy == "Fail" else { continue }
            #expect(
                answer.message
                    == "Internal error occurred: failed calling webhook \"validator.optimizationjob.trainer.kubeflow.org\": "
                    + "failed to call webhook: Post \"https://127.0.0.1:8443/validate?timeout=2s\": \(failure)"
            )
            #expect(cluster.webhooks.calls.first?.url == "https://127.0.0.1:8443/validate?timeout=2s")
        }
    }

    @Test("that ask for patience are asked again until the time is up")
    func retryAfter() async {
        let cluster = await TestCluster()
        _ = await cluster.send("POST", Manifests.validating, Manifests.webhookConfiguration("w"))
        cluster.webhooks.answer { call in
            guard cluster.webhooks.calls.count == 1 else {
                return ScriptedWebhooks.response(to: call, ["allowed": true])
            }
            return HTTPResponse(status: 429, headers: ["Retry-After": "1"])
        }
        async let answer = cluster.send("POST", Manifests.jobs, Manifests.job("x"))
        await cluster.time.untilAsleep()
        cluster.time.advance(by: .seconds(1))
        #expect(await answer.status == 201)
        #expect(cluster.webhooks.calls.count == 2)
    }

    @Test("are asked by name: the mutating ones each about what the one before made of it, then the validating ones")
    func order() async throws {
        let cluster = await TestCluster()
        for name in ["b", "a"] {
            let webhooks = ["\(name)1.example.com", "\(name)0.example.com"]
            _ = await cluster.send(
                "POST",
                Manifests.mutating,
                Manifests.webhookConfiguration(
                    name,
                    mutating: true,
                    webhooks: webhooks,
                    extra: [
                        "clientConfig": ["url": .string("https://127.0.0.1/\(name)")]
                    ]
                )
            )
        }
        _ = await cluster.send("POST", Manifests.validating, Manifests.webhookConfiguration("c"))
        cluster.webhooks.answer { call in
            guard !call.url.contains("validate") else { return ScriptedWebhooks.response(to: call, ["allowed": true]) }
            let trials = call.request["object"]?["spec"]?["numTrials"]?.int64Value ?? 0
            let patch: JSONValue = [
                ["op": "replace", "path": "/spec/numTrials", "value": .number(JSONNumber(trials * 2))]
            ]
            return ScriptedWebhooks.response(
                to: call,
                ["allowed": true, "patchType": "JSONPatch", "patch": .string(Base64.encode(patch.serialized()))]
            )
        }
        let answer = await cluster.send("POST", Manifests.jobs, Manifests.job("x", trials: 1))
        #expect(answer.json["spec"]?["numTrials"] == 16)
        let calls = cluster.webhooks.calls
        #expect(
            calls.map { String($0.url.prefix { $0 != "?" }) } == [
                "https://127.0.0.1/a", "https://127.0.0.1/a", "https://127.0.0.1/b", "https://127.0.0.1/b",
                "https://127.0.0.1:8443/validate",
            ]
        )
        #expect(calls.map { $0.request["object"]?["spec"]?["numTrials"] } == [1, 2, 4, 8, 16])
        #expect(calls.last?.request["object"]?["metadata"]?["uid"]?.stringValue == answer.metadata.uid)
        #expect(Set(calls.compactMap { $0.request["uid"]?.stringValue }).count == 5)
    }

    @Test("do not hold up other writes, and decide on what is then written")
    func outsideOfTheLock() async throws {
        let cluster = await TestCluster()
        _ = await cluster.send("POST", Manifests.jobs, Manifests.job("x"))
        let seen = await cluster.send("GET", "\(Manifests.jobs)/x").json
        let gate = Gate()
        gate.close()
        _ = await cluster.send("POST", Manifests.validating, Manifests.webhookConfiguration("w"))
        cluster.webhooks.answer { call in
            if cluster.webhooks.calls.count == 1 { await gate.pass() }
            return ScriptedWebhooks.response(to: call, ["allowed": true])
        }
        var wanted = seen
        wanted["spec"] = ["numTrials": 1]
        async let slow = cluster.send("PUT", "\(Manifests.jobs)/x", wanted)
        await gate.untilSomebodyWaits()
        #expect(await cluster.merge("\(Manifests.jobs)/x", ["spec": ["numTrials": 2]]).status == 200)
        gate.open()
        #expect(await slow.status == 409)
        #expect(await cluster.send("GET", "\(Manifests.jobs)/x").json["spec"]?["numTrials"] == 2)
    }

    @Test("must say that a dry run has no effects")
    func sideEffects() async {
        let cluster = await TestCluster()
        let configuration = Manifests.webhookConfiguration("w", extra: ["sideEffects": "Some"])
        #expect(await cluster.send("POST", Manifests.validating, configuration).status == 422)
        _ = await cluster.send("POST", Manifests.validating, Manifests.webhookConfiguration("w"))
        cluster.webhooks.answer { ScriptedWebhooks.response(to: $0, ["allowed": true]) }
        #expect(await cluster.send("POST", "\(Manifests.jobs)?dryRun=All", Manifests.job("x")).status == 201)
        #expect(cluster.webhooks.calls.first?.request["dryRun"] == true)
        #expect(cluster.webhooks.calls.first?.request["options"]?["dryRun"] == ["All"])
    }

    @Test("are not asked about webhook configurations, so that a broken one can be repaired")
    func configurations() async {
        let cluster = await TestCluster()
        let all: JSONValue = [
            ["operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*/*"]]
        ]
        _ = await cluster.send(
            "POST",
            Manifests.validating,
            Manifests.webhookConfiguration("w", extra: ["rules": all])
        )
        #expect(await cluster.send("POST", Manifests.jobs, Manifests.job("x")).status == 500)
        #expect(await cluster.send("DELETE", "\(Manifests.validating)/w").status == 200)
        #expect(await cluster.send("POST", Manifests.jobs, Manifests.job("x")).status == 201)
    }

    @Test("are heard by the garbage collector, which tries again")
    func collector() async throws {
        let cluster = await TestCluster()
        _ = await cluster.send("POST", Manifests.jobs, Manifests.job("owner"))
        let uid = await cluster.send("GET", "\(Manifests.jobs)/owner").metadata.uid
        _ = await cluster.send("POST", Manifests.trainJobs, Manifests.trainJob("trial", owner: ("owner", uid)))
        let watch = try #require(await cluster.watch("\(Manifests.trainJobs)?watch=true&timeoutSeconds=86400"))
        _ = await watch.next(1)
        await cluster.time.untilAsleep(1)
        _ = await cluster.send(
            "POST",
            Manifests.validating,
            Manifests.webhookConfiguration(
                "w",
                extra: [
                    "rules": [
                        [
                            "operations": ["DELETE"], "apiGroups": ["*"], "apiVersions": ["*"],
                            "resources": ["trainjobs"],
                        ]
                    ]
                ]
            )
        )
        cluster.webhooks.answer { call in
            ScriptedWebhooks.response(to: call, ["allowed": .bool(cluster.webhooks.calls.count > 1)])
        }
        _ = await cluster.send("DELETE", "\(Manifests.jobs)/owner")
        // The watch waits for its end, the collector for its next attempt.
        await cluster.time.untilAsleep(2)
        #expect(await cluster.send("GET", "\(Manifests.trainJobs)/trial").status == 200)
        cluster.time.advance(by: .seconds(1))
        #expect(await watch.next(1).map(\.brief) == ["DELETED trial"])
        let request = cluster.webhooks.calls.last?.request
        #expect(
            request?["userInfo"]?["username"] == "system:serviceaccount:kube-system:generic-garbage-collector"
        )
        #expect(request?["operation"] == "DELETE")
        #expect(request?["object"] == .null)
        #expect(request?["oldObject"]?["metadata"]?["name"] == "trial")
    }
}
