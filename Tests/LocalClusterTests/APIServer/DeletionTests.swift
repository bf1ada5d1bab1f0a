import JSON
import Kubernetes
import Testing

@testable import LocalCluster

@Suite("Deleting")
struct DeletionTests {
    private static let bert = "\(Manifests.jobs)/bert-tuning"

    /// A job, and a watch of the jobs from then on.
    private func cluster(_ jobs: String...) async throws -> TestCluster {
        let cluster = await TestCluster()
        for job in jobs { try #require(await cluster.send("POST", Manifests.jobs, Manifests.job(job)).status == 201) }
        return cluster
    }

    @Test("answers with a Status that tells the uid")
    func background() async throws {
        let cluster = try await cluster("sweep-0")
        let uid = await cluster.send("GET", "\(Manifests.jobs)/sweep-0").metadata.uid
        let answer = await cluster.send(
            "DELETE",
            "\(Manifests.jobs)/sweep-0",
            ["apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"]
        )
        var expected = try WireFixture("api/delete-200-background").json
        var details = expected["details"] ?? .null
        details["uid"] = .string(uid)
        expected["details"] = details
        #expect(answer.status == 200)
        #expect(answer.json == expected)
        #expect(await cluster.send("GET", "\(Manifests.jobs)/sweep-0").status == 404)
    }

    @Test("waits for finalizers, and lets go with the last one")
    func finalizers() async throws {
        let cluster = try await cluster("bert-tuning")
        let watch = try #require(await cluster.watch("\(Manifests.jobs)?watch=true"))
        _ = await cluster.merge(Self.bert, ["metadata": ["finalizers": ["trainer.kubeflow.org/optimizer"]]])
        cluster.time.advance(by: .seconds(4))
        let deleted = await cluster.send("DELETE", Self.bert)
        #expect(deleted.status == 200)
        #expect(deleted.json["kind"] == "OptimizationJob")
        #expect(deleted.metadata.deletionTimestamp?.description == "2026-11-23T22:30:40Z")
        #expect(deleted.metadata.generation == 2)
        #expect(deleted.json["metadata"]?["deletionGracePeriodSeconds"] == 0)

        cluster.time.advance(by: .seconds(4))
        let again = await cluster.send("DELETE", Self.bert)
        #expect(again.json == deleted.json)
        let patched = await cluster.merge(Self.bert, ["metadata": ["labels": ["still": "here"]]])
        #expect(patched.status == 200)
        let added = await cluster.merge(
            Self.bert,
            ["metadata": ["finalizers": ["trainer.kubeflow.org/optimizer", "x.y/z"]]]
        )
        #expect(added.status == 422)
        let released = await cluster.merge(Self.bert, ["metadata": ["finalizers": nil]])
        #expect(released.status == 200)
        #expect(await cluster.send("GET", Self.bert).status == 404)
        #expect(
            await watch.next(5).map { $0["type"]?.stringValue }
                == ["ADDED", "MODIFIED", "MODIFIED", "MODIFIED", "DELETED"]
        )
    }

    @Test("of a collection takes what the selector means, and nothing else")
    func collection() async throws {
        let cluster = try await cluster("a", "b")
        _ = await cluster.send("POST", Manifests.jobs, Manifests.job("c", labels: ["stage": "dev"]))
        let answer = await cluster.send("DELETE", "\(Manifests.jobs)?labelSelector=stage%3Ddev")
        #expect(answer.status == 200)
        #expect(answer.json["kind"] == "OptimizationJobList")
        #expect(answer.names == ["c"])
        #expect(await cluster.send("GET", Manifests.jobs).names == ["a", "b"])
        #expect(await cluster.send("DELETE", "/apis/trainer.kubeflow.org/v1alpha1/optimizationjobs").status == 405)
    }

    @Test("of an owner deletes what it owns")
    func ownedGoes() async throws {
        let cluster = try await cluster("bert-tuning")
        let uid = await cluster.send("GET", Self.bert).metadata.uid
        for index in 0..<3 {
            let trial = Manifests.trainJob("trial-\(index)", owner: ("bert-tuning", uid))
            try #require(await cluster.send("POST", Manifests.trainJobs, trial).status == 201)
        }
        _ = await cluster.send("POST", Manifests.trainJobs, Manifests.trainJob("stranger"))
        let watch = try #require(await cluster.watch("\(Manifests.trainJobs)?watch=true"))
        #expect(
            await watch.next(4).map(\.brief) == ["ADDED stranger", "ADDED trial-0", "ADDED trial-1", "ADDED trial-2"]
        )
        _ = await cluster.send("DELETE", Self.bert)
        #expect(
            Set(await watch.next(3).map(\.brief)) == ["DELETED trial-0", "DELETED trial-1", "DELETED trial-2"]
        )
        #expect(await cluster.send("GET", Manifests.trainJobs).names == ["stranger"])
    }

    @Test("happens to what names an owner that never was, or another of the same name")
    func absentOwner() async throws {
        let cluster = try await cluster("bert-tuning")
        let watch = try #require(await cluster.watch("\(Manifests.trainJobs)?watch=true"))
        let orphan = Manifests.trainJob("orphan", owner: ("bert-tuning", "00000000-0000-0000-0000-000000000000"))
        try #require(await cluster.send("POST", Manifests.trainJobs, orphan).status == 201)
        #expect(await watch.next(2).map(\.brief) == ["ADDED orphan", "DELETED orphan"])
    }

    @Test("spares what has an owner of a kind that nobody serves")
    func unknownOwner() async throws {
        let cluster = try await cluster("bert-tuning")
        var trial = Manifests.trainJob("kept", owner: ("x", "00000000-0000-0000-0000-000000000001"))
        trial["metadata"] = [
            "name": "kept",
            "ownerReferences": [["apiVersion": "batch/v1", "kind": "Job", "name": "x", "uid": "u-1"]],
        ]
        try #require(await cluster.send("POST", Manifests.trainJobs, trial).status == 201)
        // Something that is collected after it shows that the collector has been there.
        let watch = try #require(await cluster.watch("\(Manifests.trainJobs)?watch=true"))
        let orphan = Manifests.trainJob("orphan", owner: ("bert-tuning", "00000000-0000-0000-0000-000000000000"))
        _ = await cluster.send("POST", Manifests.trainJobs, orphan)
        _ = await watch.next(3)
        #expect(await cluster.send("GET", Manifests.trainJobs).names == ["kept"])
    }

    @Test("in the foreground keeps the owner until its dependents are gone")
    func foreground() async throws {
        let cluster = try await cluster("bert-tuning")
        let uid = await cluster.send("GET", Self.bert).metadata.uid
        var trial = Manifests.trainJob("trial-0", owner: ("bert-tuning", uid))
        var metadata = trial["metadata"] ?? .null
        metadata["finalizers"] = ["example.com/hold"]
        trial["metadata"] = metadata
        _ = await cluster.send("POST", Manifests.trainJobs, trial)
        let jobs = try #require(await cluster.watch("\(Manifests.jobs)?watch=true"))
        let trials = try #require(await cluster.watch("\(Manifests.trainJobs)?watch=true"))

        let deleted = await cluster.send("DELETE", "\(Self.bert)?propagationPolicy=Foreground")
        #expect(deleted.metadata.finalizers == ["foregroundDeletion"])
        #expect(await trials.next(2).map(\.brief) == ["ADDED trial-0", "MODIFIED trial-0"])
        #expect(await cluster.send("GET", Self.bert).status == 200)
        _ = await cluster.merge("\(Manifests.trainJobs)/trial-0", ["metadata": ["finalizers": nil]])
        #expect(
            await jobs.next(3).map(\.brief) == ["ADDED bert-tuning", "MODIFIED bert-tuning", "DELETED bert-tuning"]
        )
    }

    @Test("as an orphan's parent leaves the dependents without an owner")
    func orphan() async throws {
        let cluster = try await cluster("bert-tuning")
        let uid = await cluster.send("GET", Self.bert).metadata.uid
        _ = await cluster.send("POST", Manifests.trainJobs, Manifests.trainJob("trial-0", owner: ("bert-tuning", uid)))
        let jobs = try #require(await cluster.watch("\(Manifests.jobs)?watch=true"))
        let deleted = await cluster.send("DELETE", "\(Self.bert)?propagationPolicy=Orphan")
        #expect(deleted.metadata.finalizers == ["orphan"])
        #expect(
            await jobs.next(3).map(\.brief) == ["ADDED bert-tuning", "MODIFIED bert-tuning", "DELETED bert-tuning"]
        )
        let trial = await cluster.send("GET", "\(Manifests.trainJobs)/trial-0")
        #expect(trial.status == 200)
        #expect(trial.metadata.ownerReferences.isEmpty)
    }

    @Test("of a namespace empties it first, and lets nothing new in")
    func namespace() async throws {
        let cluster = await TestCluster()
        _ = await cluster.send("POST", "/api/v1/namespaces", ["metadata": ["name": "ml-team"]])
        let secrets = "/api/v1/namespaces/ml-team/secrets"
        _ = await cluster.send("POST", secrets, ["metadata": ["name": "held", "finalizers": ["a.b/c"]]])
        _ = await cluster.send("POST", secrets, ["metadata": ["name": "free"]])
        let watch = try #require(
            await cluster.watch("/api/v1/namespaces?watch=true&fieldSelector=metadata.name%3Dml-team")
        )
        let contents = try #require(await cluster.watch("\(secrets)?watch=true"))
        let deleted = await cluster.send("DELETE", "/api/v1/namespaces/ml-team")
        #expect(deleted.json["status"]?["phase"] == "Terminating")
        let late = await cluster.send("POST", secrets, ["metadata": ["name": "late"]])
        #expect(late.status == 403)
        #expect(late.message.hasSuffix("because it is being terminated"))
        #expect(
            Set(await contents.next(4).map(\.brief)) == ["ADDED free", "ADDED held", "DELETED free", "MODIFIED held"]
        )
        _ = await cluster.merge("\(secrets)/held", ["metadata": ["finalizers": nil]])
        #expect(await watch.next(3).map(\.brief) == ["ADDED ml-team", "MODIFIED ml-team", "DELETED ml-team"])
        #expect(await cluster.send("DELETE", "/api/v1/namespaces/default").status == 403)
    }
}
