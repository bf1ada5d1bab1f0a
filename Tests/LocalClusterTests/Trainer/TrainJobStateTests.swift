import JSON
import Kubernetes
import Testing

@testable import LocalCluster

@Suite("A TrainJob's request and state")
struct TrainJobStateTests {
    private func request(_ spec: JSONValue, suspended: JSONValue? = nil) throws -> TrainJobRequest {
        try #require(
            TrainJobRequest([
                "metadata": ["name": "a", "uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z"], "spec": spec,
                "status": ["conditions": .array(suspended.map { [$0] } ?? [])],
            ])
        )
    }

    private let now = Timestamp(rfc3339: "2026-01-01T01:00:00Z") ?? .now()

    @Test("count the deadline from creation, or from when the job was last resumed")
    func deadline() throws {
        let spec: JSONValue = ["activeDeadlineSeconds": 60]
        let suspended: JSONValue = [
            "type": "Suspended", "status": "True", "lastTransitionTime": "2026-01-01T00:10:00Z",
        ]
        let resumed: JSONValue = [
            "type": "Suspended", "status": "False", "lastTransitionTime": "2026-01-01T00:30:00Z",
        ]
        func deadline(_ condition: JSONValue?, isResumed: Bool = false) throws -> String? {
            try request(spec, suspended: condition).deadline(at: now, isResumed: isResumed)?.description
        }
        #expect(try deadline(nil) == "2026-01-01T00:01:00Z")
        #expect(try deadline(resumed) == "2026-01-01T00:31:00Z")
        #expect(try deadline(suspended) == "2026-01-01T01:01:00Z")
        #expect(try deadline(nil, isResumed: true) == "2026-01-01T01:01:00Z")
    }

    @Test("survive any number for a deadline", arguments: [0, -1, Int64.min, 1, Int64.max])
    func hostileDeadline(_ seconds: Int64) throws {
        let deadline = try request(["activeDeadlineSeconds": .number(JSONNumber(seconds))])
            .deadline(at: now, isResumed: false)
        #expect((deadline != nil) == (seconds >= 1))
    }

    @Test(
        "take no object of another shape for a request",
        arguments: ["{}", "[]", "null", #"{"metadata": {"name": "a"}}"#]
    )
    func shapes(_ text: String) throws {
        #expect(TrainJobRequest(try JSONValue(parsing: Array(text.utf8))) == nil)
    }

    static let managers: [(spec: JSONValue, isOther: Bool)] = [
        ([:], false), (["managedBy": nil], false), (["managedBy": ""], false),
        (["managedBy": "trainer.kubeflow.org/trainjob-controller"], false),
        (["managedBy": "kueue.x-k8s.io/multikueue"], true),
    ]

    @Test("leave another manager's jobs to it", arguments: managers)
    func managedBy(_ subject: (spec: JSONValue, isOther: Bool)) throws {
        #expect(try request(subject.spec).isManagedByOther == subject.isOther)
    }

    static let names: [(name: String, isLabel: Bool)] = [
        ("a", true), ("a-1", true), (String(repeating: "a", count: 63), true), ("", false), ("1a", false),
        ("a-", false),
        ("A", false), ("a.b", false), ("..", false), ("a/b", false), ("ä", false), ("a\0", false),
        (String(repeating: "a", count: 64), false),
    ]

    @Test("name files only with what is a DNS label", arguments: names)
    func labels(_ subject: (name: String, isLabel: Bool)) {
        #expect(TrialName.isLabel(subject.name) == subject.isLabel)
    }

    @Test("add no condition to a job that simply runs, and keep those of others")
    func conditions() {
        let foreign = Condition(type: "Mine", status: "True", reason: "R", message: "m", lastTransitionTime: now)
        #expect(TrainJobState.running.applied(to: [foreign], generation: 1, at: now) == [foreign])
        let suspended = TrainJobState.suspended.applied(to: [foreign], generation: 1, at: now)
        #expect(suspended.map(\.type) == ["Mine", "Suspended"])
        let resumed = TrainJobState.running.applied(to: suspended, generation: 2, at: now)
        #expect(resumed.condition("Suspended")?.reason == "Resumed" && !resumed.isTrue("Suspended"))
        let long = TrainJobState.failed(reason: "R", message: String(repeating: "x", count: 40_000))
        #expect(long.applied(to: [], generation: 0, at: now).condition("Failed")?.message.count == 32_768)
    }
}
