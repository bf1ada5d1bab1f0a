/// Draws every parameter independently from the law its domain names: the baseline other samplers have to beat, and
/// hard to beat when many parameters do not matter.
///
/// The history plays no part, so a value may come twice. Every parameter takes its numbers from the generator in the
/// order of the space.
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
        var remaining = count
        while remaining > 0 {
            remaining -= 1
            suggestions.append(Assignment(values: space.parameters.map { $0.domain.draw(using: &generator) }))
        }
        return suggestions
    }
}
