/// How much of the space of costs a set of trials is better than, up to a reference: the measure of a front.
public enum Hypervolume {
    /// The exact hypervolume, by slicing along the last objective.
    ///
    /// Takes time of the order of n^(d−1)·log n; fronts of hundreds of trials with up to 4 objectives are fine.
    ///
    /// - Parameters:
    ///   - costs: Points, lower is better; those not below the reference everywhere add nothing.
    ///   - reference: The worst costs that count; as many as a point has.
    /// - Returns: 0 for no points.
    ///
    /// Source: While et al., "A Faster Algorithm for Calculating Hypervolume", IEEE TEVC 10(1), 2006 (slicing
    /// objectives).
    public static func volume(_ costs: [[Double]], reference: [Double]) -> Double {
        let inside = costs.filter { point in
            point.count == reference.count && zip(point, reference).allSatisfy { $0 < $1 }
        }
        return sliced(inside, reference, objectives: reference.count)
    }

    private static func sliced(_ costs: [[Double]], _ reference: [Double], objectives: Int) -> Double {
        guard !costs.isEmpty, objectives > 0 else { return 0 }
        if objectives == 1 {
            return reference[0] - costs.reduce(Double.infinity) { min($0, $1[0]) }
        }
        let last = objectives - 1
        let sorted = costs.sorted { $0[last] < $1[last] }
        var volume = 0.0
        if objectives == 2 {
            // A staircase: each point that is lower than all before it in the first objective adds a step.
            var lowest = reference[0]
            for point in sorted where point[0] < lowest {
                volume += (lowest - point[0]) * (reference[1] - point[1])
                lowest = point[0]
            }
            return volume
        }
        for position in sorted.indices {
            let top = position + 1 < sorted.count ? sorted[position + 1][last] : reference[last]
            let height = top - sorted[position][last]
            guard height > 0 else { continue }
            volume += height * sliced(Array(sorted[...position]), reference, objectives: last)
        }
        return volume
    }
}
