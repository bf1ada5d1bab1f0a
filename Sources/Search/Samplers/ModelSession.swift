/// One call of a sampler with a model: what it knows, updated with every suggestion it makes.
struct ModelSession {
    let space: UnitSpace
    private(set) var observations: Observations
    /// The number of the trial that the next suggestion is for.
    private(set) var nextIndex: Int
    /// Trials of other jobs in the history.
    private let joinedTrials: Int
    private var tried: TriedPoints

    /// - Parameter normals: What the coordinates of normal laws measure.
    init(_ space: SearchSpace, _ history: TrialHistory, normals: UnitSpace.NormalMeasure = .probability) {
        self.space = UnitSpace(space, normals: normals)
        observations = Observations(history, in: self.space)
        nextIndex = history.nextIndex
        joinedTrials = history.trials.count { $0.index < 0 }
        tried = TriedPoints(space, history)
    }

    /// Whether a point is neither, in a finite space, one that a trial had, nor one that a running trial has.
    func isAllowed(_ point: [Double]) -> Bool {
        !observations.running.contains(point) && !tried.contains(space.assignment(at: point))
    }

    /// Whether trials around a point have told what there is to tell: one at the very point, one that failed next to it, or
    /// several next to it.
    func isSettled(_ point: [Double]) -> Bool {
        var near = 0
        for other in observations.points where isNear(other, point) {
            near += 1
            if other == point || near == ModelSession.enough { return true }
        }
        return observations.failed.contains { isNear($0, point) }
    }

    /// Trials next to a point that suffice.
    private static let enough = 4
    /// How far apart two points next to each other are at most, on every axis.
    private static let nearness = 1e-3

    private func isNear(_ first: [Double], _ second: [Double]) -> Bool {
        first.indices.allSatisfy { axis in (first[axis] - second[axis]).magnitude <= ModelSession.nearness }
    }

    /// Trials that have ended, whether with a value or without.
    var endedTrials: Int { observations.points.count + observations.failed.count }

    /// The starting design's point for the next trial, until there is something to model.
    ///
    /// - Parameters:
    ///   - startupTrials: The trials of the start.
    ///   - leastEnded: So many of them must have ended, and one with a value; the others may be running.
    /// - Returns: `nil` once that is so.
    func startingPoint(before startupTrials: Int, ended leastEnded: Int, seed: UInt64) -> [Double]? {
        guard
            endedTrials + observations.running.count < startupTrials || endedTrials < leastEnded
                || observations.points.isEmpty
        else { return nil }
        return nextDesignPoint(seed: seed)
    }

    /// The starting design's point for the next trial.
    ///
    /// The design goes on behind the trials that joined from other jobs: with the same seed, theirs had its first points.
    func nextDesignPoint(seed: UInt64) -> [Double] {
        StartingDesign.point(min(nextIndex, Int(UInt32.max)) + joinedTrials, in: space, seed: seed)
    }

    /// Asks for one point after another.
    ///
    /// - Parameter next: The sampler's idea of the next point; in a finite space another is drawn if a trial had it.
    /// - Returns: `count` assignments, fewer when a finite space is used up.
    mutating func suggest(
        _ count: Int,
        using generator: inout SeededGenerator,
        _ next: (inout ModelSession, inout SeededGenerator) -> [Double]
    ) -> [Assignment] {
        var suggestions: [Assignment] = []
        while suggestions.count < count, !tried.isExhausted {
            let idea = space.assignment(at: next(&self, &generator))
            guard let assignment = tried.take(idea, using: &generator) else { break }
            suggestions.append(assignment)
            if let point = space.point(of: assignment) { observations.running.append(point) }
            if nextIndex < .max { nextIndex += 1 }
        }
        return suggestions
    }
}

/// The first trials of samplers with a model, before there is anything to model.
enum StartingDesign {
    /// The point of trial `index`: the middle of every range first, since people choose ranges around what they expect,
    /// then a scrambled Sobol' sequence.
    static func point(_ index: Int, in space: UnitSpace, seed: UInt64) -> [Double] {
        let units = SobolSequence(dimension: space.dimension, seed: seed).point(UInt32(clamping: index))
        var point = space.point(atUnits: units)
        guard index == 0 else { return space.snapped(point) }
        for (axis, centre) in space.centre.enumerated() {
            if !space.axes[axis].isChoice { point[axis] = centre }
        }
        return space.snapped(point)
    }
}

/// Several objectives as one.
enum Scalarization {
    /// The costs of one objective as they are; of several the augmented Chebyshev sum of scaled costs, with
    /// weights drawn uniformly from all that sum to 1.
    ///
    /// Source: Knowles, "ParEGO: A Hybrid Algorithm With On-Line Landscape Approximation for Expensive Multiobjective
    /// Optimization Problems", IEEE TEVC 10(1), 2006, equation 2.
    static func costs(_ costs: [[Double]], using generator: inout SeededGenerator) -> [Double] {
        guard let count = costs.first?.count, count > 1 else { return costs.map { $0.first ?? 0 } }
        var weights = (0..<count).map { _ in -ElementaryFunctions.log(1 - generator.unit()) + 1e-12 }
        let total = weights.reduce(0, +)
        for index in weights.indices { weights[index] /= total }
        let scaled = (0..<count).map { objective in ResponseRange.scaled(costs.map { $0[objective] }) }
        return costs.indices.map { trial in
            var largest = 0.0
            var sum = 0.0
            for objective in 0..<count {
                let part = weights[objective] * scaled[objective][trial]
                largest = max(largest, part)
                sum += part
            }
            return largest + 0.05 * sum
        }
    }
}

/// Costs scaled so that those of the better three quarters fill [0, 1], and at most 4.
enum ResponseRange {
    static func scaled(_ values: [Double]) -> [Double] {
        let sorted = values.sorted()
        guard let least = sorted.first else { return [] }
        let width = sorted[(sorted.count * 3) / 4] / 2 - least / 2
        guard width > 0 else { return values.map { $0 > least ? 1 : 0 } }
        return values.map { min(4, ($0 / 2 - least / 2) / width) }
    }
}
