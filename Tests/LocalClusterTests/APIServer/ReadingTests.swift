import HTTP
import JSON
import Kubernetes
import Testing

@testable import LocalCluster

@Suite("Listing and discovering")
struct ReadingTests {
    private func cluster(_ count: Int = 7) async -> TestCluster {
        let cluster = await TestCluster()
        for index in 0..<count {
            let stage = index.isMultiple(of: 2) ? "dev" : "prod"
            let job = Manifests.job("job-\(index)", labels: ["stage": .string(stage)])
            _ = await cluster.send("POST", Manifests.jobs, job)
        }
        return cluster
    }

    @Test("an empty list is as a cluster's")
    func empty() async throws {
        let cluster = await TestCluster()
        let answer = await cluster.send("GET", Manifests.jobs)
        var expected = try WireFixture("api/list-empty").json
        expected["metadata"] = answer.json["metadata"]
        #expect(answer.json == expected)
        #expect(answer.json["metadata"]?["continue"] == "")
        #expect(answer.response.headers["Content-Type"] == "application/json")
    }

    @Test("pages give every object once, in order, as it was at the first page", arguments: 1...8)
    func pages(_ limit: Int) async throws {
        let cluster = await cluster()
        let first = await cluster.send("GET", "\(Manifests.jobs)?limit=\(limit)")
        // What happens in between must not show.
        _ = await cluster.send("DELETE", "\(Manifests.jobs)/job-6")
        _ = await cluster.send("POST", Manifests.jobs, Manifests.job("job-55"))
        _ = await cluster.merge("\(Manifests.jobs)/job-5", ["spec": ["numTrials": 99]])
        var names = first.names
        var page = first
        while let token = page.json["metadata"]?["continue"]?.stringValue, !token.isEmpty {
            #expect(page.json["metadata"]?["remainingItemCount"] == .integer(7 - names.count))
            page = await cluster.send("GET", "\(Manifests.jobs)?limit=\(limit)&continue=\(token)")
            #expect(page.status == 200)
            #expect(page.json["metadata"]?["resourceVersion"] == first.json["metadata"]?["resourceVersion"])
            names += page.names
        }
        #expect(names == (0..<7).map { "job-\($0)" })
        #expect(
            page.json["items"]?.arrayValue?.last { $0["metadata"]?["name"] == "job-5" }?["spec"]?["numTrials"] != 99
        )
    }

    @Test("a page asked for too late is refused with a way to go on")
    func expiredPage() async throws {
        let cluster = await TestCluster(history: ChangeHistory.Bounds(changes: 2))
        for index in 0..<4 { _ = await cluster.send("POST", Manifests.jobs, Manifests.job("job-\(index)")) }
        let first = await cluster.send("GET", "\(Manifests.jobs)?limit=2")
        let token = try #require(first.json["metadata"]?["continue"]?.stringValue)
        for index in 4..<8 { _ = await cluster.send("POST", Manifests.jobs, Manifests.job("job-\(index)")) }
        let expired = await cluster.send("GET", "\(Manifests.jobs)?limit=2&continue=\(token)")
        let expected = try WireFixture("api/list-410-expired-continue").json
        #expect(expired.status == 410)
        #expect(expired.message == expected["message"]?.stringValue)
        #expect(expired.reason == "Expired")
        let fresh = try #require(expired.json["metadata"]?["continue"]?.stringValue)
        let rest = await cluster.send("GET", "\(Manifests.jobs)?continue=\(fresh)")
        #expect(rest.names == (2..<8).map { "job-\($0)" })
    }

    @Test(
        "selectors choose",
        arguments: [
            ("labelSelector=stage%3Ddev", ["job-0", "job-2", "job-4", "job-6"]),
            ("labelSelector=stage+in+(prod)", ["job-1", "job-3", "job-5"]),
            ("labelSelector=!stage", []), ("fieldSelector=metadata.name%3Djob-3", ["job-3"]),
            ("fieldSelector=metadata.namespace%3Dother", []),
            ("labelSelector=stage%3Ddev&fieldSelector=metadata.name!%3Djob-0", ["job-2", "job-4", "job-6"]),
        ]
    )
    func selectors(_ query: String, _ expected: [String]) async {
        let cluster = await cluster()
        #expect(await cluster.send("GET", "\(Manifests.jobs)?\(query)").names == expected)
    }

    @Test("a list at a version is the list at that version")
    func exactVersion() async {
        let cluster = await cluster(2)
        let revision = cluster.server.registry.read { $0.revision }
        _ = await cluster.send("DELETE", "\(Manifests.jobs)/job-0")
        let then = await cluster.send(
            "GET",
            "\(Manifests.jobs)?resourceVersion=\(revision)&resourceVersionMatch=Exact"
        )
        #expect(then.names == ["job-0", "job-1"])
        #expect(await cluster.send("GET", "\(Manifests.jobs)?resourceVersion=0").names == ["job-1"])
        #expect(await cluster.send("GET", "\(Manifests.jobs)?resourceVersion=\(revision)").names == ["job-1"])
        #expect(await cluster.send("GET", "\(Manifests.jobs)?resourceVersionMatch=Exact").status == 422)
    }

    @Test("a table shows state, trials, best value and age")
    func table() async throws {
        let cluster = await TestCluster()
        _ = await cluster.send("POST", Manifests.jobs, Manifests.job("bert-tuning"))
        _ = await cluster.merge(
            "\(Manifests.jobs)/bert-tuning/status",
            ["status": ["summary": ["state": "Running", "trials": "2/20", "best": "0.25"]]]
        )
        cluster.time.advance(by: .seconds(150))
        let answer = await cluster.send(
            "GET",
            "\(Manifests.jobs)?limit=500",
            headers: [
                "Accept":
                    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,"
                    + "application/json"
            ]
        )
        #expect(answer.json["kind"] == "Table")
        #expect(
            answer.json["columnDefinitions"]?.arrayValue?.map { $0["name"] } == [
                "Name", "State", "Trials", "Best", "Age",
            ]
        )
        #expect(answer.json["rows"]?[0]?["cells"] == ["bert-tuning", "Running", "2/20", "0.25", "2m30s"])
        let row = answer.json["rows"]?[0]?["object"]
        #expect(row?["kind"] == "PartialObjectMetadata")
        #expect(row?["spec"] == nil)
    }

    @Test("metadata alone can be had")
    func partialMetadata() async {
        let cluster = await cluster(1)
        let answer = await cluster.send(
            "GET",
            Manifests.jobs,
            headers: ["Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"]
        )
        #expect(answer.json["kind"] == "PartialObjectMetadataList")
        #expect(answer.json["items"]?[0]?["kind"] == "PartialObjectMetadata")
        #expect(answer.json["items"]?[0]?["spec"] == nil)
    }

    @Test(
        "ages read as kubectl's",
        arguments: [
            (-5, "<invalid>"), (0, "0s"), (119, "119s"), (120, "2m"), (599, "9m59s"), (600, "10m"), (10_799, "179m"),
            (10_800, "3h"), (20_000, "5h33m"), (172_800, "2d"), (200_000, "2d7h"), (864_000, "10d"),
            (70_000_000, "2y80d"),
        ]
    )
    func ages(_ seconds: Int64, _ text: String) {
        #expect(HumanDuration.text(seconds: seconds) == text)
    }

    @Test("discovery lists what a cluster with the same kinds lists")
    func discovery() async throws {
        let cluster = await TestCluster()
        #expect(
            await cluster.send("GET", "/apis/trainer.kubeflow.org").json == (try WireFixture("api/apis-trainer")).json
        )
        func brief(_ document: JSONValue) -> [String: [String]] {
            var resources: [String: [String]] = [:]
            for resource in document["resources"]?.arrayValue ?? [] {
                let verbs = (resource["verbs"]?.arrayValue ?? []).compactMap(\.stringValue)
                let kind = resource["kind"]?.stringValue ?? ""
                resources[resource["name"]?.stringValue ?? ""] =
                    [kind, resource["namespaced"]?.description ?? ""] + verbs.sorted()
            }
            return resources
        }
        let served = await cluster.send("GET", "/apis/trainer.kubeflow.org/v1alpha1").json
        #expect(brief(served) == brief(try WireFixture("api/apis-trainer-v1alpha1").json))
        for path in ["/api", "/apis", "/api/v1", "/version", "/openapi/v3", "/openapi/v3/api/v1"] {
            #expect(await cluster.send("GET", path).status == 200)
        }
        let aggregated = await cluster.send(
            "GET",
            "/apis",
            headers: ["Accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"]
        )
        #expect(aggregated.json["kind"] == "APIGroupDiscoveryList")
        #expect(await cluster.send("GET", "/apis/nothing.io").status == 404)
        #expect(await cluster.send("POST", "/version").status == 405)
    }

    @Test("health and version are for everybody, and nothing else is")
    func anonymous() async {
        let cluster = await TestCluster()
        for path in ["/healthz", "/readyz", "/livez", "/version"] {
            #expect(await cluster.send("GET", path, headers: ["Authorization": ""]).status == 200)
        }
        for path in ["/apis", "/api/v1/namespaces/default/secrets", "/nothing"] {
            let answer = await cluster.send("GET", path, headers: ["Authorization": ""])
            #expect(answer.status == 403)
        }
        for header in ["Bearer", "Bearer ", "Basic c2VjcmV0LXRva2Vu", "Bearer secret-toke", "Bearer secret-token2"] {
            #expect(await cluster.send("GET", "/apis", headers: ["Authorization": header]).status == 401)
        }
        #expect(await cluster.send("GET", "/apis", headers: ["Authorization": "bearer secret-token"]).status == 200)
    }
}
