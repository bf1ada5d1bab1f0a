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
        var session = ModelSession(space, history)
        let sequence = SobolSequence(dimension: session.space.dimension, seed: generator.seed)
        return session.suggest(count, using: &generator) { session, _ in
            session.space.point(atUnits: sequence.point(UInt32(clamping: session.nextIndex)))
        }
    }
}
