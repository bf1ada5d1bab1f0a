import HTTP
import JSON
import Kubernetes
import Testing

@testable import LocalCluster

@Suite("Watching")
struct WatchTests {
    private func create(_ cluster: TestCluster, _ names: String...) async {
        for name in names { _ = await cluster.send("POST", Manifests.jobs, Manifests.job(name)) }
    }

    @Test("begins with the objects there are", arguments: ["", "&resourceVersion=0"])
    func initialState(_ version: String) async throws {
        let cluster = await TestCluster()
        await create(cluster, "b", "a")
        let watch = try #require(await cluster.watch("\(Manifests.jobs)?watch=true\(version)"))
        await create(cluster, "c")
        #expect(await watch.next(3).map(\.brief) == ["ADDED a", "ADDED b", "ADDED c"])
    }

    @Test("from any version tells exactly what happened after it")
    func everyVersion() async throws {
        let cluster = await TestCluster()
        var history: [(revision: UInt64, event: String)] = []
        func note(_ type: String, _ name: String) {
            history.append((cluster.server.registry.read { $0.revision }, "\(type) \(name)"))
        }
        for round in 0..<5 {
            let name = "job-\(round)"
            await create(cluster, name)
            note("ADDED", name)
            // Other collections have versions of their own in between.
            _ = await cluster.send("POST", Manifests.trainJobs, Manifests.trainJob(name))
            _ = await cluster.merge("\(Manifests.jobs)/\(name)", ["spec": ["numTrials": .integer(round)]])
            note("MODIFIED", name)
            guard round.isMultiple(of: 2) else { continue }
            _ = await cluster.send("DELETE", "\(Manifests.jobs)/\(name)")
            note("DELETED", name)
        }
        let last = try #require(history.last?.revision)
        for revision in 1...last {
            let path = "\(Manifests.jobs)?watch=true&resourceVersion=\(revision)&timeoutSeconds=5"
            let watch = try #require(await cluster.watch(path))
            let expected = history.filter { $0.revision > revision }
            let events = await watch.next(expected.count)
            #expect(events.map(\.brief) == expected.map(\.event))
            #expect(
                events.map { $0["object"]?["metadata"]?["resourceVersion"]?.stringValue }
                    == expected.map { String($0.revision) }
            )
        }
    }

    @Test("shows an object that no longer matches as deleted, as it was, at the version at which it left")
    func leaving() async throws {
        let cluster = await TestCluster()
        let watch = try #require(await cluster.watch("\(Manifests.jobs)?watch=true&labelSelector=stage%3Ddev"))
        _ = await cluster.send("POST", Manifests.jobs, Manifests.job("a", labels: ["stage": "dev"]))
        _ = await cluster.send("POST", Manifests.jobs, Manifests.job("b", labels: ["stage": "prod"]))
        let left = await cluster.merge("\(Manifests.jobs)/a", ["metadata": ["labels": ["stage": "prod"]]])
        _ = await cluster.merge("\(Manifests.jobs)/b", ["metadata": ["labels": ["stage": "dev"]]])
        _ = await cluster.send("DELETE", "\(Manifests.jobs)/a")
        let events = await watch.next(3)
        #expect(events.map(\.brief) == ["ADDED a", "DELETED a", "ADDED b"])
        let gone = ObjectMeta(events[1]["object"] ?? .null)
        #expect(gone.labels == ["stage": "dev"])
        #expect(gone.resourceVersion == left.metadata.resourceVersion)
    }

    @Test("sees one namespace, one name, or all there is")
    func scopes() async throws {
        let cluster = await TestCluster()
        _ = await cluster.send("POST", "/api/v1/namespaces", ["metadata": ["name": "other"]])
        let all = try #require(
            await cluster.watch("/apis/trainer.kubeflow.org/v1alpha1/optimizationjobs?watch=true")
        )
        let here = try #require(await cluster.watch("\(Manifests.jobs)?watch=1"))
        let one = try #require(await cluster.watch("\(Manifests.jobs)/b?watch=true"))
        await create(cluster, "a")
        let elsewhere = "/apis/trainer.kubeflow.org/v1alpha1/namespaces/other/optimizationjobs"
        _ = await cluster.send("POST", elsewhere, Manifests.job("x"))
        await create(cluster, "b")
        #expect(await all.next(3).map(\.brief) == ["ADDED a", "ADDED x", "ADDED b"])
        #expect(await here.next(2).map(\.brief) == ["ADDED a", "ADDED b"])
        #expect(await one.next(1).map(\.brief) == ["ADDED b"])
    }

    @Test("tells a client that comes back too late, as a cluster does")
    func tooOld() async throws {
        let cluster = await TestCluster(history: ChangeHistory.Bounds(changes: 2))
        await create(cluster, "a", "b", "c")
        let forgotten = cluster.server.registry.read {
            $0.collection(ServedKind.optimizationJobs.collection).history.forgottenThrough
        }
        let watch = try #require(await cluster.watch("\(Manifests.jobs)?watch=true&resourceVersion=1"))
        let events = await watch.rest()
        #expect(events.count == 1)
        var expected = try #require(try? JSONValue(parsing: WireFixture("api/watch-410-too-old").body))
        var status = expected["object"] ?? .null
        status["message"] = .string("too old resource version: 1 (\(forgotten))")
        expected["object"] = status
        #expect(events.first == expected)
        let exact = try #require(await cluster.watch("\(Manifests.jobs)?watch=true&resourceVersion=\(forgotten)"))
        #expect(await exact.next(2).map(\.brief) == ["ADDED b", "ADDED c"])
    }

    @Test("lets a slow client go once it missed something, and holds up nobody meanwhile")
    func slowClient() async throws {
        let cluster = await TestCluster(history: ChangeHistory.Bounds(changes: 5))
        let watch = try #require(await cluster.watch("\(Manifests.jobs)?watch=true"))
        watch.pause()
        await create(cluster, "first")
        await watch.untilBlocked()
        for index in 0..<20 { await create(cluster, "job-\(index)") }
        #expect(await cluster.send("GET", Manifests.jobs).names.count == 21)
        watch.resume()
        let events = await watch.rest()
        #expect(events.first?.brief == "ADDED first")
        #expect(events.last?["type"] == "ERROR")
        #expect(events.last?["object"]?["code"] == 410)
    }

    @Test("sends bookmarks each minute and shortly before the end, and then ends")
    func bookmarks() async throws {
        let cluster = await TestCluster()
        await create(cluster, "a")
        let revision = cluster.server.registry.read { $0.revision }
        let watch = try #require(
            await cluster.watch(
                "\(Manifests.jobs)?watch=true&allowWatchBookmarks=true&resourceVersion=\(revision)&timeoutSeconds=150"
            )
        )
        let bookmark: JSONValue = [
            "type": "BOOKMARK",
            "object": [
                "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "OptimizationJob",
                "metadata": ["resourceVersion": .string(String(revision))],
            ],
        ]
        for step in [60, 60, 28] {
            await cluster.time.untilAsleep()
            cluster.time.advance(by: .seconds(step))
            #expect(await watch.next(1) == [bookmark])
        }
        await cluster.time.untilAsleep()
        cluster.time.advance(by: .seconds(2))
        #expect(await watch.rest() == [])
        #expect(cluster.server.registry.watcherCount(of: ServedKind.optimizationJobs.collection) == 0)
    }

    @Test("sends no bookmarks to those who did not ask")
    func noBookmarks() async throws {
        let cluster = await TestCluster()
        let watch = try #require(await cluster.watch("\(Manifests.jobs)?watch=true&timeoutSeconds=150"))
        await cluster.time.untilAsleep()
        cluster.time.advance(by: .seconds(149))
        await create(cluster, "a")
        #expect(await watch.next(1).map(\.brief) == ["ADDED a"])
        await cluster.time.untilAsleep()
        cluster.time.advance(by: .seconds(1))
        #expect(await watch.rest() == [])
    }

    @Test("marks the end of a streamed list")
    func watchList() async throws {
        let cluster = await TestCluster()
        await create(cluster, "a", "b")
        let revision = cluster.server.registry.read { $0.revision }
        let path =
            "\(Manifests.jobs)?watch=true&sendInitialEvents=true&allowWatchBookmarks=true"
            + "&resourceVersionMatch=NotOlderThan&resourceVersion="
        let watch = try #require(await cluster.watch(path))
        let events = await watch.next(3)
        #expect(events.prefix(2).map(\.brief) == ["ADDED a", "ADDED b"])
        #expect(
            events.last?["object"]?["metadata"]
                == [
                    "annotations": ["k8s.io/initial-events-end": "true"],
                    "resourceVersion": .string(String(revision)),
                ]
        )
        await create(cluster, "c")
        #expect(await watch.next(1).map(\.brief) == ["ADDED c"])
    }

    @Test("from a version to come waits without a word")
    func future() async throws {
        let cluster = await TestCluster()
        let path = "\(Manifests.jobs)?watch=true&resourceVersion=99999999&timeoutSeconds=8"
        let watch = try #require(await cluster.watch(path))
        await create(cluster, "a")
        await cluster.time.untilAsleep()
        cluster.time.advance(by: .seconds(8))
        #expect(await watch.rest() == [])
    }

    @Test("ends when the client goes or the server stops, and leaves nothing behind")
    func ending() async throws {
        let cluster = await TestCluster()
        let collection = ServedKind.optimizationJobs.collection
        let leaving = try #require(await cluster.watch("\(Manifests.jobs)?watch=true"))
        await cluster.time.untilAsleep()
        leaving.cancel()
        _ = await leaving.rest()
        #expect(cluster.server.registry.watcherCount(of: collection) == 0)
        let staying = try #require(await cluster.watch("\(Manifests.jobs)?watch=true"))
        await cluster.time.untilAsleep()
        await cluster.server.stop()
        #expect(await staying.rest() == [])
        let late = try #require(await cluster.watch("\(Manifests.jobs)?watch=true"))
        #expect(await late.rest() == [])
        #expect(cluster.server.registry.watcherCount(of: collection) == 0)
    }

    @Test("delivers everything to many watchers under concurrent writes, in one order")
    func concurrentWrites() async throws {
        let cluster = await TestCluster()
        var watches: [WatchedStream] = []
        for _ in 0..<5 { watches.append(try #require(await cluster.watch("\(Manifests.jobs)?watch=true"))) }
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for index in 0..<25 {
                        _ = await cluster.send("POST", Manifests.jobs, Manifests.job("w\(writer)-\(index)"))
                    }
                }
            }
        }
        let seen = await watches[0].next(200).map(\.brief)
        #expect(Set(seen).count == 200)
        for watch in watches.dropFirst() { #expect(await watch.next(200).map(\.brief) == seen) }
    }

    @Test("as a table tells the columns once")
    func tables() async throws {
        let cluster = await TestCluster()
        await create(cluster, "a", "b")
        let watch = try #require(
            await cluster.watch(
                "\(Manifests.jobs)?watch=true",
                headers: ["Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"]
            )
        )
        let events = await watch.next(2)
        #expect(events.map { $0["object"]?["kind"] } == ["Table", "Table"])
        #expect(events[0]["object"]?["columnDefinitions"]?.arrayValue?.count == 5)
        #expect(events[1]["object"]?["columnDefinitions"] == [])
        #expect(events[1]["object"]?["rows"]?[0]?["cells"]?[0] == "b")
    }
}
