import HTTP
import JSON
import Kubernetes
import Testing

@testable import LocalCluster

@Suite("Writing objects")
struct VerbTests {
    private static let bert = "\(Manifests.jobs)/bert-tuning"

    private func cluster() async -> TestCluster {
        let cluster = await TestCluster()
        _ = await cluster.send("POST", Manifests.jobs, Manifests.job("bert-tuning", labels: ["stage": "dev"]))
        return cluster
    }

    @Test("gives a created object its uid, time, generation and version, and drops a status")
    func create() async throws {
        let cluster = await TestCluster()
        var job = Manifests.job("bert-tuning")
        job["status"] = ["conditions": []]
        let answer = await cluster.send("POST", Manifests.jobs, job)
        #expect(answer.status == 201)
        #expect(answer.metadata.uid.utf8.count == 36)
        #expect(answer.metadata.creationTimestamp?.description == "2026-11-23T22:30:36Z")
        #expect(answer.metadata.generation == 1)
        #expect(answer.metadata.namespace == "default")
        #expect(answer.json["status"] == nil)
        #expect(try #require(UInt64(answer.metadata.resourceVersion)) > 1)
        let read = await cluster.send("GET", "\(Manifests.jobs)/bert-tuning")
        #expect(read.status == 200)
        #expect(read.json == answer.json)
    }

    @Test("makes names of five random characters that are no vowels")
    func generateName() async throws {
        let cluster = await TestCluster()
        var names: Set<String> = []
        for _ in 0..<50 {
            let job: JSONValue = ["metadata": ["generateName": "lr-sweep-"], "spec": [:]]
            let answer = await cluster.send("POST", Manifests.jobs, job)
            #expect(answer.status == 201)
            #expect(answer.metadata.generateName == "lr-sweep-")
            let suffix = answer.metadata.name.dropFirst("lr-sweep-".count)
            #expect(suffix.count == 5)
            #expect(suffix.allSatisfy { "bcdfghjklmnpqrstvwxz2456789".contains($0) })
            names.insert(answer.metadata.name)
        }
        #expect(names.count == 50)
        let long = String(repeating: "a", count: 80)
        let answer = await cluster.send("POST", Manifests.jobs, ["metadata": ["generateName": .string(long)]])
        #expect(answer.metadata.name.utf8.count == 63)
        let nameless = await cluster.send("POST", Manifests.jobs, ["metadata": [:]])
        #expect(nameless.status == 422)
        #expect(nameless.message.contains("name or generateName is required"))
    }

    @Test(
        "takes TrainJob names by their own rules",
        arguments: [
            ("a", true), ("a-1", true), (String(repeating: "a", count: 63), true), ("1a", false), ("a.b", false),
            (String(repeating: "a", count: 64), false), ("a-", false), ("", false),
        ]
    )
    func trainJobNames(_ name: String, _ isAllowed: Bool) async {
        let cluster = await TestCluster()
        let answer = await cluster.send("POST", Manifests.trainJobs, Manifests.trainJob(name))
        #expect(answer.status == (isAllowed ? 201 : 422))
    }

    @Test("stores nothing on a dry run")
    func dryRun() async {
        let cluster = await cluster()
        let created = await cluster.send("POST", "\(Manifests.jobs)?dryRun=All", Manifests.job("dry"))
        #expect(created.status == 201)
        #expect(created.metadata.resourceVersion.isEmpty)
        #expect(!created.metadata.uid.isEmpty)
        #expect(await cluster.send("GET", "\(Manifests.jobs)/dry").status == 404)
        let before = await cluster.send("GET", Self.bert)
        _ = await cluster.merge("\(Self.bert)?dryRun=All", ["spec": ["numTrials": 1]])
        _ = await cluster.send("DELETE", "\(Self.bert)?dryRun=All")
        #expect(await cluster.send("GET", Self.bert).json == before.json)
        #expect(await cluster.send("POST", "\(Manifests.jobs)?dryRun=Some", Manifests.job("x")).status == 422)
        #expect(await cluster.send("POST", "\(Manifests.jobs)?dryRun=All", Manifests.job("bert-tuning")).status == 409)
    }

    @Test("counts a generation for a change of spec only")
    func generations() async {
        let cluster = await cluster()
        let labelled = await cluster.merge(Self.bert, ["metadata": ["labels": ["stage": "prod"]]])
        #expect(labelled.metadata.generation == 1)
        let changed = await cluster.merge(Self.bert, ["spec": ["numTrials": 30]])
        #expect(changed.metadata.generation == 2)
        let reported = await cluster.merge("\(Self.bert)/status", ["status": ["nextTrialIndex": 1]])
        #expect(reported.metadata.generation == 2)
        #expect(reported.json["status"]?["nextTrialIndex"] == 1)
    }

    @Test("keeps the version of an object that an update leaves as it was")
    func noChange() async {
        let cluster = await cluster()
        let before = await cluster.send("GET", Self.bert)
        let put = await cluster.send("PUT", Self.bert, before.json)
        #expect(put.status == 200)
        #expect(put.metadata.resourceVersion == before.metadata.resourceVersion)
        let patched = await cluster.merge(Self.bert, ["metadata": ["labels": ["stage": "dev"]]])
        #expect(patched.metadata.resourceVersion == before.metadata.resourceVersion)
    }

    @Test("keeps status and everything else apart")
    func statusSubresource() async {
        let cluster = await cluster()
        var job = await cluster.send("GET", Self.bert).json
        job["spec"] = ["numTrials": 99]
        job["status"] = ["conditions": [["type": "Running"]]]
        var metadata = job["metadata"] ?? .null
        metadata["labels"] = ["ignored": "yes"]
        job["metadata"] = metadata
        let status = await cluster.send("PUT", "\(Self.bert)/status", job)
        #expect(status.status == 200)
        #expect(status.json["spec"]?["numTrials"] == 20)
        #expect(status.metadata.labels == ["stage": "dev"])
        #expect(status.json["status"] == job["status"])

        let main = await cluster.merge(Self.bert, ["status": ["conditions": []], "spec": ["numTrials": 21]])
        #expect(main.json["status"] == job["status"])
        #expect(main.json["spec"]?["numTrials"] == 21)
        #expect(await cluster.send("GET", "\(Self.bert)/status").json == main.json)
        #expect(await cluster.send("DELETE", "\(Self.bert)/status").status == 405)
    }

    @Test("leaves alone what only the server decides")
    func immutableMetadata() async throws {
        let cluster = await cluster()
        let before = await cluster.send("GET", Self.bert)
        let patched = await cluster.merge(
            Self.bert,
            [
                "metadata": [
                    "creationTimestamp": "2001-01-01T00:00:00Z", "generation": 77, "annotations": ["a": "b"],
                    "deletionTimestamp": "2001-01-01T00:00:00Z", "selfLink": "/x", "managedFields": [["manager": "me"]],
                ]
            ]
        )
        #expect(patched.status == 200)
        #expect(patched.metadata.creationTimestamp == before.metadata.creationTimestamp)
        #expect(patched.metadata.generation == 1)
        #expect(patched.metadata.deletionTimestamp == nil)
        #expect(patched.json["metadata"]?["managedFields"] == nil)
        #expect(patched.json["metadata"]?["selfLink"] == nil)
        #expect(await cluster.merge(Self.bert, ["metadata": ["name": "other"]]).status == 400)
        #expect(await cluster.merge(Self.bert, ["metadata": ["namespace": "other"]]).status == 400)
    }

    @Test("lets exactly one of many updates of the same version win")
    func optimisticConcurrency() async {
        let cluster = await cluster()
        let seen = await cluster.send("GET", Self.bert).json
        let outcomes = await withTaskGroup(of: Int.self) { group in
            for writer in 0..<50 {
                group.addTask {
                    var job = seen
                    job["spec"] = ["numTrials": .integer(100 + writer)]
                    return await cluster.send("PUT", Self.bert, job).status
                }
            }
            return await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes == [200: 1, 409: 49])
    }

    @Test("applies patches that name no version on top of each other")
    func concurrentPatches() async {
        let cluster = await cluster()
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<20 {
                group.addTask {
                    let answer = await cluster.merge(Self.bert, ["metadata": ["annotations": ["w\(writer)": "x"]]])
                    #expect(answer.status == 200)
                }
            }
        }
        #expect(await cluster.send("GET", Self.bert).metadata.annotations.count == 20)
    }

    @Test("merges webhooks by name in a strategic patch, as kubectl sends for built-in kinds")
    func strategicMerge() async {
        let cluster = await TestCluster()
        let configuration = Manifests.webhookConfiguration("w", webhooks: ["a.b.c", "d.e.f"])
        _ = await cluster.send("POST", Manifests.validating, configuration)
        let answer = await cluster.send(
            "PATCH",
            "\(Manifests.validating)/w",
            ["webhooks": [["name": "d.e.f", "clientConfig": ["caBundle": "cGVt"]]]],
            headers: ["Content-Type": "application/strategic-merge-patch+json"]
        )
        #expect(answer.status == 200)
        let webhooks = answer.json["webhooks"]?.arrayValue ?? []
        #expect(webhooks.map { $0["name"] } == ["a.b.c", "d.e.f"])
        #expect(webhooks.last?["clientConfig"]?["caBundle"] == "cGVt")
        #expect(webhooks.last?["clientConfig"]?["url"] == "https://127.0.0.1:8443/validate")
    }

    @Test("creates a lease by PUT, and holds it against a second holder")
    func leases() async {
        let cluster = await TestCluster()
        let path = "/apis/coordination.k8s.io/v1/namespaces/default/leases/optimizer"
        let lease: JSONValue = [
            "metadata": ["name": "optimizer"],
            "spec": ["holderIdentity": "a", "renewTime": "2026-11-23T22:00:00.000000Z"],
        ]
        let created = await cluster.send("PUT", path, lease)
        #expect(created.status == 201)
        #expect(created.metadata.generation == 0)
        #expect(await cluster.send("PUT", path, created.json).status == 200)
        var stolen = created.json
        stolen["spec"] = ["holderIdentity": "b", "renewTime": "2026-11-23T22:00:01.000000+00:00"]
        #expect(await cluster.send("PUT", path, stolen).status == 200)
        stolen["spec"] = ["holderIdentity": "c"]
        #expect(await cluster.send("PUT", path, stolen).status == 409)
        #expect(await cluster.send("DELETE", path).status == 200)
        let late = await cluster.send("PUT", path, stolen)
        #expect(late.status == 409 && late.json["reason"] == "Conflict")
    }

    @Test("defaults a webhook configuration as a cluster does")
    func webhookDefaults() async throws {
        let cluster = await TestCluster()
        let expected = try WireFixture("api/validatingwebhookconfiguration-create-201").json
        let body: JSONValue = [
            "metadata": ["name": "optimizer-fixture"],
            "webhooks": [
                [
                    "name": "validator.optimizationjob.trainer.kubeflow.org", "admissionReviewVersions": ["v1"],
                    "sideEffects": "None", "failurePolicy": "Ignore",
                    "clientConfig": [
                        "service": [
                            "name": "optimizer-webhook", "namespace": "kubeflow-system",
                            "path": "/validate-optimizationjob",
                        ]
                    ],
                    "namespaceSelector": ["matchLabels": ["nobody": "has-this"]],
                    "rules": [
                        [
                            "operations": ["CREATE", "UPDATE"], "apiGroups": ["trainer.kubeflow.org"],
                            "apiVersions": ["v1alpha1"], "resources": ["optimizationjobs"],
                        ]
                    ],
                ]
            ],
        ]
        let answer = await cluster.send("POST", Manifests.validating, body)
        #expect(answer.status == 201)
        #expect(answer.json["webhooks"] == expected["webhooks"])
        #expect(answer.metadata.generation == 1)
    }

    @Test("shows one event in both forms")
    func events() async throws {
        let cluster = await TestCluster()
        let recorded = try WireFixture("api/event-create-201").json
        var event = recorded
        event["metadata"] = ["name": "bert-tuning.1"]
        var about = event["regarding"] ?? .null
        about["namespace"] = "default"
        event["regarding"] = about
        let created = await cluster.send("POST", "/apis/events.k8s.io/v1/namespaces/default/events", event)
        #expect(created.status == 201)
        #expect(created.json["note"] == recorded["note"])
        let path = "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dbert-tuning"
        let core = await cluster.send("GET", path)
        let item = core.json["items"]?[0]
        #expect(item?["apiVersion"] == "v1")
        #expect(item?["message"] == recorded["note"])
        #expect(item?["involvedObject"] == about)
        #expect(item?["reportingComponent"] == "trainer.kubeflow.org/optimizer")
        let none = await cluster.send("GET", "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dx")
        #expect(none.json["items"] == [])
    }
}
