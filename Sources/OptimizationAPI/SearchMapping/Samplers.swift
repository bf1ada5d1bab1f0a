public import Search

extension SearchAlgorithm {
    /// The sampler that does it.
    ///
    /// - Parameter parallelTrials: How many trials of the job run at a time, by which `auto` chooses.
    public func sampler(parallelTrials: Int) -> any Sampler {
        switch self {
        case .random: RandomSampler()
        case .grid: GridSampler()
        case .sobol: SobolSampler()
        case .tpe(_, let startupTrials, let candidates):
            TPESampler(startupTrials: startupTrials, candidates: candidates)
        case .cmaes(_, let startupTrials, let sigma):
            // Validation admits only numbers from above 0 to 1; anything else means the default.
            CMAESSampler(
                startupTrials: startupTrials,
                sigma: sigma.flatMap(DecimalText.init)?.double ?? CMAESSampler.defaultSigma
            )
        case .gp(_, let startupTrials): GPSampler(startupTrials: startupTrials)
        case .auto: AutoSampler(parallelTrials: parallelTrials)
        }
    }
}

extension PruneAlgorithm {
    /// The pruner that does it.
    public var pruner: any Pruner {
        switch self {
        case .medianStop(let startupTrials, let startupSteps):
            MedianStopPruner(startupTrials: startupTrials, startupSteps: startupSteps)
        case .asha(let reductionFactor, let minProgress):
            SuccessiveHalvingPruner(reductionFactor: reductionFactor, minProgress: minProgress)
        case .hyperband(let reductionFactor, let minProgress, let maxProgress):
            HyperbandPruner(reductionFactor: reductionFactor, minProgress: minProgress, maxProgress: maxProgress)
        }
    }
}
