/// What is believed of a job's cost over its space, and where trials are expected to fail.
///
/// While there are few observations, several kernel settings explain them about as well; improvement is then averaged
/// over the likeliest settings and some drawn from their posterior law (Snoek, Larochelle and Adams, 2012, §3.2), so that
/// no lucky fit decides.
struct Surrogate {
    /// Of the (transformed) cost; at least one.
    private var models: [CostModel]
    /// Of success, 1, against failure, −1; `nil` while no trial failed.
    private let success: GaussianProcess?
    /// The power to which the chance of success counts.
    private let caution: Double

    /// Settings are fitted to at most this many observations, and the posterior knows at most `posteriorLimit`: the best
    /// half, and of the others the latest.
    static let fitLimit = 80
    static let posteriorLimit = 300
    /// Fewer observations than this, or than three a parameter, show no ripples.
    private static let rippleLeast = 35
    /// Up to this many observations, settings drawn from their posterior law join the likeliest.
    private static let drawLimit = 60
    /// How many: 8, and fewer in spaces of over 20 parameters, where a draw takes long, since a setting has a number
    /// for every parameter, and changes little.
    private static func drawnSettings(dimension: Int) -> Int { min(8, 160 / max(1, dimension)) }
    /// The power to which the chance of success counts. At 1, once little is left to gain where trials succeed, a large
    /// gain that is all but impossible wins: where two thirds of a square fail, 7 of trials 11 to 26 did, and at 3 only 4.
    static let caution = 3.0
    /// An improvement that hardly counts, as a logarithm, once trials fail: what is beyond it counts a tenth. Where only what
    /// fails is better, the model is sure that nothing else improves: counted in full, the smallest chance of success would
    /// win over that, and not counted at all, trial after trial would be where success is surest, next to the best.
    private static let negligible = -8.0
    private static let negligibleShare = 0.1
    /// The logarithm of the variance around the function, in parts of all variance, from which observations are noisy: 0.01.
    private static let noisyLogNoise = -4.6
    /// How much the weights of axes grow for a model that doubts its own smoothness: lengths are a quarter.
    private static let shortening = 2.8

    /// - Parameters:
    ///   - points, costs: What was observed; at least one, costs finite.
    ///   - failed: Where trials failed.
    ///   - isDoubtful: Whether to believe in more detail than the observations show.
    ///   - generator: Chooses the shape of costs, and settings from their posterior law.
    /// - Returns: `nil` when numbers are beyond what can be modelled.
    init?(
        points: [[Double]],
        costs: [Double],
        failed: [[Double]],
        in space: UnitSpace,
        isDoubtful: Bool = false,
        caution: Double = Surrogate.caution,
        using generator: inout SeededGenerator
    ) {
        self.caution = caution
        let isChoice = space.axes.map(\.isChoice)
        let kept = Surrogate.subset(costs, limit: Surrogate.posteriorLimit)
        let points = kept.map { points[$0] }
        // By lot rather than by number, or trials started in pairs would never see the other shape.
        let shape: ResponseTransform.Shape = generator.below(2) == 0 ? .compressed : .bounded
        let values = ResponseTransform(kept.map { costs[$0] }, shape).values
        var (settings, likelihood) = Surrogate.fit(points, values, isChoice, prior: MarginalLikelihood.Prior())
        if isDoubtful { settings = settings.shortened(by: Surrogate.shortening) }
        var likely = [settings]
        if !isDoubtful, points.count <= Surrogate.drawLimit {
            let count = Surrogate.drawnSettings(dimension: isChoice.count)
            likely += likelihood.draws(count, from: settings, using: &generator)
        }
        models = likely.compactMap { CostModel($0, points: points, values: values, isChoice: isChoice) }
        guard !models.isEmpty else { return nil }
        guard !failed.isEmpty else {
            success = nil
            return
        }
        let ended = points.suffix(Surrogate.posteriorLimit / 2) + failed.suffix(Surrogate.posteriorLimit / 2)
        let succeeded = min(points.count, Surrogate.posteriorLimit / 2)
        let labels = ended.indices.map { $0 - ended.startIndex < succeeded ? 1.0 : -1 }
        let all = Array(ended)
        let fitted = Surrogate.fit(
            all,
            labels,
            isChoice,
            // Where trials fail is often an edge, and never the middle alone: there is no bowl.
            prior: MarginalLikelihood.Prior(length: 0.5, noise: 1e-2, meanSpread: 0.5, largestEdgeRise: 0)
        )
        success = GaussianProcess(fitted.settings, points: all, values: labels, isChoice: isChoice)
    }

    /// Fits settings to a subset.
    private static func fit(
        _ points: [[Double]],
        _ values: [Double],
        _ isChoice: [Bool],
        prior: MarginalLikelihood.Prior
    ) -> (settings: KernelSettings, likelihood: MarginalLikelihood) {
        let chosen = subset(values, limit: fitLimit)
        let likelihood = MarginalLikelihood(
            points: chosen.map { points[$0] },
            values: chosen.map { values[$0] },
            isChoice: isChoice,
            prior: prior
        )
        var starts = [likelihood.start]
        if chosen.count <= 40 {
            // A second start with shorter scales: few observations often have two explanations.
            starts.append(likelihood.start.shortened(by: 2.5))
        }
        if chosen.count >= max(rippleLeast, 3 * isChoice.count) {
            // A third with far shorter ones, in a sum of functions of one axis: what ripples along every axis has an
            // explanation that no climb from a smooth one finds.
            var rippled = likelihood.start.shortened(by: 5)
            rippled.additiveLogit = 3
            starts.append(rippled)
        }
        let fitted = likelihood.fit(iterations: chosen.count <= 40 ? 40 : 25, starts: starts)
        return (fitted.settings, likelihood)
    }

    /// The places of at most `limit` values: the lowest half, and of the others the last.
    static func subset(_ values: [Double], limit: Int) -> [Int] {
        guard values.count > limit else { return Array(values.indices) }
        let ranked = values.indices.sorted { values[$0] != values[$1] ? values[$0] < values[$1] : $0 < $1 }
        let best = ranked[..<(limit / 2)]
        let others = ranked[(limit / 2)...].sorted().suffix(limit - best.count)
        return (best + others).sorted()
    }

    /// Whether observations are noisy by the likeliest settings.
    var isNoisy: Bool { models[0].process.settings.logNoise > Surrogate.noisyLogNoise }

    /// Takes running trials into account, see `CostModel.believe`.
    mutating func believe(in running: [[Double]]) {
        guard !running.isEmpty else { return }
        for index in models.indices { models[index].believe(in: running) }
    }

    /// The logarithm of the expected improvement times a power of the probability of success.
    func acquisition(at point: [Double]) -> Double {
        var value = Surrogate.logarithmOfMean(models.map { $0.improvement(at: point) }).value
        if let success {
            value = Surrogate.damped(value).value
            let (mean, variance) = success.predict(point)
            let probability = max(1e-300, NormalLaw.probability(below: mean / Surrogate.doubt(variance)))
            value += caution * ElementaryFunctions.log(probability)
        }
        return value
    }

    /// The same with its derivatives.
    func acquisition(at point: [Double], gradient: inout [Double]) -> Double {
        var improvements: [Double] = []
        var gradients: [[Double]] = []
        for model in models {
            var own = gradient
            improvements.append(model.improvement(at: point, gradient: &own))
            gradients.append(own)
        }
        var (value, shares) = Surrogate.logarithmOfMean(improvements)
        for axis in gradient.indices {
            gradient[axis] = zip(shares, gradients).reduce(0) { $0 + $1.0 * $1.1[axis] }
        }
        guard let success else { return value }
        let damped = Surrogate.damped(value)
        value = damped.value
        for axis in gradient.indices { gradient[axis] *= damped.slope }
        let label = success.predictWithGradient(point)
        let doubt = Surrogate.doubt(label.variance)
        let t = label.mean / doubt
        let probability = max(1e-300, NormalLaw.probability(below: t))
        value += caution * ElementaryFunctions.log(probability)
        let factor = caution * NormalLaw.density(t) / probability
        for axis in gradient.indices {
            gradient[axis] +=
                factor
                * (label.meanGradient[axis] / doubt
                    - t * label.varianceGradient[axis] / (2 * doubt * doubt))
        }
        return value
    }

    /// The logarithm of the mean of numbers given by their logarithms, and the share that each has in it.
    private static func logarithmOfMean(_ logarithms: [Double]) -> (value: Double, shares: [Double]) {
        guard logarithms.count > 1 else { return (logarithms.first ?? 0, [1]) }
        let largest = logarithms.reduce(-Double.infinity, max)
        guard largest > -.infinity else { return (largest, logarithms.map { _ in 1 / Double(logarithms.count) }) }
        let parts = logarithms.map { ElementaryFunctions.exp($0 - largest) }
        let total = parts.reduce(0, +)
        return (largest + ElementaryFunctions.log(total / Double(parts.count)), parts.map { $0 / total })
    }

    /// The logarithm of an improvement, and its derivative by it, with what is beyond `negligible` counting less.
    private static func damped(_ logarithm: Double) -> (value: Double, slope: Double) {
        let logarithm = max(logarithm, -1e6)  // finite, or the parts were no numbers
        let rest = negligible + negligibleShare * (logarithm - negligible)
        let larger = max(logarithm, rest)
        let parts = (ElementaryFunctions.exp(logarithm - larger), ElementaryFunctions.exp(rest - larger))
        let sum = parts.0 + parts.1
        return (larger + ElementaryFunctions.log(sum), (parts.0 + negligibleShare * parts.1) / sum)
    }

    /// The spread of the label at a point: its own deviation, and some for the edge between ±1.
    private static func doubt(_ variance: Double) -> Double {
        (variance + 0.1).squareRoot()
    }
}
