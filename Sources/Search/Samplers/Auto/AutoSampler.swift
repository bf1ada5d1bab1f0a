/// The sampler that our measurements say is best for a job: what somebody who says nothing more wants.
///
/// | job | sampler |
/// |---|---|
/// | up to 300 trials | `GPSampler` with a short start: every trial counts, and a suggestion is cheap beside it |
/// | more | by turns `TPESampler` and `GPSampler`, of which the latter sees its bounded part of the history |
///
/// The start is as short as a model allows, and longer with more parameters and more trials at once, which begin
/// together and know nothing of each other. The model does not wait for all of them to end.
public struct AutoSampler: Sampler {
    /// Trials at once.
    public let parallelTrials: Int

    /// - Parameter parallelTrials: How many trials of the job run at a time; 1 or more.
    public init(parallelTrials: Int = 1) {
        self.parallelTrials = max(1, parallelTrials)
    }

    /// The history beyond which a Gaussian process no longer sees all of it.
    static let longHistory = 300

    /// Asks the sampler of the day.
    public func suggest(
        _ count: Int,
        in space: SearchSpace,
        after history: TrialHistory,
        using generator: inout SeededGenerator
    ) throws(SamplerError) -> [Assignment] {
        try sampler(for: space, after: history).suggest(count, in: space, after: history, using: &generator)
    }

    func sampler(for space: SearchSpace, after history: TrialHistory) -> any Sampler {
        let startup = min(10, max(4, space.parameters.count + 1, parallelTrials))
        if history.trials.count > AutoSampler.longHistory, history.nextIndex % 2 == 1 {
            return TPESampler(startupTrials: startup)
        }
        return GPSampler(startupTrials: startup)
    }
}
