import Glibc

/// Tests of fit, for samples drawn with fixed seeds: a test that passes once passes always.
enum Statistics {
    /// Pearson's χ² of counts against what was expected.
    static func chiSquared(_ counts: [Int], expected: [Double]) -> Double {
        zip(counts, expected).reduce(0) { sum, pair in
            let difference = Double(pair.0) - pair.1
            return sum + difference * difference / pair.1
        }
    }

    /// A χ² that a true law exceeds about once in ten thousand times (mean plus four standard deviations or so).
    static func limit(degrees: Int) -> Double {
        Double(degrees) + 4 * (2 * Double(degrees)).squareRoot() + 8
    }

    /// The Kolmogorov–Smirnov distance of a sample from a law on [0, 1], times √n. A true law exceeds 1.95 once in a
    /// thousand times.
    ///
    /// - Parameter sample: Values already passed through the law's distribution function.
    static func kolmogorovSmirnov(_ sample: [Double]) -> Double {
        let sorted = sample.sorted()
        let count = Double(sorted.count)
        var distance = 0.0
        for (index, value) in sorted.enumerated() {
            distance = max(distance, value - Double(index) / count, Double(index + 1) / count - value)
        }
        return distance * count.squareRoot()
    }
}
