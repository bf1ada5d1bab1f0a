import JSON
import Logging
import Synchronization
import Testing

@testable import Kubernetes

/// What a cache keeps in these tests: an object's name and version.
typealias Kept = String

/// A cache on a scripted server, run for the length of a test.
final class CacheHarness: Sendable {
    let api: ScriptedAPI
    let time = ManualTime()
    let cache: WatchCache<Kept>
    private let changes = Channel<String>()
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(_ api: ScriptedAPI) {
        self.api = api
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        cache = WatchCache(api: api, type: .jobs, namespace: "ns", logger: logger, time: time, jitter: { 1 }) {
            object in
            guard object["ignored"] == nil else { return nil }
            let metadata = ObjectMeta(object)
            return "\(metadata.name)@\(metadata.resourceVersion)"
        }
        let changes = changes
        cache.onChange { changes.send("\($0.old ?? "-") > \($0.new ?? "-")") }
        let cache = cache
        task.withLock { $0 = Task { await cache.run() } }
    }

    /// The next change the handler was told, when it is.
    func change() async -> String {
        await changes.next() ?? "no more"
    }

    func changes(_ count: Int) async -> [String] {
        var changes: [String] = []
        for _ in 0..<count { changes.append(await change()) }
        return changes
    }

    var content: [Kept] { cache.all().sorted() }

    func stop() async {
        let task = task.withLock { $0 }
        task?.cancel()
        await task?.value
    }
}

@Suite("A watch cache", .timeLimit(.minutes(1)))
struct WatchCacheTests {
    @Test("shows the list, then every event, and tells of each once")
    func listAndWatch() async {
        let harness = CacheHarness(ScriptedAPI(samples(sample("a", 1), sample("b", 2), at: 10)))
        let watch = await harness.api.nextWatch()
        #expect(await harness.changes(2) == ["- > a@1", "- > b@2"])
        #expect(harness.cache.isSynced)
        #expect(watch.options.resourceVersion == "10")
        #expect(watch.options.allowBookmarks)
        #expect(watch.options.timeoutSeconds == 600)
        #expect(harness.content == ["a@1", "b@2"])

        watch.send(.added(sample("c", 11)), .modified(sample("a", 12)), .deleted(sample("b", 13)))
        #expect(await harness.changes(3) == ["- > c@11", "a@1 > a@12", "b@2 > -"])
        #expect(harness.content == ["a@12", "c@11"])
        #expect(harness.cache.get(NamespacedName(namespace: "ns", name: "a")) == "a@12")
        #expect(harness.cache.get(NamespacedName(namespace: "ns", name: "b")) == nil)
        #expect(harness.cache.get(NamespacedName(namespace: "other", name: "a")) == nil)
        #expect(harness.cache.count == 2)
        #expect(harness.cache.resourceVersion == "13")
        await harness.stop()
    }

    @Test("resumes a watch that ended where it was, without listing again")
    func resume() async {
        let harness = CacheHarness(ScriptedAPI(samples(sample("a", 1), at: 10)))
        var watch = await harness.api.nextWatch()
        #expect(await harness.change() == "- > a@1")
        watch.send(.modified(sample("a", 11)), bookmark(20))
        watch.end()
        watch = await harness.api.nextWatch()
        #expect(await harness.change() == "a@1 > a@11")
        #expect(watch.options.resourceVersion == "20")
        watch.send(.modified(sample("a", 21)))
        #expect(await harness.change() == "a@11 > a@21")
        #expect(harness.api.listCount == 1)
        await harness.stop()
    }

    @Test("resumes a watch whose connection broke, after a wait")
    func broken() async {
        let harness = CacheHarness(ScriptedAPI(samples(sample("a", 1), at: 10)))
        var watch = await harness.api.nextWatch()
        watch.send(.modified(sample("a", 11)))
        watch.fail(.transport("reset"))
        await harness.time.untilSleeping(for: .milliseconds(800))
        harness.time.advance(by: .milliseconds(800))
        watch = await harness.api.nextWatch()
        #expect(watch.options.resourceVersion == "11")
        #expect(harness.api.listCount == 1)
        #expect(harness.cache.counts.failures == 1)
        await harness.stop()
    }

    @Test("applies an event that comes again only once")
    func duplicates() async {
        let harness = CacheHarness(ScriptedAPI(samples(sample("a", 1), sample("b", 2), at: 10)))
        let watch = await harness.api.nextWatch()
        _ = await harness.changes(2)
        watch.send(
            .added(sample("a", 1)),
            .modified(sample("a", 11)),
            .modified(sample("a", 11)),
            .added(sample("a", 1)),
            .deleted(sample("b", 12)),
            .deleted(sample("b", 12)),
            .added(sample("b", 2)),
            .modified(sample("b", 2)),
            .added(sample("b", 14, uid: "second b")),
            .deleted(sample("b", 12)),
            .modified(sample("b", 2)),
            .added(sample("end", 15))
        )
        #expect(await harness.changes(4) == ["a@1 > a@11", "b@2 > -", "- > b@14", "- > end@15"])
        #expect(harness.content == ["a@11", "b@14", "end@15"])
        await harness.stop()
    }

    @Test("tells an object that took another's name from it")
    func sameName() async {
        let harness = CacheHarness(ScriptedAPI(samples(sample("a", 1), at: 10)))
        let watch = await harness.api.nextWatch()
        #expect(await harness.change() == "- > a@1")
        watch.send(.modified(sample("a", 12, uid: "second")), .modified(sample("a", 11)), .added(sample("end", 13)))
        #expect(await harness.changes(3) == ["a@1 > -", "- > a@12", "- > end@13"])
        await harness.stop()
    }

    @Test("lists anew when its moment is forgotten, and tells the differences", arguments: [true, false])
    func expired(isEvent: Bool) async {
        let api = ScriptedAPI(
            samples(sample("same", 1), sample("changed", 2), sample("gone", 3), sample("replaced", 4), at: 10)
        )
        let harness = CacheHarness(api)
        let watch = await api.nextWatch()
        _ = await harness.changes(4)
        api.thenList(
            samples(
                sample("same", 1),
                sample("changed", 12),
                sample("new", 13),
                sample("replaced", 14, uid: "second"),
                at: 20
            )
        )
        if isEvent {
            watch.send(.error(.expired(requested: "10", oldest: "15")))
        } else {
            api.refuseWatch(.expired)
            watch.send(bookmark(11))
            watch.end()
        }
        await harness.time.untilSleeping(for: .milliseconds(800))
        harness.time.advance(by: .milliseconds(800))
        #expect(await api.nextWatch().options.resourceVersion == "20")
        #expect(
            await harness.changes(5) == [
                "gone@3 > -", "changed@2 > changed@12", "- > new@13", "replaced@4 > -", "- > replaced@14",
            ]
        )
        #expect(harness.content == ["changed@12", "new@13", "replaced@14", "same@1"])
        await harness.stop()
    }

    @Test("keeps what it knows while the server is away, and waits ever longer")
    func away() async {
        let api = ScriptedAPI(samples(sample("a", 1), at: 10))
        let harness = CacheHarness(api)
        let watch = await api.nextWatch()
        #expect(await harness.change() == "- > a@1")
        for _ in 0..<3 { api.refuseWatch(.transport("refused")) }
        watch.fail(.transport("reset"))
        for wait in [800, 1600, 3200, 6400] {
            await harness.time.untilSleeping(for: .milliseconds(wait))
            #expect(harness.content == ["a@1"])
            harness.time.advance(by: .milliseconds(wait))
        }
        #expect(await api.nextWatch().options.resourceVersion == "10")
        #expect(api.listCount == 1)
        await harness.stop()
    }

    @Test("asks again until it gets its first list")
    func firstList() async {
        let forbidden = APIError.status(.forbidden(.jobs, because: "no"), retryAfter: nil)
        let api = ScriptedAPI(.failure(forbidden), .failure(.transport("refused")), samples(sample("a", 1), at: 10))
        let harness = CacheHarness(api)
        await harness.time.untilSleeping(for: .milliseconds(800))
        #expect(!harness.cache.isSynced)
        harness.time.advance(by: .milliseconds(800))
        await harness.time.untilSleeping(for: .milliseconds(1600))
        harness.time.advance(by: .milliseconds(1600))
        #expect(await harness.cache.waitUntilSynced())
        #expect(harness.content == ["a@1"])
        await harness.stop()
    }

    @Test("lists again when a watch is refused for good, slower each time")
    func refused() async {
        let api = ScriptedAPI(samples(at: 10), samples(at: 11), samples(at: 12))
        let forbidden = APIError.status(.forbidden(.jobs, because: "no"), retryAfter: nil)
        for _ in 0..<2 { api.refuseWatch(forbidden) }
        let harness = CacheHarness(api)
        await harness.time.untilSleeping(for: .milliseconds(800))
        #expect(api.listCount == 1)
        harness.time.advance(by: .milliseconds(800))
        await harness.time.untilSleeping(for: .milliseconds(1600))
        #expect(api.listCount == 2)
        harness.time.advance(by: .milliseconds(1600))
        #expect(await api.nextWatch().options.resourceVersion == "12")
        await harness.stop()
    }

    @Test("does not call a server that always hangs up in a loop")
    func hangsUp() async {
        let api = ScriptedAPI(samples(at: 10))
        let harness = CacheHarness(api)
        for wait in [800, 1600, 3200] {
            await api.nextWatch().end()
            await harness.time.untilSleeping(for: .milliseconds(wait))
            harness.time.advance(by: .milliseconds(wait))
        }
        // One that lived for a while, without events, is as good as any.
        let watch = await api.nextWatch()
        await harness.time.untilSleeping(for: .seconds(150))
        harness.time.advance(by: .seconds(60))
        watch.end()
        _ = await api.nextWatch()
        await harness.stop()
    }

    @Test("calls a server that takes long to fail ever later too")
    func slowFailures() async {
        let api = ScriptedAPI(samples(at: 10))
        let harness = CacheHarness(api)
        let watch = await api.nextWatch()
        for _ in 0..<2 {
            api.refuseWatch(.transport("timed out")) { harness.time.advance(by: .seconds(10)) }
        }
        watch.end()
        for wait in [800, 1600, 3200] {
            await harness.time.untilSleeping(for: .milliseconds(wait))
            harness.time.advance(by: .milliseconds(wait))
        }
        _ = await api.nextWatch()
        await harness.stop()
    }

    @Test("gives up a watch on which nothing comes any more, and resumes")
    func stalled() async {
        let api = ScriptedAPI(samples(at: 10))
        let harness = CacheHarness(api)
        let watch = await api.nextWatch()
        await harness.time.untilSleeping(for: .seconds(150))
        harness.time.advance(by: .seconds(149))
        watch.send(.added(sample("a", 11)))
        #expect(await harness.change() == "- > a@11")
        harness.time.advance(by: .seconds(1))
        await harness.time.untilSleeping(for: .seconds(149))
        harness.time.advance(by: .seconds(149))
        await watch.untilAbandoned()
        #expect(await api.nextWatch().options.resourceVersion == "11")
        #expect(api.listCount == 1)
        #expect(harness.cache.counts.stalls == 1)
        await harness.stop()
    }

    @Test("lists anew when a watch brought nothing at all: its moment may lie in the server's future")
    func future() async {
        let api = ScriptedAPI(samples(sample("a", 90), at: 99), samples(sample("a", 3), at: 5))
        let harness = CacheHarness(api)
        let watch = await api.nextWatch()
        #expect(await harness.change() == "- > a@90")
        await harness.time.untilSleeping(for: .seconds(150))
        harness.time.advance(by: .seconds(150))
        await watch.untilAbandoned()
        let next = await api.nextWatch()
        #expect(next.options.resourceVersion == "5")
        #expect(await harness.change() == "a@90 > a@3")
        next.send(.modified(sample("a", 6)))
        #expect(await harness.change() == "a@3 > a@6")
        await harness.stop()
    }

    @Test("finds objects by their owners")
    func owners() async {
        let harness = CacheHarness(
            ScriptedAPI(
                samples(sample("a", 1, owners: ["x", "y"]), sample("b", 2, owners: ["x"]), sample("c", 3), at: 10)
            )
        )
        let watch = await harness.api.nextWatch()
        _ = await harness.changes(3)
        #expect(harness.cache.indexed(by: "x") == ["a@1", "b@2"])
        #expect(harness.cache.indexed(by: "y") == ["a@1"])
        #expect(harness.cache.indexed(by: "z") == [])
        watch.send(.modified(sample("a", 11, owners: ["z"])), .deleted(sample("b", 12, owners: ["x"])))
        _ = await harness.changes(2)
        #expect(harness.cache.indexed(by: "x") == [])
        #expect(harness.cache.indexed(by: "z") == ["a@11"])
        await harness.stop()
    }

    @Test("leaves out what is of no interest, also once it no longer is")
    func ignored() async {
        func ignored(_ name: String, _ version: Int) -> JSONValue {
            var object = sample(name, version)
            object["ignored"] = true
            return object
        }
        let harness = CacheHarness(ScriptedAPI(samples(ignored("a", 1), sample("b", 2), ["metadata": [:]], at: 10)))
        let watch = await harness.api.nextWatch()
        watch.send(
            .modified(ignored("b", 11)),
            .added(["metadata": 3]),
            .modified(sample("a", 12)),
            .modified(sample("b", 13))
        )
        #expect(await harness.changes(4) == ["- > b@2", "b@2 > -", "- > a@12", "- > b@13"])
        await harness.stop()
    }

    @Test("ends when its task is cancelled, wherever it is", arguments: ["listing", "watching", "waiting"])
    func cancelled(moment: String) async {
        switch moment {
        case "watching":
            let harness = CacheHarness(ScriptedAPI(samples(at: 1)))
            let watch = await harness.api.nextWatch()
            await harness.stop()
            await watch.untilAbandoned()
            #expect(harness.api.listCount == 1)
        case "waiting":
            let harness = CacheHarness(ScriptedAPI(.failure(.transport("refused"))))
            await harness.time.untilSleeping(for: .milliseconds(800))
            await harness.stop()
            #expect(harness.api.listCount == 1)
        default:
            let harness = CacheHarness(ScriptedAPI(.failure(.cancelled)))
            await harness.stop()
        }
    }

    @Test("lets go of who waits for the first list when their task is cancelled")
    func waitCancelled() async {
        let harness = CacheHarness(ScriptedAPI(.failure(.transport("refused"))))
        let waiter = Task { await harness.cache.waitUntilSynced() }
        waiter.cancel()
        #expect(await waiter.value == false)
        await harness.stop()
    }

    @Test("believes a server whose versions are not numbers")
    func opaque() async {
        func opaque(_ version: String) -> JSONValue {
            ["metadata": ["name": "a", "namespace": "ns", "uid": "u", "resourceVersion": .string(version)]]
        }
        let harness = CacheHarness(ScriptedAPI(.success(ObjectList(items: [opaque("x")], resourceVersion: "y"))))
        let watch = await harness.api.nextWatch()
        watch.send(.modified(opaque("b")), .modified(opaque("a")))
        #expect(await harness.changes(3) == ["- > a@x", "a@x > a@b", "a@b > a@a"])
        await harness.stop()
    }

    @Test("reaches the state of the server through any mixture of failures", arguments: 0..<50)
    func mixture(seed: UInt64) async {
        var random = Random(state: seed)
        var version = 10
        var objects: [String: Int] = [:]
        // How often each name was given up: the next object of that name is another one.
        var generations: [String: Int] = [:]
        func uid(_ name: String) -> String { "\(name)-\(generations[name] ?? 0)" }
        func list() -> Result<ObjectList, APIError> {
            let items = objects.sorted { $0.key < $1.key }.map { sample($0.key, $0.value, uid: uid($0.key)) }
            return .success(ObjectList(items: items, resourceVersion: "\(version)"))
        }
        let api = ScriptedAPI(list())
        let harness = CacheHarness(api)
        var watch = await api.nextWatch()
        for _ in 0..<40 {
            switch random.next(10) {
            case 0:
                // Everything since is told by the next watch or list: here, nothing happened.
                watch.send(bookmark(version))
                watch.end()
                watch = await api.nextWatch()
                #expect(watch.options.resourceVersion == "\(version)")
            case 1:
                // Things happen unseen, then the moment is forgotten.
                version += 1
                objects["unseen"] = version
                version += 1
                if objects.removeValue(forKey: "b") != nil { generations["b", default: 0] += 1 }
                api.thenList(list())
                watch.send(bookmark(version - 2), .error(.expired(requested: "", oldest: "")))
                await harness.time.untilSleeping(for: .milliseconds(800))
                harness.time.advance(by: .milliseconds(800))
                watch = await api.nextWatch()
            case 2:
                version += 1
                let name = random.name()
                if let old = objects.removeValue(forKey: name) {
                    // Its end is told twice, and then its last state again.
                    let object = sample(name, version, uid: uid(name))
                    watch.send(.deleted(object), .deleted(object), .modified(sample(name, old, uid: uid(name))))
                    generations[name, default: 0] += 1
                }
            default:
                let name = random.name()
                version += 1
                let object = sample(name, version, uid: uid(name))
                watch.send(objects[name] == nil ? .added(object) : .modified(object))
                objects[name] = version
            }
        }
        version += 1
        watch.send(.added(sample("end", version)))
        objects["end"] = version
        while await harness.change() != "- > end@\(version)" {}
        #expect(harness.content == objects.map { "\($0.key)@\($0.value)" }.sorted())
        await harness.stop()
    }

}

/// A small generator, so that a failing seed can be run again.
private struct Random {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    mutating func name() -> String {
        ["a", "b", "c", "d"][next(4)]
    }
}
