/// Covariance matrix adaptation: draws from a normal law that learns the directions in which trials get better.
///
/// The sampler keeps no state: it plays the generations of the history through an `EvolutionStrategy`, trial by trial in
/// the order of their numbers. Trials of any origin are learned from, those of a warm start included.
///
/// - The strategy begins at the best of the first `startupTrials`.
/// - A failed trial ranks last in its generation. A running one belongs to none yet; parallel trials differ because they
///   are drawn independently.
/// - When draws no longer differ, it starts anew elsewhere with twice the trials a generation (IPOP).
/// - Several objectives: a generation is ranked by fronts, and in them by crowding.
///
/// Source: see `EvolutionStrategy`; restarts: Auger and Hansen, "A Restart CMA Evolution Strategy With Increasing
/// Population Size", CEC 2005.
public struct CMAESSampler: Sampler {
    /// Trials of the space-filling start.
    public let startupTrials: Int
    /// The first standard deviation, as a part of every parameter's range.
    public let sigma: Double

    /// A sixth: three deviations to either end from the middle of a range.
    public static let defaultSigma = 1.0 / 6

    /// - Parameters:
    ///   - startupTrials: 0 or more; at least one is made.
    ///   - sigma: Above 0 and at most 1.
    public init(startupTrials: Int = 1, sigma: Double = CMAESSampler.defaultSigma) {
        self.startupTrials = max(1, startupTrials)
        self.sigma = sigma > 0 ? min(sigma, 1) : CMAESSampler.defaultSigma
    }

    /// Draws `count` points from the state the history leads to.
    public func suggest(
        _ count: Int,
        in space: SearchSpace,
        after history: TrialHistory,
        using generator: inout SeededGenerator
    ) throws(SamplerError) -> [Assignment] {
        var session = ModelSession(space, history)
        guard let strategy = strategy(after: session.observations, in: session.space, seed: generator.seed) else {
            return session.suggest(count, using: &generator) { session, generator in
                session.nextDesignPoint(seed: generator.seed)
            }
        }
        return session.suggest(count, using: &generator) { session, generator in
            for _ in 0..<8 {
                let point = session.space.snapped(strategy.draw(using: &generator))
                if session.isAllowed(point) { return point }
            }
            return session.space.snapped(strategy.draw(using: &generator))
        }
    }

    /// The state after all that ended; `nil` before the start is over.
    func strategy(after observations: Observations, in space: UnitSpace, seed: UInt64) -> EvolutionStrategy? {
        let ended = observations.ended
        guard ended.count >= startupTrials, !observations.points.isEmpty else { return nil }
        let first = ended.prefix(startupTrials).filter { $0.costs != nil }
        let place = Pareto.ranking(first.map { $0.costs ?? [] }).first
        let start = place.map { first[$0].point } ?? observations.points[0]
        var strategy = EvolutionStrategy(in: space, mean: start, sigma: sigma)
        var restarts = 0
        var generation: [(point: [Double], costs: [Double]?)] = []
        for trial in ended.dropFirst(startupTrials) {
            generation.append(trial)
            guard generation.count >= strategy.population else { continue }
            let succeeded = generation.filter { $0.costs != nil }
            let ranked = Pareto.ranking(succeeded.map { $0.costs ?? [] })
            strategy.learn(ranked.map { succeeded[$0].point })
            generation.removeAll()
            guard strategy.hasConverged else { continue }
            restarts += 1
            var generator = SeededGenerator(seed: seed, stream: -restarts)
            strategy = EvolutionStrategy(
                in: space,
                mean: space.randomPoint(using: &generator),
                sigma: 0.3,
                population: min(500, EvolutionStrategy.population(space.dimension) << min(restarts, 6))
            )
        }
        return strategy
    }
}
