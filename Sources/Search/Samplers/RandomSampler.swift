/// Draws every parameter independently from the law its domain names: the baseline other samplers have to beat, and
/// hard to beat when many parameters do not matter.
///
/// What trials found plays no part. Every parameter takes its numbers from the generator in the order of the space; in a
/// finite space a point that a trial had already is replaced by another, until there are no more.
///
/// Source: Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13, 2012.
public struct RandomSampler: Sampler {
    /// There is nothing to set.
    public init() {}

    /// Draws `count` assignments one after another.
    public func suggest(
        _ count: Int,
        in space: SearchSpace,
        after history: TrialHistory,
        using generator: inout SeededGenerator
    ) throws(SamplerError) -> [Assignment] {
        var suggestions: [Assignment] = []
        var tried = TriedPoints(space, history)
        while suggestions.count < count, !tried.isExhausted {
            let drawn = Assignment(values: space.parameters.map { $0.domain.draw(using: &generator) })
            guard let next = tried.take(drawn, using: &generator) else { break }
            suggestions.append(next)
        }
        return suggestions
    }
}
