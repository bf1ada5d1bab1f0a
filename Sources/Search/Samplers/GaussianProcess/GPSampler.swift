/// Bayesian optimization: the next trial is where a Gaussian process expects the largest improvement.
///
/// - The first trials are a scrambled Sobol' sequence, its first point moved to the middle of the space.
/// - Costs are scaled and bounded, in one of two ways drawn by lot, see `ResponseTransform`; settings are fitted anew for every
///   suggestion, see `Surrogate`.
/// - Trials that fail teach a second process where trials fail; the improvement counts times a power of the chance of
///   success: the third, and one more for each of the last ten trials that failed.
/// - What is to be improved on is the best report, whether it is noisy or not, see `CostModel.incumbent`.
/// - An improvement has to be worth a trial, see `CostModel.leastImprovement`.
/// - A running trial counts as if it had given what is expected of it, see `CostModel.believe`.
/// - A point that a trial had, one next to a failed trial's, and one with several trials around is not suggested again. Then
///   a model with shorter lengths is asked, or, where reports are noisy, the same model for its next best point.
/// - The process may expect costs to rise towards the edges of the space, see `EdgeRise`.
/// - Settings are fitted from several starts, one of which sees ripples along the axes, see `Surrogate`.
/// - Part of the cost is a sum of functions of one parameter each, see `Kernel`.
/// - Several objectives become one, with weights drawn anew for every trial (Knowles, "ParEGO", IEEE TEVC 10(1), 2006),
///   so that trials spread along the front.
///
/// Source: Jones, Schonlau and Welch, "Efficient Global Optimization", 1998, in the form of Snoek, Larochelle and Adams,
/// "Practical Bayesian Optimization of Machine Learning Algorithms", NeurIPS 2012.
public struct GPSampler: Sampler {
    /// Trials of the space-filling start; the model begins once that many were started and four of them have ended.
    public let startupTrials: Int

    /// Trials that must have ended before the model begins, where the start has as many.
    private static let leastEnded = 4

    /// - Parameter startupTrials: 0 or more; the model needs at least one finished trial whatever it says.
    public init(startupTrials: Int = 10) {
        self.startupTrials = max(1, startupTrials)
    }

    /// Suggests one trial after another, each knowing of those before.
    public func suggest(
        _ count: Int,
        in space: SearchSpace,
        after history: TrialHistory,
        using generator: inout SeededGenerator
    ) throws(SamplerError) -> [Assignment] {
        var session = ModelSession(space, history, normals: .deviations)
        return session.suggest(count, using: &generator) { session, generator in
            next(&session, &generator)
        }
    }

    private func next(_ session: inout ModelSession, _ generator: inout SeededGenerator) -> [Double] {
        let leastEnded = min(startupTrials, GPSampler.leastEnded)
        let start = session.startingPoint(before: startupTrials, ended: leastEnded, seed: generator.seed)
        if let start { return start }
        let observations = session.observations
        let costs = Scalarization.costs(observations.costs, using: &generator)
        let anchors = costs.indices.sorted { costs[$0] != costs[$1] ? costs[$0] < costs[$1] : $0 < $1 }
            .prefix(5).map { observations.points[$0] }
        let recentFailures = observations.ended.suffix(10).count { $0.costs == nil }
        // The second time with doubts: a model that is sure of its optimum asks for it again and again, and what it is
        // wrong about it would never learn.
        for isDoubtful in [false, true] {
            guard
                var surrogate = Surrogate(
                    points: observations.points,
                    costs: costs,
                    failed: observations.failed,
                    in: session.space,
                    isDoubtful: isDoubtful,
                    caution: Surrogate.caution + Double(recentFailures),
                    using: &generator
                )
            else { break }
            surrogate.believe(in: Array(observations.running.suffix(Surrogate.posteriorLimit / 4)))
            let search = AcquisitionSearch(space: session.space, surrogate: surrogate)
            // Where reports are noisy it is not sure but wants to be surer, and the next best place is as good.
            let passesOver = isDoubtful || surrogate.isNoisy
            let best = search.best(around: anchors, using: &generator) { point in
                session.isAllowed(point) && !(passesOver && session.isSettled(point))
            }
            if let best, passesOver || !session.isSettled(best) { return best }
        }
        return session.space.randomPoint(using: &generator)
    }
}
