import OptimizationAPI
import Testing

@Suite("A goal")
struct ObjectiveTests {
    @Test(
        "is reached by a value as good or better",
        arguments: [
            (Direction.minimize, 0.1, true), (.minimize, 0.0999, true), (.minimize, 0.1001, false),
            (.maximize, 0.1, true), (.maximize, 0.0999, false), (.maximize, 0.1001, true),
            (.minimize, -.infinity, false), (.maximize, .infinity, false), (.minimize, .nan, false),
        ]
    )
    func reached(direction: Direction, value: Double, expected: Bool) {
        #expect(Objective(metric: "m", direction: direction, goal: "0.1").isReached(by: value) == expected)
    }

    @Test("that is not there is never reached", arguments: [nil, "", "low", "1e400"])
    func absent(goal: String?) {
        #expect(!Objective(metric: "m", goal: goal).isReached(by: -1e300))
    }
}
