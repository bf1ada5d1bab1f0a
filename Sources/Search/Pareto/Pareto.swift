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
    /// In lexicographic order nothing is better than what comes before it, and what a front has something better than, all
    /// fronts before it have as well. So each place is added to the first front that has nothing better, found by halving.
    ///
    /// Source: Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE TEVC 6(2), 2002, §III-A;
    /// found as in Zhang et al., "An Efficient Approach to Nondominated Sorting for Evolutionary Multiobjective
    /// Optimization", IEEE TEVC 19(2), 2015, algorithm ENS-BS, as a history can have thousands of trials.
    static func fronts(_ costs: [[Double]]) -> [[Int]] {
        let order = costs.indices.sorted { first, second in
            for (a, b) in zip(costs[first], costs[second]) where a != b { return a < b }
            return first < second
        }
        var fronts: [[Int]] = []
        for place in order {
            var (low, high) = (0, fronts.count)
            while low < high {
                let middle = (low + high) / 2
                // The latest first, since those are nearest.
                if fronts[middle].reversed().contains(where: { dominates(costs[$0], costs[place]) }) {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            if low == fronts.count { fronts.append([]) }
            fronts[low].append(place)
        }
        return fronts.map { $0.sorted() }
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
