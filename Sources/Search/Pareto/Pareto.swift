/// Comparing trials by several costs at once.
public enum Pareto {
    /// Whether costs are nowhere higher and somewhere lower than others.
    static func dominates(_ first: [Double], _ second: [Double]) -> Bool {
        var isLower = false
        for (a, b) in zip(first, second) {
            if a > b { return false }
            if a < b { isLower = true }
        }
        return isLower
    }

    /// The trials no other is better than in every objective, by their places in `values`.
    ///
    /// - Parameters:
    ///   - values: The objectives of each trial. A trial with a value that is not finite, or with fewer values than
    ///     directions, is on no front.
    ///   - directions: Which way each objective is better.
    /// - Returns: Places in ascending order; of trials with equal values all.
    public static func front(_ values: [[Double]], directions: [ObjectiveDirection]) -> [Int] {
        let costs = values.map { zip(directions, $0).map { $0.cost($1) } }
        let complete = costs.indices.filter { costs[$0].count == directions.count && costs[$0].allSatisfy(\.isFinite) }
        return complete.filter { place in !complete.contains { dominates(costs[$0], costs[place]) } }
    }

    /// Fronts, the best first: each holds the places of what only earlier fronts are better than.
    ///
    /// Source: Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE TEVC 6(2), 2002, §III-A.
    static func fronts(_ costs: [[Double]]) -> [[Int]] {
        var dominated = [[Int]](repeating: [], count: costs.count)
        var better = [Int](repeating: 0, count: costs.count)
        for first in costs.indices {
            for second in costs.indices where dominates(costs[first], costs[second]) {
                dominated[first].append(second)
                better[second] += 1
            }
        }
        var fronts: [[Int]] = []
        var current = costs.indices.filter { better[$0] == 0 }
        while !current.isEmpty {
            fronts.append(current)
            var next: [Int] = []
            for place in current {
                for other in dominated[place] {
                    better[other] -= 1
                    if better[other] == 0 { next.append(other) }
                }
            }
            current = next.sorted()
        }
        return fronts
    }

    /// How far a front's members are from their neighbours, in the sum of all objectives; infinite at the ends.
    ///
    /// Source: NSGA-II, §III-B.
    static func crowding(_ costs: [[Double]]) -> [Double] {
        var distances = [Double](repeating: 0, count: costs.count)
        guard let objectives = costs.first?.count, costs.count > 2 else { return costs.map { _ in .infinity } }
        for objective in 0..<objectives {
            let order = costs.indices.sorted { (costs[$0][objective], $0) < (costs[$1][objective], $1) }
            let low = costs[order[0]][objective] / 2
            let width = costs[order[order.count - 1]][objective] / 2 - low
            // What all have the same of has no ends: whichever came first and last would count as such.
            guard width > 0 else { continue }
            distances[order[0]] = .infinity
            distances[order[order.count - 1]] = .infinity
            for position in 1..<(order.count - 1) {
                let gap = costs[order[position + 1]][objective] / 2 - costs[order[position - 1]][objective] / 2
                distances[order[position]] += gap / width
            }
        }
        return distances
    }

    /// All places from best to worst: by cost, or by front and in it the least crowded first.
    static func ranking(_ costs: [[Double]]) -> [Int] {
        guard let objectives = costs.first?.count, objectives > 1 else {
            return costs.indices.sorted { (costs[$0].first ?? 0, $0) < (costs[$1].first ?? 0, $1) }
        }
        return fronts(costs).flatMap { front in
            let distances = crowding(front.map { costs[$0] })
            return front.indices.sorted { (-distances[$0], front[$0]) < (-distances[$1], front[$1]) }.map { front[$0] }
        }
    }
}
