import JSON
import Testing

@testable import Kubernetes

@Suite("An event recorder", .timeLimit(.minutes(1)))
struct EventRecorderTests {
    private static let moment = MicroTimestamp(rfc3339: "2026-11-23T22:00:00.000000Z")

    private let time = ManualTime()

    private func recorder(_ api: ScriptedAPI, capacity: Int = 10) throws -> EventRecorder {
        let moment = try #require(Self.moment)
        return EventRecorder(
            api: api,
            controller: "trainer.kubeflow.org/optimizer",
            instance: "optimizer-7c9d",
            capacity: capacity,
            now: { moment },
            time: time
        )
    }

    private func event(_ note: String, name: String = "bert-tuning") -> ObjectEvent {
        ObjectEvent(
            .normal,
            regarding: ObjectReference(
                apiVersion: "trainer.kubeflow.org/v1alpha1",
                kind: "OptimizationJob",
                namespace: "ml-team",
                name: name,
                uid: "00e8fabc-7e20-4105-82ce-085e33288a11"
            ),
            reason: "TrainJobCreated",
            action: "CreateTrial",
            note: note
        )
    }

    @Test("sends events as a real server took them")
    func real() async throws {
        let api = ScriptedAPI()
        let recorder = try recorder(api)
        let task = Task { await recorder.run() }
        recorder.record(event("created TrainJob bert-tuning-ab12c"))
        let sent = await api.nextCreated()
        let stored = try #require(HTTPFixture("event-create-201").json)
        for key in [
            "kind", "apiVersion", "eventTime", "reportingController", "reportingInstance", "action", "reason",
            "regarding",
            "note", "type",
        ] {
            #expect(sent[key] == stored[key], "\(key)")
        }
        #expect(sent["metadata"]?["namespace"] == "ml-team")
        #expect(sent["metadata"]?["name"]?.stringValue?.hasPrefix("bert-tuning.") == true)
        task.cancel()
        await task.value
    }

    @Test("names events apart, even in the same microsecond, and as names must be")
    func names() async throws {
        let api = ScriptedAPI()
        let recorder = try recorder(api)
        let task = Task { await recorder.run() }
        for number in 0..<3 { recorder.record(event("\(number)", name: String(repeating: "a", count: 253))) }
        var names: Set<String> = []
        for _ in 0..<3 { names.insert(await api.nextCreated()["metadata"]?["name"]?.stringValue ?? "") }
        #expect(names.count == 3)
        #expect(names.allSatisfy { NameRules.subdomainProblems($0).isEmpty })
        task.cancel()
    }

    @Test("cuts what is too long, and leaves nothing empty that may not be")
    func limits() throws {
        let moment = try #require(Self.moment)
        var event = event(String(repeating: "é", count: 2000))
        event.reason = String(repeating: "R", count: 500)
        event.action = ""
        let json = event.json(at: moment, number: 1, controller: "", instance: "")
        #expect((json["note"]?.stringValue?.utf8.count ?? 0) <= 1024)
        #expect(json["note"]?.stringValue?.hasSuffix("é…") == true)
        #expect((json["reason"]?.stringValue?.utf8.count ?? 0) <= 128)
        for key in ["action", "reportingController", "reportingInstance"] {
            #expect(json[key]?.stringValue?.isEmpty == false)
        }
    }

    @Test("drops the oldest when too many wait, counts them, and never waits itself")
    func full() async throws {
        let api = ScriptedAPI()
        let recorder = try recorder(api, capacity: 3)
        for number in 0..<10 { recorder.record(event("\(number)")) }
        #expect(recorder.droppedCount == 7)
        recorder.finish()
        await recorder.run()
        for number in 7..<10 { #expect(await api.nextCreated()["note"] == .string("\(number)")) }
    }

    @Test("makes a series of what happens again, with one write however often it happened meanwhile")
    func series() async throws {
        let api = ScriptedAPI()
        let recorder = try recorder(api)
        let task = Task { await recorder.run() }
        recorder.record(event("a"))
        let created = await api.nextCreated()
        #expect(created["series"] == nil)
        recorder.record(event("a"))
        let (name, patch) = await api.nextPatched()
        #expect(name == ObjectMeta(created).namespacedName)
        #expect(
            patch == .merge(["series": ["count": 2, "lastObservedTime": "2026-11-23T22:00:00.000000Z"]])
        )
        task.cancel()
        await task.value

        let second = try self.recorder(api)
        for _ in 0..<5 { second.record(event("b")) }
        second.finish()
        await second.run()
        let all = await api.nextCreated()
        #expect(all["note"] == "b" && all["series"]?["count"] == 5)
        #expect(second.droppedCount == 0)
    }

    @Test("makes an event anew that the server has forgotten")
    func forgotten() async throws {
        let api = ScriptedAPI()
        let recorder = try recorder(api)
        let task = Task { await recorder.run() }
        recorder.record(event("a"))
        _ = await api.nextCreated()
        api.refusePatch(.status(.notFound(.events, "x"), retryAfter: nil))
        recorder.record(event("a"))
        _ = await api.nextPatched()
        #expect(await api.nextCreated()["series"]?["count"] == 2)
        task.cancel()
        await task.value
    }

    @Test("begins another event after a silence, under another name")
    func silence() async throws {
        let api = ScriptedAPI()
        let recorder = try recorder(api)
        let task = Task { await recorder.run() }
        recorder.record(event("a"))
        let first = await api.nextCreated()
        time.advance(by: .seconds(400))
        recorder.record(event("a"))
        let second = await api.nextCreated()
        #expect(ObjectMeta(first).name != ObjectMeta(second).name && second["series"] == nil)
        task.cancel()
        await task.value
    }

    @Test("keeps what a flood of events costs within bounds, and the count true")
    func flood() async throws {
        let api = ScriptedAPI()
        let recorder = try recorder(api, capacity: 1000)
        for number in 0..<1000 { recorder.record(event("\(number)")) }
        recorder.finish()
        await recorder.run()
        for number in 0..<10 { #expect(await api.nextCreated()["note"] == .string("\(number)")) }
        let combined = await api.nextCreated()
        #expect(combined["note"] == "(combined from similar events): 10")
        #expect(combined["series"]?["count"] == 990)
        #expect(recorder.droppedCount == 0)
    }

    @Test("goes on after a refusal")
    func refused() async throws {
        let api = ScriptedAPI()
        api.refuseCreation(.status(.forbidden(.events, because: "no"), retryAfter: nil))
        api.refuseCreation(.status(.alreadyExists(.events, "x"), retryAfter: nil))
        let recorder = try recorder(api)
        for number in 0..<3 { recorder.record(event("\(number)")) }
        let task = Task { await recorder.run() }
        #expect(await api.nextCreated()["note"] == "0")
        #expect(await api.nextCreated()["note"] == "1")
        #expect(await api.nextCreated()["note"] == "2")
        #expect(recorder.droppedCount == 1)
        task.cancel()
        await task.value
        recorder.record(event("too late"))
        #expect(recorder.droppedCount == 2)
    }
}
