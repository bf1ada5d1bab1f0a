import OptimizationAPI

/// Finds the trials of a job with several objectives that no other trial beats.
///
/// A trial beats another when it is better in one objective and no worse in all others. Of trials with the very same
/// values all are in the front. Computed from the records alone, so the order in which trials ended does not matter.
public enum ParetoFront {
    /// The positions of the optimal Succeeded records, in their order.
    public static func positions(in records: [TrialRecord], objectives: [Objective]) -> [Int] {
        var front: [(position: Int, values: [Double])] = []
        for (position, record) in records.enumerated() where record.state == .succeeded {
            guard let values = Metrics.objectiveValues(objectives, in: record.metrics) else { continue }
            // The front so far holds whatever any earlier trial is beaten by, so comparing with it is enough.
            guard !front.contains(where: { beats($0.values, values, objectives) }) else { continue }
            front.removeAll { beats(values, $0.values, objectives) }
            front.append((position, values))
        }
        return front.map(\.position)
    }

    private static func beats(_ left: [Double], _ right: [Double], _ objectives: [Objective]) -> Bool {
        var isBetterSomewhere = false
        for ((left, right), objective) in zip(zip(left, right), objectives) {
            if objective.direction.prefers(right, over: left) { return false }
            if objective.direction.prefers(left, over: right) { isBetterSomewhere = true }
        }
        return isBetterSomewhere
    }
}
