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
        for i in 0..<count {
            let (value, slope) = Matern.valueAndSlope(values[i])
            values[i] = jointSignal * value + axisSignal * sums[i]
            sums[i] = jointSignal * slope
        }
        return (values, sums)
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
                    for axis in weights.indices {
                        let weight = weights[axis]
                        let coordinate = point[axis]
                        let start = axis * count
                        if isChoice[axis] {
                            let other = AxisCorrelation.value(weight)
                            for i in 0..<end {
                                let isSame = coordinates[start + i] == coordinate
                                squared[i] += isSame ? 0 : weight
                                sums[i] += isSame ? 1 : other
                            }
                        } else {
                            guard let others = coordinates.baseAddress, let r = squared.baseAddress,
                                let sum = sums.baseAddress
                            else { continue }
                            AxisCorrelation.add(
                                distancesFrom: coordinate,
                                to: others + start,
                                weight: weight,
                                squared: r,
                                sums: sum,
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

/// The settings of a kernel and of what is observed, as logarithms where they are positive.
struct KernelSettings: Equatable {
    /// ln(1/length²) of every axis.
    var logWeights: [Double]
    /// The logarithm of the function's variance.
    var logSignal: Double
    /// The logarithm of the observations' variance around the function.
    var logNoise: Double
    /// The function's mean far from all observations.
    var mean: Double
    /// ln(s/(1 − s)) of the share s of the variance that functions of one axis have.
    var additiveLogit: Double

    var additiveShare: Double { 1 / (1 + ElementaryFunctions.exp(-additiveLogit)) }
}

extension KernelSettings {
    /// How many numbers there are besides the weights.
    static let others = 4

    /// All of them in one list: the weights, signal, noise, mean, additive share.
    var list: [Double] { logWeights + [logSignal, logNoise, mean, additiveLogit] }

    /// - Parameter list: At least `others` numbers.
    init(list: [Double]) {
        let dimension = list.count - KernelSettings.others
        logWeights = Array(list[..<dimension])
        logSignal = list[dimension]
        logNoise = list[dimension + 1]
        mean = list[dimension + 2]
        additiveLogit = list[dimension + 3]
    }
}

/// The correlation of the values of a function of one axis, by the weighted squared distance on it.
enum AxisCorrelation {
    /// By how much it falls faster than the joint function's: a function of one axis may bend more often, as observations
    /// lie closer together on an axis than in the space.
    static let sharpness = 3.0

    @inline(__always)
    static func value(_ squared: Double) -> Double { 1 / (1 + sharpness * squared) }

    @inline(__always)
    private static func value(_ squared: SIMD8<Double>) -> SIMD8<Double> { 1 / (1 + sharpness * squared) }

    /// Adds the weighted squared distances of one coordinate to `count` others to `squared`, and their correlations to
    /// `sums`.
    @inline(__always)
    static func add(
        distancesFrom coordinate: Double,
        to others: UnsafePointer<Double>,
        weight: Double,
        squared: UnsafeMutablePointer<Double>,
        sums: UnsafeMutablePointer<Double>,
        count: Int
    ) {
        var index = 0
        while index + 8 <= count {
            let difference = VectorArithmetic.eight(others + index) - coordinate
            let distance = weight * difference * difference
            VectorArithmetic.add(distance, to: squared + index)
            VectorArithmetic.add(value(distance), to: sums + index)
            index += 8
        }
        while index < count {
            let difference = others[index] - coordinate
            let distance = weight * difference * difference
            squared[index] += distance
            sums[index] += value(distance)
            index += 1
        }
    }

    /// Adds `factor` times the correlations at `count` squared distances to `sums`.
    @inline(__always)
    static func add(
        _ factor: Double,
        at squared: UnsafePointer<Double>,
        weight: Double,
        to sums: UnsafeMutablePointer<Double>,
        count: Int
    ) {
        var index = 0
        while index + 8 <= count {
            let correlation = value(weight * VectorArithmetic.eight(squared + index))
            VectorArithmetic.add(factor * correlation, to: sums + index)
            index += 8
        }
        while index < count {
            sums[index] += factor * value(weight * squared[index])
            index += 1
        }
    }

    /// Σ factor·distance²·(derivative of the correlation by the weighted squared distance), over `count` squared distances.
    @inline(__always)
    static func slopeSum(
        _ factors: UnsafePointer<Double>,
        at squared: UnsafePointer<Double>,
        weight: Double,
        count: Int
    ) -> Double {
        var sums = SIMD8<Double>()
        var index = 0
        while index + 8 <= count {
            let distance = VectorArithmetic.eight(squared + index)
            let correlation = value(weight * distance)
            sums += VectorArithmetic.eight(factors + index) * distance * correlation * correlation
            index += 8
        }
        var sum = sums.sum()
        while index < count {
            let correlation = value(weight * squared[index])
            sum += factors[index] * squared[index] * correlation * correlation
            index += 1
        }
        return -sharpness * sum
    }
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

    /// Replaces squared distances by correlations.
    static func replace(_ values: UnsafeMutableBufferPointer<Double>, upTo end: Int) {
        var index = 0
        while index < end {
            var lanes = SIMD4<Double>()
            let width = min(4, end - index)
            for lane in 0..<width { lanes[lane] = values[index + lane] }
            let result = valueAndSlope(lanes).value
            for lane in 0..<width { values[index + lane] = result[lane] }
            index += 4
        }
    }
}
