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
    private static func valueAndSlope(
        _ squared: SIMD4<Double>
    ) -> (value: SIMD4<Double>, slope: SIMD4<Double>) {
        let scaled = rootOf5 * squared.squareRoot()
        let decay = VectorArithmetic.exp(-scaled)
        let linear = 1 + scaled
        return ((linear + 5.0 / 3 * squared) * decay, -5.0 / 6 * linear * decay)
    }

    /// Replaces the first `end` squared distances by correlations.
    ///
    /// - Parameter slopes: Where the derivatives by the squared distance go, as many, if they are wanted.
    static func replace(
        _ values: UnsafeMutableBufferPointer<Double>,
        slopes: UnsafeMutableBufferPointer<Double>? = nil,
        upTo end: Int
    ) {
        var index = 0
        while index < end {
            var lanes = SIMD4<Double>()
            let width = min(4, end - index)
            for lane in 0..<width { lanes[lane] = values[index + lane] }
            let (value, slope) = valueAndSlope(lanes)
            for lane in 0..<width { values[index + lane] = value[lane] }
            if let slopes {
                for lane in 0..<width { slopes[index + lane] = slope[lane] }
            }
            index += 4
        }
    }
}
