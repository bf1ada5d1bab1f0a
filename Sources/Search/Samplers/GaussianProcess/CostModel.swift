/// One Gaussian process of a job's cost, and what it takes for the best that was reached.
struct CostModel {
    private(set) var process: GaussianProcess
    /// The best cost that was reported. With many running trials, the best expected of those too, see `believe`.
    ///
    /// Reports may be noisy, and the best of them lucky. Yet a process asked to improve on the best *expected* cost asks for
    /// that very place again and again, to be surer of it, and stays at the first good place that it finds; and the
    /// trial with the best report is what a job has in the end.
    private(set) var incumbent: Double

    /// An improvement of less counts as none, in deviations of the costs. Otherwise most trials of a job go into the fourth
    /// decimal of the first optimum that it found, which is certain, small, and nothing to anybody.
    ///
    /// Source: Lizotte, "Practical Bayesian Optimization", 2008, §4.3.2 (ξ).
    private static let leastImprovement = 0.01
    /// So many running trials are few.
    private static let fewRunning = 3

    private let isChoice: [Bool]
    private var points: [[Double]]
    private var values: [Double]

    /// - Returns: `nil` when numbers are beyond what can be modelled.
    init?(_ settings: KernelSettings, points: [[Double]], values: [Double], isChoice: [Bool]) {
        guard let process = GaussianProcess(settings, points: points, values: values, isChoice: isChoice) else {
            return nil
        }
        self.process = process
        self.isChoice = isChoice
        self.points = points
        self.values = values
        incumbent = values.reduce(Double.infinity, min)
    }

    /// Adds running trials as if they had given what is expected of them, so that their neighbourhoods are no longer
    /// unknown.
    ///
    /// Few of them count as no better than the incumbent, so that the next trial may still lie close to a promising one.
    /// Many would crowd there: they count in full, and the next trial has to improve on what they promise.
    ///
    /// Source: Ginsbourger, Le Riche and Carraro, "Kriging is well-suited to parallelize optimization", 2010 (kriging
    /// believer).
    mutating func believe(in running: [[Double]]) {
        let best = running.count > CostModel.fewRunning ? -Double.infinity : incumbent
        let believed = running.map { max(process.mean(at: $0), best) }
        points += running
        values += believed
        incumbent = believed.reduce(incumbent, min)
        if let next = GaussianProcess(process.settings, points: points, values: values, isChoice: isChoice) {
            process = next
        }
    }

    private var goal: Double { incumbent - CostModel.leastImprovement }

    /// The logarithm of the expected improvement.
    func improvement(at point: [Double]) -> Double {
        let (mean, variance) = process.predict(point)
        let deviation = variance.squareRoot()
        return ElementaryFunctions.log(deviation)
            + ExpectedImprovement.logarithm((goal - mean) / deviation).value
    }

    /// The same with its derivatives.
    func improvement(at point: [Double], gradient: inout [Double]) -> Double {
        let prediction = process.predictWithGradient(point)
        let deviation = prediction.variance.squareRoot()
        let z = (goal - prediction.mean) / deviation
        let improvement = ExpectedImprovement.logarithm(z)
        for axis in gradient.indices {
            let slope = prediction.varianceGradient[axis] / (2 * deviation)
            gradient[axis] =
                slope / deviation - improvement.slope * (prediction.meanGradient[axis] + z * slope) / deviation
        }
        return ElementaryFunctions.log(deviation) + improvement.value
    }
}
