/// What is believed of a job's cost over its space, and where trials are expected to fail.
struct Surrogate {
    /// Of the (transformed) cost.
    private(set) var cost: GaussianProcess
    /// Of success, 1, against failure, −1; `nil` while no trial failed.
    let success: GaussianProcess?
    /// The expected cost at the best point that was observed: the best *expected* cost, because the best observed one
    /// may have been luck.
    let incumbent: Double

    private var points: [[Double]]
    private var values: [Double]
    private let isChoice: [Bool]

    /// Hyperparameters are fitted to at most this many observations, and the posterior knows at most `posteriorLimit`:
    /// the best half, and of the others the latest.
    static let fitLimit = 80
    static let posteriorLimit = 300

    /// - Parameters:
    ///   - points, costs: What was observed; at least one, costs finite.
    ///   - failed: Where trials failed.
    /// - Returns: `nil` when numbers are beyond what can be modelled.
    init?(points: [[Double]], costs: [Double], failed: [[Double]], in space: UnitSpace) {
        isChoice = space.axes.map { if case .choice = $0 { true } else { false } }
        let kept = Surrogate.subset(costs, limit: Surrogate.posteriorLimit)
        self.points = kept.map { points[$0] }
        values = ResponseTransform(kept.map { costs[$0] }).values
        guard let process = Surrogate.fit(self.points, values, isChoice) else { return nil }
        cost = process
        incumbent = self.points.reduce(Double.infinity) { min($0, process.mean(at: $1)) }
        if failed.isEmpty {
            success = nil
        } else {
            let recent = Array(failed.suffix(Surrogate.posteriorLimit / 2))
            let succeeded = self.points.suffix(Surrogate.posteriorLimit / 2)
            success = Surrogate.fit(
                succeeded + recent,
                succeeded.map { _ in 1 } + recent.map { _ in -1 },
                isChoice,
                prior: MarginalLikelihood.Prior(noise: 1e-2, meanSpread: 0.5)
            )
        }
    }

    /// Fits settings to a subset, and conditions on everything.
    private static func fit(
        _ points: [[Double]],
        _ values: [Double],
        _ isChoice: [Bool],
        prior: MarginalLikelihood.Prior = MarginalLikelihood.Prior()
    ) -> GaussianProcess? {
        let chosen = subset(values, limit: fitLimit)
        let likelihood = MarginalLikelihood(
            points: chosen.map { points[$0] },
            values: chosen.map { values[$0] },
            isChoice: isChoice,
            prior: prior
        )
        let start = likelihood.start
        var starts = [start]
        if chosen.count <= 40 {
            var short = start
            for axis in short.logWeights.indices { short.logWeights[axis] += 2.5 }
            starts.append(short)
        }
        let settings = likelihood.fit(iterations: chosen.count <= 40 ? 40 : 25, starts: starts).settings
        return GaussianProcess(settings, points: points, values: values, isChoice: isChoice)
    }

    /// The places of at most `limit` values: the lowest half, and of the others the last.
    static func subset(_ values: [Double], limit: Int) -> [Int] {
        guard values.count > limit else { return Array(values.indices) }
        let ranked = values.indices.sorted { values[$0] != values[$1] ? values[$0] < values[$1] : $0 < $1 }
        let best = ranked[..<(limit / 2)]
        let others = ranked[(limit / 2)...].sorted().suffix(limit - best.count)
        return (best + others).sorted()
    }

    /// Adds a running trial as if it had given what is expected of it, so that its neighbourhood is no longer unknown.
    ///
    /// Source: Ginsbourger, Le Riche and Carraro, "Kriging is well-suited to parallelize optimization", 2010 (kriging
    /// believer).
    mutating func believe(in running: [Double]) {
        let expected = cost.mean(at: running)
        points.append(running)
        values.append(max(expected, incumbent))
        if let process = GaussianProcess(cost.settings, points: points, values: values, isChoice: isChoice) {
            cost = process
        }
    }

    /// The logarithm of the expected improvement times the probability of success.
    func acquisition(at point: [Double]) -> Double {
        let (mean, variance) = cost.predict(point)
        let deviation = variance.squareRoot()
        var value =
            ElementaryFunctions.log(deviation)
            + ExpectedImprovement.logarithm((incumbent - mean) / deviation).value
        if let success {
            let (mean, variance) = success.predict(point)
            value += ElementaryFunctions.log(
                max(1e-300, NormalLaw.probability(below: mean / Surrogate.doubt(variance)))
            )
        }
        return value
    }

    /// The same with its derivatives.
    func acquisition(at point: [Double], gradient: inout [Double]) -> Double {
        let prediction = cost.predictWithGradient(point)
        let deviation = prediction.variance.squareRoot()
        let z = (incumbent - prediction.mean) / deviation
        let improvement = ExpectedImprovement.logarithm(z)
        var value = ElementaryFunctions.log(deviation) + improvement.value
        for axis in gradient.indices {
            let slope = prediction.varianceGradient[axis] / (2 * deviation)
            gradient[axis] =
                slope / deviation - improvement.slope * (prediction.meanGradient[axis] + z * slope) / deviation
        }
        guard let success else { return value }
        let label = success.predictWithGradient(point)
        let doubt = Surrogate.doubt(label.variance)
        let t = label.mean / doubt
        let probability = max(1e-300, NormalLaw.probability(below: t))
        value += ElementaryFunctions.log(probability)
        let factor = NormalLaw.density(t) / probability
        for axis in gradient.indices {
            gradient[axis] +=
                factor
                * (label.meanGradient[axis] / doubt
                    - t * label.varianceGradient[axis] / (2 * doubt * doubt))
        }
        return value
    }

    /// The spread of the label at a point: its own variance, and that labels are ±1 with nothing between.
    private static func doubt(_ variance: Double) -> Double {
        (variance + 0.1).squareRoot()
    }
}
