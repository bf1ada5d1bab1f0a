/// Fills the space evenly, whatever trials find: a scrambled Sobol' sequence, whose scramble the seed decides.
///
/// Trial *i* gets point *i*. The history matters only in a finite space, where a point that a trial had already is
/// replaced by a random one that none had.
public struct SobolSampler: Sampler {
    /// There is nothing to set.
    public init() {}

    /// The points of the next `count` trials.
    public func suggest(
        _ count: Int,
        in space: SearchSpace,
        after history: TrialHistory,
        using generator: inout SeededGenerator
    ) throws(SamplerError) -> [Assignment] {
        let units = UnitSpace(space)
        let sequence = SobolSequence(dimension: units.dimension, seed: generator.seed)
        var tried = TriedPoints(space, history)
        var index = history.nextIndex
        var suggestions: [Assignment] = []
        while suggestions.count < count, !tried.isExhausted {
            let point = units.assignment(at: units.point(atUnits: sequence.point(UInt32(clamping: index))))
            guard let next = tried.take(point, using: &generator) else { break }
            suggestions.append(next)
            if index < .max { index += 1 }
        }
        return suggestions
    }
}
