import JSON
import Testing

@testable import Kubernetes

@Suite("Conditions")
struct ConditionTests {
    private func condition(_ status: String, at seconds: Int64, reason: String = "R") -> Condition {
        Condition(
            type: "Running",
            status: status,
            reason: reason,
            message: "m",
            lastTransitionTime: Timestamp(secondsSinceEpoch: seconds),
            observedGeneration: 2
        )
    }

    @Test("change their transition time only with their status")
    func transition() {
        var conditions: [Condition] = []
        let change1 = conditions.setCondition(condition("True", at: 1))
        #expect(change1)
        let change2 = conditions.setCondition(condition("True", at: 2, reason: "Other"))
        #expect(change2)
        #expect(conditions.map(\.lastTransitionTime.secondsSinceEpoch) == [1])
        #expect(conditions.map(\.reason) == ["Other"])
        let change3 = conditions.setCondition(condition("False", at: 3))
        #expect(change3)
        #expect(conditions.map(\.lastTransitionTime.secondsSinceEpoch) == [3])
        #expect(!conditions.isTrue("Running"))
    }

    @Test("do not change when nothing but the time is new")
    func unchanged() {
        var conditions = [condition("True", at: 1)]
        let change4 = conditions.setCondition(condition("True", at: 9))
        #expect(!change4)
        #expect(conditions == [condition("True", at: 1)])
        #expect(conditions.isTrue("Running"))
        #expect(!conditions.isTrue("Complete"))
    }

    @Test("are read as a real server writes them, and written back")
    func real() throws {
        let value = try #require(HTTPFixture("apply-status-200").json?["status"]?["conditions"])
        let conditions = [Condition](decoding: value)
        #expect(!conditions.isEmpty)
        #expect(JSONValue.array(conditions.map(\.json)) == value)
    }

    @Test(
        "are read leniently",
        arguments: [
            (nil, 0), ("x", 0), ([1, [:], ["type": ""]], 0), ([["type": "A"], ["type": "B", "status": 1]], 2),
        ]
            as [(JSONValue, Int)]
    )
    func odd(value: JSONValue, count: Int) {
        let conditions = [Condition](decoding: value)
        #expect(conditions.count == count)
        #expect(conditions.allSatisfy { $0.status == "Unknown" })
    }
}
