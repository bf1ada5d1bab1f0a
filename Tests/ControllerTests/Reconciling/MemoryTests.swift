import JSON
import Kubernetes
import OptimizationAPI
import Testing

@testable import Controller

@Suite("What is remembered of trials")
struct MemoryTests {
    private let store = TrialMemoryStore()

    private func note(_ metrics: [(String, String)]?, ended: Bool = false, at seconds: Int64 = 0) -> Bool {
        let trainJob =
            ended
            ? Sample.complete("bert-trial-0", uid: "u0", metrics: metrics)
            : Sample.trainJob("bert-trial-0", uid: "u0", metrics: metrics)
        return store.note(trainJob, of: "job", at: Sample.start.adding(seconds: seconds))
    }

    @Test("is the last value of each metric; progress alone asks for no look")
    func lastValues() {
        #expect(!note([("loss", "3"), ("epoch", "1")]))
        #expect(!note([("loss", "2"), ("epoch", "2"), ("loss", "1")]))
        #expect(
            store.memories(of: "job", at: Sample.start)["u0"]?.metrics == [
                MetricValue(name: "loss", value: "1"), MetricValue(name: "epoch", value: "2"),
            ]
        )
    }

    @Test("keeps what a report drops, and asks for a look at the job")
    func dropped() {
        _ = note([("loss", "3")])
        #expect(note([]))
        #expect(store.memories(of: "job", at: Sample.start)["u0"]?.metrics == [MetricValue(name: "loss", value: "3")])
    }

    @Test("counts a course's steps by what its first point had, and passes over reports that lack it")
    func oneMeasure() {
        store.follow("loss", of: "job")
        _ = note([("epoch", "0")])
        _ = note([("loss", "3"), ("current_step", "1"), ("epoch", "0.5")])
        _ = note([("loss", "2"), ("epoch", "7")])
        _ = note([("loss", "1"), ("current_step", "4"), ("epoch", "8")])
        #expect(
            store.memories(of: "job", at: Sample.start)["u0"]?.progress == [
                ProgressPoint(step: 1, value: 3), ProgressPoint(step: 4, value: 1),
            ]
        )
    }

    @Test("counts a course's steps as its record does, whatever was seen first since")
    func recordedMeasure() {
        store.follow("loss", of: "job")
        _ = note([("loss", "3"), ("epoch", "7")])
        store.follow("loss", by: ["u0": .metric("current_step")], of: "job")
        #expect(store.memories(of: "job", at: Sample.start)["u0"]?.progress == [])
        _ = note([("loss", "2"), ("epoch", "8")])
        _ = note([("loss", "1"), ("current_step", "4")])
        store.follow("loss", by: ["u0": .metric("current_step")], of: "job")
        #expect(store.memories(of: "job", at: Sample.start)["u0"]?.progress == [ProgressPoint(step: 4, value: 1)])
        #expect(store.memories(of: "job", at: Sample.start)["u0"]?.metrics.count == 3)
    }

    @Test("dates the end when it is first seen, and never later than now")
    func ending() {
        func seen(at seconds: Int64) -> Timestamp? {
            store.memories(of: "job", at: Sample.start.adding(seconds: seconds))["u0"]?.ending?.seen
        }
        #expect(note(nil, ended: true, at: 5))
        #expect(!note(nil, ended: true, at: 9))
        #expect(seen(at: 9) == Sample.start.adding(seconds: 5))
        #expect(note([("loss", "1")], ended: true, at: 12))
        #expect(seen(at: 12) == Sample.start.adding(seconds: 5))
        // The clock was set back an hour.
        #expect(seen(at: -3600) == Sample.start.adding(seconds: -3600))
        #expect(seen(at: -3590) == Sample.start.adding(seconds: -3600))
    }

    @Test("is bounded, whatever names a trial makes up")
    func bounded() {
        for round in 0..<20 {
            _ = note((0..<200).map { ("metric-\(round)-\($0)", "1") })
        }
        #expect((store.memories(of: "job", at: Sample.start)["u0"]?.metrics.count ?? 0) <= 512)
    }

    @Test("is empty once everything is settled or the job is gone")
    func forgotten() {
        _ = note([("loss", "3")])
        store.keep([], of: "job")
        #expect(store.count == 0)
        _ = note([("loss", "3")])
        store.forget("job")
        #expect(store.count == 0)
    }
}

@Suite("What is remembered of a job")
struct JobMemoryTests {
    private func snapshot(_ version: String) -> JobSnapshot {
        var object = Sample.jobObject()
        object["metadata"]?["resourceVersion"] = .string(version)
        return JobSnapshot(object)
    }

    @Test("prefers its own write to a cache that has not seen it, and the cache otherwise")
    func newest() {
        var memory = JobMemory(uid: Sample.jobUID)
        #expect(memory.current(snapshot("1")).metadata.resourceVersion == "1")
        memory.replace(snapshot("1"), by: snapshot("2"))
        memory.replace(snapshot("2"), by: snapshot("3"))
        #expect(memory.current(snapshot("1")).metadata.resourceVersion == "3")
        #expect(memory.current(snapshot("2")).metadata.resourceVersion == "3")
        #expect(memory.current(snapshot("9")).metadata.resourceVersion == "9")
        #expect(memory.current(snapshot("1")).metadata.resourceVersion == "1")
    }

    @Test("shows a TrainJob it made until the cache does, and not for ever")
    func fresh() {
        var memory = JobMemory(uid: Sample.jobUID)
        memory.saw(Sample.trainJob("bert-trial-0", uid: "u0"), at: Sample.start)
        #expect(
            memory.children([], now: Sample.start.adding(seconds: 29), lagSeconds: 30).map(\.metadata.uid) == ["u0"]
        )
        #expect(memory.children([], now: Sample.start.adding(seconds: 30), lagSeconds: 30).isEmpty)
        memory.saw(Sample.trainJob("bert-trial-0", uid: "u0"), at: Sample.start)
        let cached = Sample.complete("bert-trial-0", uid: "u0", metrics: nil)
        #expect(memory.children([cached], now: Sample.start, lagSeconds: 30) == [cached])
        #expect(!memory.awaitsCache)
        memory.saw(Sample.trainJob("bert-trial-1", uid: "u1"), at: Sample.start)
        memory.deleted("u1")
        #expect(memory.children([], now: Sample.start, lagSeconds: 30).isEmpty)
    }
}
