/// Costs as a Gaussian process likes them: around 0, of variance about 1, and without a long upper tail.
///
/// Costs are first bounded above (a diverged training's 1e300 says "bad", and no more), scaled, and then bent by the
/// Yeo–Johnson power that makes them most like a sample of a normal law; never so that differences between good costs
/// shrink beside those between bad ones.
///
/// Source: Yeo and Johnson, "A New Family of Power Transformations", Biometrika 87(4), 2000; its use on responses is
/// that of Cowen-Rivers et al., "HEBO", JAIR 74, 2022, with the power bounded by 1 here.
struct ResponseTransform {
    /// The transformed costs, in the order given.
    let values: [Double]

    /// - Parameter costs: Finite; at least one.
    init(_ costs: [Double]) {
        let sorted = costs.sorted()
        let least = sorted[0]
        let median = sorted[sorted.count / 2]
        // Halves, because the range of two Doubles may not be one.
        let reach = 20 * (median / 2 - least / 2)
        let ceiling =
            median / 2 + reach < Double.greatestFiniteMagnitude / 2 ? median / 2 + reach : sorted[sorted.count - 1] / 2
        let halves = costs.map { reach > 0 ? min($0 / 2, ceiling) : $0 / 2 }
        let scaled = ResponseTransform.standardized(halves)
        guard costs.count >= 4 else {
            values = scaled
            return
        }
        var best = (likelihood: -Double.infinity, values: scaled)
        for step in 0...8 {
            let power = 1 - 0.25 * Double(step)
            let bent = scaled.map { ResponseTransform.yeoJohnson($0, power) }
            let mean = bent.reduce(0, +) / Double(bent.count)
            let variance = bent.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(bent.count)
            guard variance > 1e-12, variance.isFinite else { continue }
            var likelihood = -0.5 * Double(bent.count) * ElementaryFunctions.log(variance)
            for value in scaled {
                let magnitude = ElementaryFunctions.log(1 + value.magnitude)
                likelihood += (power - 1) * (value < 0 ? -magnitude : magnitude)
            }
            if likelihood > best.likelihood { best = (likelihood, bent) }
        }
        values = ResponseTransform.standardized(best.values)
    }

    /// With mean 0 and variance 1; all 0 when they are all equal.
    static func standardized(_ values: [Double]) -> [Double] {
        let largest = values.reduce(0) { max($0, $1.magnitude) }
        guard largest > 0 else { return values.map { _ in 0 } }
        let scaled = values.map { $0 / largest }
        let mean = scaled.reduce(0, +) / Double(scaled.count)
        let variance = scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scaled.count)
        let deviation = variance.squareRoot()
        guard deviation > 1e-14 else { return values.map { _ in 0 } }
        return scaled.map { ($0 - mean) / deviation }
    }

    private static func yeoJohnson(_ value: Double, _ power: Double) -> Double {
        if value >= 0 {
            let logarithm = ElementaryFunctions.log(1 + value)
            return power.magnitude < 1e-9 ? logarithm : (ElementaryFunctions.exp(power * logarithm) - 1) / power
        }
        let other = 2 - power
        let logarithm = ElementaryFunctions.log(1 - value)
        return other.magnitude < 1e-9 ? -logarithm : -(ElementaryFunctions.exp(other * logarithm) - 1) / other
    }
}
