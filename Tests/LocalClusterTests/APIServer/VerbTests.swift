import HTTP
import JSON
import Kubernetes
import Testing

@testable import LocalCluster

@Suite("The API server")
struct VerbTests {
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
}
