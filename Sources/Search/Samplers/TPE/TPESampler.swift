/// The tree-structured Parzen estimator: the next trial is a point more typical of good trials than of bad ones.
///
/// Trials are split by rank; of `candidates` points drawn from the good ones' density, the one is taken at which that
/// density is highest in proportion to the others'. Its cost grows with the number of trials, not with its square, so
/// it is the sampler for long histories and many choices.
///
/// - The densities are multivariate, choices included: what is good together is drawn together.
/// - Trials that failed count among the bad ones, and so do running ones (the constant liar), which keeps parallel
///   trials apart. Pruned trials rank by what `Observations` makes of them.
/// - The good trials are the best tenth of those that finished, rounded up, and 25 at most.
/// - Several objectives: ranks are by fronts, and within the last front that counts as good by crowding.
///
/// Source: Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011, §4; for several objectives
/// Ozaki et al., "Multiobjective Tree-Structured Parzen Estimator", JAIR 73, 2022, with crowding in place of hypervolume
/// contributions.
public struct TPESampler: Sampler {
    /// Trials of the space-filling start.
    public let startupTrials: Int
    /// Points drawn, of which the most promising is suggested.
    public let candidates: Int

    /// At most this many bad trials shape their density: the latest, which lie where the search is now.
    static let badLimit = 200

    /// - Parameters:
    ///   - startupTrials: 0 or more.
    ///   - candidates: 1 or more.
    public init(startupTrials: Int = 10, candidates: Int = 24) {
        self.startupTrials = max(1, startupTrials)
        self.candidates = max(1, candidates)
    }

    /// Suggests one trial after another, each knowing of those before.
    public func suggest(
        _ count: Int,
        in space: SearchSpace,
        after history: TrialHistory,
        using generator: inout SeededGenerator
    ) throws(SamplerError) -> [Assignment] {
        var session = ModelSession(space, history)
        return session.suggest(count, using: &generator) { session, generator in
            next(&session, &generator)
        }
    }

    private func next(_ session: inout ModelSession, _ generator: inout SeededGenerator) -> [Double] {
        let start = session.startingPoint(before: startupTrials, ended: startupTrials, seed: generator.seed)
        if let start { return start }
        let observations = session.observations
        let ranked = Pareto.ranking(observations.costs)
        let goodCount = min(25, (session.endedTrials + 9) / 10, ranked.count)
        let good = ranked[..<goodCount].map { observations.points[$0] }
        let bad =
            ranked[goodCount...].sorted().suffix(TPESampler.badLimit).map { observations.points[$0] }
            + observations.failed.suffix(TPESampler.badLimit / 2) + observations.running.suffix(TPESampler.badLimit / 2)
        let axes = session.space.axes
        let likely = ParzenDensity(points: good, axes: axes)
        let unlikely = ParzenDensity(points: bad, axes: axes)
        var best: (point: [Double], value: Double)?
        for _ in 0..<candidates {
            let point = session.space.snapped(likely.draw(using: &generator))
            guard session.isAllowed(point) else { continue }
            let value = likely.logarithm(at: point) - unlikely.logarithm(at: point)
            if best.map({ value > $0.value }) ?? true { best = (point, value) }
        }
        return best?.point ?? session.space.randomPoint(using: &generator)
    }
}
