/// A Gaussian process conditioned on observations: what is known of a function at every point of a space.
///
/// The covariance of two points is Matérn-5/2 with one length scale an axis; between two choices there is either no
/// distance or one.
///
/// Source: Rasmussen and Williams, *Gaussian Processes for Machine Learning*, 2006, algorithm 2.1 and equation 4.17.
struct GaussianProcess {
    let settings: KernelSettings
    /// Observed points, coordinate by coordinate: all first coordinates, then all second ones, …
    private let coordinates: [Double]
    private let isChoice: [Bool]
    private let weights: [Double]
    private let signal: Double
    private let count: Int
    private let factor: Cholesky
    /// (K + noise)⁻¹·(y − mean)
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
        weights = settings.logWeights.map { ElementaryFunctions.exp($0) }
        signal = ElementaryFunctions.exp(settings.logSignal)
        coordinates = GaussianProcess.byCoordinate(points, dimension: isChoice.count)
        var noise = ElementaryFunctions.exp(settings.logNoise)
        var factor: Cholesky?
        var matrix = [Double](repeating: 0, count: count * count)
        for i in 0..<count {
            let row = GaussianProcess.covariances(
                of: points[i],
                coordinates,
                count: count,
                weights,
                signal,
                isChoice,
                upTo: i
            )
            for j in 0..<i { matrix[i * count + j] = row[j] }
        }
        // Equal points make the matrix singular but for the noise: more of it mends that.
        while factor == nil {
            for i in 0..<count { matrix[i * count + i] = signal + noise }
            factor = Cholesky(matrix, count: count)
            guard noise <= signal else { break }
            noise *= 10
        }
        guard let factor else { return nil }
        self.factor = factor
        alpha = factor.solve(values.map { $0 - settings.mean })
    }

    /// The mean and the variance of the function (not of a noisy observation) at a point.
    func predict(_ point: [Double]) -> (mean: Double, variance: Double) {
        var k = covariances(with: point)
        let mean = mean(given: k)
        factor.solveLower(&k)
        var explained = 0.0
        for i in 0..<count { explained += k[i] * k[i] }
        return (mean, max(signal - explained, 1e-12 * signal))
    }

    /// The mean alone, which is cheaper.
    func mean(at point: [Double]) -> Double {
        mean(given: covariances(with: point))
    }

    private func mean(given k: [Double]) -> Double {
        var mean = settings.mean
        for i in 0..<count { mean += k[i] * alpha[i] }
        return mean
    }

    private func covariances(with point: [Double]) -> [Double] {
        GaussianProcess.covariances(
            of: point,
            coordinates,
            count: count,
            weights,
            signal,
            isChoice,
            upTo: count
        )
    }

    /// The same with the derivatives by every coordinate; 0 for choices.
    func predictWithGradient(_ point: [Double]) -> Prediction {
        let dimension = isChoice.count
        var k = [Double](repeating: 0, count: count)
        var slopes = k
        GaussianProcess.distances(of: point, coordinates, count: count, weights, isChoice, into: &k)
        for i in 0..<count {
            let (value, slope) = Matern.valueAndSlope(k[i])
            k[i] = signal * value
            slopes[i] = signal * slope
        }
        var mean = settings.mean
        for i in 0..<count { mean += k[i] * alpha[i] }
        var v = k
        factor.solveLower(&v)
        var explained = 0.0
        for i in 0..<count { explained += v[i] * v[i] }
        factor.solveUpper(&v)
        var prediction = Prediction(
            mean: mean,
            variance: max(signal - explained, 1e-12 * signal),
            meanGradient: [Double](repeating: 0, count: dimension),
            varianceGradient: [Double](repeating: 0, count: dimension)
        )
        for axis in 0..<dimension where !isChoice[axis] {
            var meanSlope = 0.0
            var varianceSlope = 0.0
            let start = axis * count
            for i in 0..<count {
                let slope = slopes[i] * (point[axis] - coordinates[start + i])
                meanSlope += alpha[i] * slope
                varianceSlope += v[i] * slope
            }
            prediction.meanGradient[axis] = 2 * weights[axis] * meanSlope
            prediction.varianceGradient[axis] = -4 * weights[axis] * varianceSlope
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

    /// Weighted squared distances from a point to the first of `count` observed ones.
    private static func distances(
        of point: [Double],
        _ coordinates: [Double],
        count: Int,
        upTo end: Int? = nil,
        _ weights: [Double],
        _ isChoice: [Bool],
        into distances: inout [Double]
    ) {
        let end = end ?? count
        coordinates.withUnsafeBufferPointer { coordinates in
            distances.withUnsafeMutableBufferPointer { distances in
                for axis in weights.indices {
                    let weight = weights[axis]
                    let coordinate = point[axis]
                    let start = axis * count
                    if isChoice[axis] {
                        for i in 0..<end where coordinates[start + i] != coordinate { distances[i] += weight }
                    } else {
                        for i in 0..<end {
                            let difference = coordinates[start + i] - coordinate
                            distances[i] += weight * difference * difference
                        }
                    }
                }
            }
        }
    }

    private static func covariances(
        of point: [Double],
        _ coordinates: [Double],
        count: Int,
        _ weights: [Double],
        _ signal: Double,
        _ isChoice: [Bool],
        upTo end: Int
    ) -> [Double] {
        var k = [Double](repeating: 0, count: count)
        distances(of: point, coordinates, count: count, upTo: end, weights, isChoice, into: &k)
        k.withUnsafeMutableBufferPointer { k in
            Matern.replace(k, upTo: end, signal: signal)
        }
        return k
    }
}

/// The settings of a kernel, as logarithms where they are positive.
struct KernelSettings: Equatable {
    /// ln(1/length²) of every axis.
    var logWeights: [Double]
    /// The logarithm of the function's variance.
    var logSignal: Double
    /// The logarithm of the observations' variance around the function.
    var logNoise: Double
    /// The function's mean far from all observations.
    var mean: Double
}

/// The Matérn-5/2 correlation of a squared distance.
enum Matern {
    private static let rootOf5 = 2.23606797749979

    /// The correlation, and its derivative by the squared distance.
    @inline(__always)
    static func valueAndSlope(_ squared: SIMD4<Double>) -> (value: SIMD4<Double>, slope: SIMD4<Double>) {
        let scaled = rootOf5 * squared.squareRoot()
        let decay = VectorArithmetic.exp(-scaled)
        let linear = 1 + scaled
        return ((linear + 5.0 / 3 * squared) * decay, -5.0 / 6 * linear * decay)
    }

    static func valueAndSlope(_ squared: Double) -> (value: Double, slope: Double) {
        let (value, slope) = valueAndSlope(SIMD4(repeating: squared))
        return (value[0], slope[0])
    }

    /// Replaces squared distances by covariances.
    static func replace(_ values: UnsafeMutableBufferPointer<Double>, upTo end: Int, signal: Double) {
        var index = 0
        while index < end {
            var lanes = SIMD4<Double>()
            let width = min(4, end - index)
            for lane in 0..<width { lanes[lane] = values[index + lane] }
            let result = signal * valueAndSlope(lanes).value
            for lane in 0..<width { values[index + lane] = result[lane] }
            index += 4
        }
    }
}
