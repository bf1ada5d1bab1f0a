import Testing

@testable import Search

@Suite("What is learned from a history")
struct ObservationsTests {
    private func trial(_ index: Int, _ state: PastTrial.State, _ cost: Double?) -> PastTrial {
        PastTrial(
            index: index,
            assignment: Assignment(values: ["0.\(index + 1)"]),
            state: state,
            objectives: cost.map { [$0] } ?? []
        )
    }

    @Test("is in the order of the trials' numbers, whatever became of them")
    func order() throws {
        let trials = [
            trial(3, .succeeded, 5), trial(0, .earlyStopped, 9), trial(1, .succeeded, 1), trial(2, .failed, nil),
            trial(4, .earlyStopped, 0), trial(5, .succeeded, .nan), trial(6, .running, nil),
            trial(7, .earlyStopped, nil),
        ]
        let learned = Observations(
            TrialHistory(trials, directions: [.minimize]),
            in: try UnitSpace.of([.float(min: 0, max: 1)])
        )
        #expect(learned.points == [[0.1], [0.2], [0.4], [0.5]])
        // No better than the median of those that succeeded: of 1 and 5 the latter.
        #expect(learned.costs == [[9], [1], [5], [5]])
        #expect(learned.failed == [[0.3], [0.6]])
        #expect(learned.running == [[0.7]])
        #expect(learned.ended.map { $0.point[0] } == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    }

    @Test("says nothing of pruned trials before one succeeded")
    func prunedAlone() throws {
        let trials = [trial(0, .earlyStopped, 9), trial(1, .failed, nil)]
        let learned = Observations(
            TrialHistory(trials, directions: [.minimize]),
            in: try UnitSpace.of([.float(min: 0, max: 1)])
        )
        #expect(learned.points.isEmpty)
        #expect(learned.ended.map(\.point) == [[0.2]])
    }
}
