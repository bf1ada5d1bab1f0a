/// How well kernel settings explain observations, and the settings that do best.
///
/// Settings are maximum-a-posteriori: the marginal likelihood (Rasmussen and Williams, equations 5.8 and 5.9) times
/// priors that keep a dozen observations from proving anything absurd.
struct MarginalLikelihood {
    /// What is believed of the settings before any observation, each as a normal law of its logarithm.
    struct Prior: Sendable {
        /// The length scale of an axis, for one axis; for more it grows with the root of their number, since distances
        /// do (Hvarfner, Hellsten and Nardi, "Vanilla Bayesian Optimization Performs Great in High Dimensions", ICML
        /// 2024), though more slowly.
        var length = 0.7
        var lengthGrowth = 0.25
        var lengthSpread = 0.9
        var noise = 1e-3
        var noiseSpread = 2.0
        var signal = 1.0
        var signalSpread = 1.0
        var meanSpread = 0.7
        /// Of the logit of the share of functions of one axis: about an eighth.
        var additiveLogit = -2.0
        var additiveSpread = 1.5
        /// Of the edge rise, which is never negative: half a normal law.
        var edgeRiseSpread = 0.3
        var largestEdgeRise = 3.0
    }

    /// The logarithm of the smallest variance of observations around the function, in parts of their own variance.
    static let leastLogNoise = ElementaryFunctions.log(1e-6)

    let prior: Prior
    private let values: [Double]
    let isChoice: [Bool]
    private let count: Int
    /// Squared distances of all pairs along every axis, axis by axis; pair (i, j) with j < i is number i(i−1)/2 + j.
    private let distances: [Double]
    private let pairs: Int
    /// The heights of the points in `EdgeRise`.
    private let heights: [Double]

    init(points: [[Double]], values: [Double], isChoice: [Bool], prior: Prior = Prior()) {
        self.prior = prior
        self.values = values
        self.isChoice = isChoice
        let count = points.count
        self.count = count
        pairs = count * (count - 1) / 2
        let rise = EdgeRise(isChoice: isChoice)
        heights = points.map { rise.height(at: $0) }
        var distances: [Double] = []
        distances.reserveCapacity(pairs * isChoice.count)
        for axis in isChoice.indices {
            let column = points.map { $0[axis] }
            for i in 0..<count {
                for j in 0..<i {
                    let difference = column[i] - column[j]
                    distances.append(isChoice[axis] ? (difference == 0 ? 0 : 1) : difference * difference)
                }
            }
        }
        self.distances = distances
    }

    /// The settings the prior holds likeliest.
    var start: KernelSettings {
        KernelSettings(
            logWeights: [Double](repeating: meanLogWeight, count: isChoice.count),
            logSignal: ElementaryFunctions.log(prior.signal),
            logNoise: ElementaryFunctions.log(prior.noise),
            mean: 0,
            additiveLogit: prior.additiveLogit
        )
    }

    private var meanLogWeight: Double {
        -2
            * (ElementaryFunctions.log(prior.length)
                + prior.lengthGrowth * ElementaryFunctions.log(Double(max(1, isChoice.count))))
    }

    /// The best settings found from several starts, and their negative log-posterior.
    func fit(iterations: Int, starts: [KernelSettings]) -> (settings: KernelSettings, value: Double) {
        let dimension = isChoice.count
        let lower = [Double](repeating: -9, count: dimension) + [-5, MarginalLikelihood.leastLogNoise, -3, -6, 0]
        let upper = [Double](repeating: 11, count: dimension) + [5, 1.5, 3, 6, prior.largestEdgeRise]
        var best: (settings: KernelSettings, value: Double)?
        for start in starts {
            let (point, value) = LBFGS(iterations: iterations, tolerance: 1e-2, improvement: 1e-4).minimize(
                from: start.list,
                lower: lower,
                upper: upper
            ) { negativeLogPosterior($0, &$1) }
            if best.map({ value < $0.value }) ?? true {
                best = (KernelSettings(list: point), value)
            }
        }
        return best ?? (start, .infinity)
    }

    /// −ln(likelihood · prior), up to a constant, with its gradient.
    ///
    /// - Parameter settings: `KernelSettings.list`.
    func negativeLogPosterior(_ settings: [Double], _ gradient: inout [Double]) -> Double {
        negativeLogPosterior(settings, gradient: &gradient, isGradientWanted: true)
    }

    /// The same, with the gradient only where it is wanted.
    func negativeLogPosterior(
        _ settings: [Double],
        gradient: inout [Double],
        isGradientWanted: Bool
    ) -> Double {
        let dimension = isChoice.count
        let named = KernelSettings(list: settings)
        let weights = named.logWeights.map { ElementaryFunctions.exp($0) }
        let signal = ElementaryFunctions.exp(named.logSignal)
        let noise = ElementaryFunctions.exp(named.logNoise)
        let share = named.additiveShare

        let (joint, slopes, additive) = correlations(weights)
        var matrix = [Double](repeating: 0, count: count * count)
        matrix.withUnsafeMutableBufferPointer { matrix in
            var pair = 0
            for i in 0..<count {
                for j in 0..<i {
                    matrix[i * count + j] = signal * ((1 - share) * joint[pair] + share * additive[pair])
                    pair += 1
                }
                matrix[i * count + i] = signal + noise
            }
        }
        guard let factor = Cholesky(matrix, count: count) else { return .infinity }
        let residuals = (0..<count).map { values[$0] - named.mean - named.edgeRise * heights[$0] }
        let alpha = factor.solve(residuals)
        var value = 0.5 * factor.logDeterminant
        for i in 0..<count { value += 0.5 * residuals[i] * alpha[i] }

        func belief(_ index: Int, _ expected: Double, _ spread: Double) -> Double {
            let z = (settings[index] - expected) / spread
            if isGradientWanted { gradient[index] += z / spread }
            return 0.5 * z * z
        }
        func beliefs() -> Double {
            var sum = 0.0
            for axis in 0..<dimension { sum += belief(axis, meanLogWeight, 2 * prior.lengthSpread) }
            sum += belief(dimension, ElementaryFunctions.log(prior.signal), prior.signalSpread)
            sum += belief(dimension + 1, ElementaryFunctions.log(prior.noise), prior.noiseSpread)
            sum += belief(dimension + 2, 0, prior.meanSpread)
            sum += belief(dimension + 3, prior.additiveLogit, prior.additiveSpread)
            return sum + belief(dimension + 4, 0, prior.edgeRiseSpread)
        }
        guard isGradientWanted else { return value + beliefs() }

        // With W = ααᵀ − K⁻¹: of every pair W times what multiplies the derivative of the joint correlation, which goes into
        // `slope`, and that of an axis' own.
        var slope = slopes
        var own = [Double](repeating: 0, count: pairs)
        let inverse = factor.inverse()
        var signalGradient = 0.0
        var shareGradient = 0.0
        var trace = 0.0
        var pair = 0
        for i in 0..<count {
            for j in 0..<i {
                let w = signal * (alpha[i] * alpha[j] - inverse[i * count + j])
                signalGradient -= w * ((1 - share) * joint[pair] + share * additive[pair])
                shareGradient -= w * (additive[pair] - joint[pair])
                slope[pair] *= w * (1 - share)
                own[pair] = w * share / Double(dimension)
                pair += 1
            }
            trace += alpha[i] * alpha[i] - inverse[i * count + i]
        }
        for axis in 0..<dimension {
            gradient[axis] = -weights[axis] * slopeSum(axis, weights[axis], joint: slope, own: own)
        }
        gradient[dimension] = signalGradient - 0.5 * signal * trace
        gradient[dimension + 1] = -0.5 * noise * trace
        gradient[dimension + 2] = -alpha.reduce(0, +)
        gradient[dimension + 3] = share * (1 - share) * shareGradient
        gradient[dimension + 4] = -zip(alpha, heights).reduce(0) { $0 + $1.0 * $1.1 }

        return value + beliefs()
    }

    /// Of every pair the joint correlation, its derivative by the squared distance, and the mean correlation of all axes'
    /// own.
    private func correlations(_ weights: [Double]) -> (joint: [Double], slopes: [Double], additive: [Double]) {
        var joint = [Double](repeating: 0, count: pairs)
        var slopes = joint
        var additive = joint
        distances.withUnsafeBufferPointer { distances in
            joint.withUnsafeMutableBufferPointer { joint in
                additive.withUnsafeMutableBufferPointer { additive in
                    guard let d = distances.baseAddress, let k = joint.baseAddress, let sums = additive.baseAddress
                    else { return }
                    let part = 1 / Double(isChoice.count)
                    for axis in isChoice.indices {
                        let column = d + axis * pairs
                        VectorArithmetic.add(weights[axis], column, to: k, count: pairs)
                        AxisCorrelation.add(part, at: column, weight: weights[axis], to: sums, count: pairs)
                    }
                }
            }
        }
        joint.withUnsafeMutableBufferPointer { joint in
            slopes.withUnsafeMutableBufferPointer { Matern.replace(joint, slopes: $0, upTo: pairs) }
        }
        return (joint, slopes, additive)
    }

    /// Σ distance²·dK/d(weight·distance²) over all pairs, each times its number in `joint` for the joint part and in `own`
    /// for the axis' own.
    private func slopeSum(_ axis: Int, _ weight: Double, joint: [Double], own: [Double]) -> Double {
        distances.withUnsafeBufferPointer { distances in
            joint.withUnsafeBufferPointer { joint in
                own.withUnsafeBufferPointer { own in
                    guard let d = distances.baseAddress, let s = joint.baseAddress, let factors = own.baseAddress
                    else { return 0 }
                    let column = d + axis * pairs
                    return VectorArithmetic.dot(s, column, count: pairs)
                        + AxisCorrelation.slopeSum(factors, at: column, weight: weight, count: pairs)
                }
            }
        }
    }
}
