extension MarginalLikelihood {
    /// Settings drawn from their posterior law, by a random walk from the likeliest.
    ///
    /// Source: Metropolis et al., 1953, with Gaussian steps along one setting for certain and along each other one with
    /// a chance of 0.3.
    func draws(
        _ count: Int,
        from settings: KernelSettings,
        using generator: inout SeededGenerator
    ) -> [KernelSettings] {
        let dimension = isChoice.count
        var place = settings.list
        var unused: [Double] = []
        var height = negativeLogPosterior(place, gradient: &unused, isGradientWanted: false)
        var draws: [KernelSettings] = []
        for _ in 0..<max(0, count) {
            for _ in 0..<MarginalLikelihood.stepsBetweenDraws {
                var next = place
                let certain = Int(generator.below(UInt64(place.count)))
                for index in next.indices where index == certain || generator.unit() < 0.3 {
                    next[index] += step(of: index) * NormalLaw.quantile(generator.unit())
                }
                // A step below 0 is reflected, which is as likely as its reverse.
                next[dimension + 4] = next[dimension + 4].magnitude
                guard next[dimension + 1] >= MarginalLikelihood.leastLogNoise,
                    next[dimension + 4] <= prior.largestEdgeRise
                else { continue }
                let value = negativeLogPosterior(next, gradient: &unused, isGradientWanted: false)
                guard value.isFinite, generator.unit() < ElementaryFunctions.exp(min(0, height - value)) else {
                    continue
                }
                (place, height) = (next, value)
            }
            draws.append(KernelSettings(list: place))
        }
        return draws
    }

    private static let stepsBetweenDraws = 25

    /// The deviation of a step along a setting, by its number in `KernelSettings.list`.
    private func step(of index: Int) -> Double {
        let dimension = isChoice.count
        // A weight is an inverse square: twice the step of a length.
        return index < dimension ? 1 : index == dimension + 4 ? prior.edgeRiseSpread / 2 : 0.5
    }
}
