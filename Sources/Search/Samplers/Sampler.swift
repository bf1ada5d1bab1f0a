/// Why a sampler cannot suggest anything in a space.
public enum SamplerError: Error, Hashable, CustomStringConvertible {
    /// The sampler walks through all points, and this parameter has no finite number of values.
    case notEnumerable(parameter: String)

    /// A sentence for people.
    public var description: String {
        switch self {
        case .notEnumerable(let parameter):
            "parameter \"\(parameter)\" has no finite number of values; "
                + "grid search needs choices, whole numbers or a step"
        }
    }
}

/// Chooses parameter values for the next trials.
///
/// A sampler has settings and no memory: the same space, history and generator give the same suggestions, in this
/// process or after a restart. To make suggestion *i* depend on nothing but (space, history, seed, *i*), ask for one
/// suggestion a trial, each with `SeededGenerator(seed:stream:)` of its own; `suggestion(forTrial:in:after:seed:)` does.
public protocol Sampler: Sendable {
    /// Suggests values for the next `count` trials.
    ///
    /// - Parameters:
    ///   - count: How many; 0 or less gives none.
    ///   - space: The parameters and their values.
    ///   - history: Every trial started so far, running and failed ones included.
    ///   - generator: The only source of randomness.
    /// - Returns: `count` assignments; fewer only when a finite space is used up.
    /// - Throws: When the sampler cannot work in this space at all, whatever the history.
    func suggest(
        _ count: Int,
        in space: SearchSpace,
        after history: TrialHistory,
        using generator: inout SeededGenerator
    ) throws(SamplerError) -> [Assignment]
}

extension Sampler {
    /// The values of one trial.
    ///
    /// - Parameters:
    ///   - trial: The trial's number in its job, counted from 0; `history` holds the trials before it.
    ///   - space: The parameters and their values.
    ///   - history: Every trial started before.
    ///   - seed: The job's seed.
    /// - Returns: `nil` when the space is used up.
    /// - Throws: When the sampler cannot work in this space at all.
    public func suggestion(
        forTrial trial: Int,
        in space: SearchSpace,
        after history: TrialHistory,
        seed: UInt64
    ) throws(SamplerError) -> Assignment? {
        var generator = SeededGenerator(seed: seed, stream: trial)
        return try suggest(1, in: space, after: history, using: &generator).first
    }
}
