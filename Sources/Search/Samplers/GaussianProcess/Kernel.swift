/// The covariance of a function's values at two points.
///
/// The function is a sum of two. In one all axes act together: its covariance is Matérn-5/2 with one length scale an
/// axis. The other is itself a sum, of one function an axis, as most of what hyperparameters do each does on its own;
/// such a sum is learned from far fewer observations. How much of the variance it has is fitted with all else. Its
/// covariances are rational quadratic, with length scales in proportion to those of the first. Between two choices there
/// is either no distance or one.
///
/// Source: Duvenaud, Nickisch and Rasmussen, "Additive Gaussian Processes", NeurIPS 2011, of which this has the first
/// order and the last; Rasmussen and Williams, *Gaussian Processes for Machine Learning*, 2006, equations 4.17 and 4.19
/// with α = 1.
struct Kernel {
    /// 1/length² of every axis.
    let weights: [Double]
    /// The function's variance.
    let signal: Double
    /// The parts of the variance: of the function of all axes together, and of that of each axis.
    private let jointSignal: Double
    private let axisSignal: Double
    private let isChoice: [Bool]

    init(_ settings: KernelSettings, isChoice: [Bool]) {
        self.isChoice = isChoice
        weights = settings.logWeights.map { ElementaryFunctions.exp($0) }
        signal = ElementaryFunctions.exp(settings.logSignal)
        jointSignal = signal * (1 - settings.additiveShare)
        axisSignal = signal * settings.additiveShare / Double(max(1, isChoice.count))
    }

    /// The covariances of a point with the first `end` of `count` others.
    ///
    /// - Parameter coordinates: The others' coordinates, axis by axis.
    /// - Returns: `count` numbers, 0 from `end` on.
    func covariances(
        of point: [Double],
        with coordinates: [Double],
        count: Int,
        upTo end: Int? = nil
    ) -> [Double] {
        let end = end ?? count
        var (values, sums) = distances(of: point, with: coordinates, count: count, upTo: end)
        values.withUnsafeMutableBufferPointer { Matern.replace($0, upTo: end) }
        for i in 0..<end { values[i] = jointSignal * values[i] + axisSignal * sums[i] }
        return values
    }

    /// The same with all others, and the derivatives of the joint function's by the squared distance.
    func covariancesAndSlopes(
        of point: [Double],
        with coordinates: [Double],
        count: Int
    ) -> (values: [Double], jointSlopes: [Double]) {
        var (values, sums) = distances(of: point, with: coordinates, count: count, upTo: count)
        var slopes = [Double](repeating: 0, count: count)
        values.withUnsafeMutableBufferPointer { values in
            slopes.withUnsafeMutableBufferPointer { Matern.replace(values, slopes: $0, upTo: count) }
        }
        for i in 0..<count {
            values[i] = jointSignal * values[i] + axisSignal * sums[i]
            slopes[i] *= jointSignal
        }
        return (values, slopes)
    }

    /// The derivative of one axis' own covariance by its weighted squared distance.
    func axisSlope(_ squared: Double) -> Double {
        let correlation = AxisCorrelation.value(squared)
        return -AxisCorrelation.sharpness * axisSignal * correlation * correlation
    }

    /// Weighted squared distances, and the sums of every axis' own correlation.
    private func distances(
        of point: [Double],
        with coordinates: [Double],
        count: Int,
        upTo end: Int
    ) -> (squared: [Double], sums: [Double]) {
        var squared = [Double](repeating: 0, count: count)
        var sums = squared
        coordinates.withUnsafeBufferPointer { coordinates in
            squared.withUnsafeMutableBufferPointer { squared in
                sums.withUnsafeMutableBufferPointer { sums in
                    guard let all = coordinates.baseAddress, let squared = squared.baseAddress,
                        let sums = sums.baseAddress
                    else { return }
                    for axis in weights.indices {
                        let weight = weights[axis]
                        let coordinate = point[axis]
                        let others = all + axis * count
                        if isChoice[axis] {
                            let other = AxisCorrelation.value(weight)
                            for i in 0..<end {
                                let isSame = others[i] == coordinate
                                squared[i] += isSame ? 0 : weight
                                sums[i] += isSame ? 1 : other
                            }
                        } else {
                            AxisCorrelation.add(
                                distancesFrom: coordinate,
                                to: others,
                                weight: weight,
                                squared: squared,
                                sums: sums,
                                count: end
                            )
                        }
                    }
                }
            }
        }
        return (squared, sums)
    }
}
