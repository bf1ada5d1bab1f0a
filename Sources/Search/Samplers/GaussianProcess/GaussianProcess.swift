/// A Gaussian process conditioned on observations: what is known of a function at every point of a space.
///
/// Source: Rasmussen and Williams, *Gaussian Processes for Machine Learning*, 2006, algorithm 2.1; see `Kernel`.
struct GaussianProcess {
    let settings: KernelSettings
    /// Observed points, coordinate by coordinate: all first coordinates, then all second ones, …
    private let coordinates: [Double]
    private let isChoice: [Bool]
    private let kernel: Kernel
    private let rise: EdgeRise
    private let count: Int
    private let factor: Cholesky
    /// (K + noise)⁻¹·(y − prior mean)
    private let alpha: [Double]

    /// Conditions the process on observations.
    ///
    /// - Parameters:
    ///   - points: Where was observed; all of one dimension.
    ///   - values: What was observed there.
    ///   - isChoice: Which axes hold numbers of choices.
    /// - Returns: `nil` when even with noise as large as the signal the covariances make no positive definite matrix,
    ///   which only numbers that are not finite do.
    init?(_ settings: KernelSettings, points: [[Double]], values: [Double], isChoice: [Bool]) {
        self.settings = settings
        self.isChoice = isChoice
        count = points.count
        kernel = Kernel(settings, isChoice: isChoice)
        let rise = EdgeRise(isChoice: isChoice)
        self.rise = rise
        coordinates = GaussianProcess.byCoordinate(points, dimension: isChoice.count)
        var noise = ElementaryFunctions.exp(settings.logNoise)
        var factor: Cholesky?
        var matrix = [Double](repeating: 0, count: count * count)
        for i in 0..<count {
            let row = kernel.covariances(of: points[i], with: coordinates, count: count, upTo: i)
            for j in 0..<i { matrix[i * count + j] = row[j] }
        }
        // Equal points make the matrix singular but for the noise: more of it mends that.
        while factor == nil {
            for i in 0..<count { matrix[i * count + i] = kernel.signal + noise }
            factor = Cholesky(matrix, count: count)
            guard noise <= kernel.signal else { break }
            noise *= 10
        }
        guard let factor else { return nil }
        self.factor = factor
        alpha = factor.solve(zip(points, values).map { $1 - settings.mean(at: $0, rise) })
    }

    /// The mean and the variance of the function (not of a noisy observation) at a point.
    func predict(_ point: [Double]) -> (mean: Double, variance: Double) {
        var k = covariances(with: point)
        let mean = mean(at: point, given: k)
        factor.solveLower(&k)
        var explained = 0.0
        for i in 0..<count { explained += k[i] * k[i] }
        return (mean, max(kernel.signal - explained, 1e-12 * kernel.signal))
    }

    /// The mean alone, which is cheaper.
    func mean(at point: [Double]) -> Double {
        mean(at: point, given: covariances(with: point))
    }

    private func mean(at point: [Double], given k: [Double]) -> Double {
        var mean = settings.mean(at: point, rise)
        for i in 0..<count { mean += k[i] * alpha[i] }
        return mean
    }

    private func covariances(with point: [Double]) -> [Double] {
        kernel.covariances(of: point, with: coordinates, count: count)
    }

    /// The same with the derivatives by every coordinate; 0 for choices.
    func predictWithGradient(_ point: [Double]) -> Prediction {
        let dimension = isChoice.count
        let (k, slopes) = kernel.covariancesAndSlopes(of: point, with: coordinates, count: count)
        var v = k
        factor.solveLower(&v)
        var explained = 0.0
        for i in 0..<count { explained += v[i] * v[i] }
        factor.solveUpper(&v)
        var prediction = Prediction(
            mean: mean(at: point, given: k),
            variance: max(kernel.signal - explained, 1e-12 * kernel.signal),
            meanGradient: [Double](repeating: 0, count: dimension),
            varianceGradient: [Double](repeating: 0, count: dimension)
        )
        for axis in 0..<dimension where !isChoice[axis] {
            var meanSlope = 0.0
            var varianceSlope = 0.0
            let weight = kernel.weights[axis]
            let start = axis * count
            for i in 0..<count {
                let difference = point[axis] - coordinates[start + i]
                let slope = (slopes[i] + kernel.axisSlope(weight * difference * difference)) * difference
                meanSlope += alpha[i] * slope
                varianceSlope += v[i] * slope
            }
            prediction.meanGradient[axis] =
                2 * weight * meanSlope + settings.edgeRise * rise.slope(at: point[axis], on: axis)
            prediction.varianceGradient[axis] = -4 * weight * varianceSlope
        }
        return prediction
    }

    /// What a process says of a point, and how that changes around it.
    struct Prediction {
        var mean: Double
        var variance: Double
        var meanGradient: [Double]
        var varianceGradient: [Double]
    }

    static func byCoordinate(_ points: [[Double]], dimension: Int) -> [Double] {
        var coordinates: [Double] = []
        coordinates.reserveCapacity(points.count * dimension)
        for axis in 0..<dimension {
            for point in points { coordinates.append(point[axis]) }
        }
        return coordinates
    }
}
