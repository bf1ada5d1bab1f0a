/// Costs as a Gaussian process likes them: around 0, of variance about 1, and without a long upper tail.
///
/// Two shapes serve, drawn by lot for every trial, because neither is right for every job: a model of the one that fits
/// badly suggests poorly until the other is drawn.
struct ResponseTransform {
    /// What becomes of costs above the median.
    enum Shape {
        /// They keep their proportions, up to a bound: a diverged training's 1e300 says "bad", and no more.
        case bounded
        /// Their distance from the median counts by its logarithm, so that differences between good trials stand out: for
        /// losses over several magnitudes, and while a few trials have to do.
        case compressed
    }

    /// The transformed costs, in the order given.
    let values: [Double]

    /// How far above the median costs of shape `bounded` may be, in distances of the median from the best.
    private static let reach = 20.0
    /// Where compression sets in, in distances of the median from the best.
    private static let knee = 0.5

    /// - Parameter costs: Finite; at least one.
    init(_ costs: [Double], _ shape: Shape) {
        // Halves throughout, because the range of two Doubles may not be one.
        let halves = costs.map { $0 / 2 }
        let sorted = halves.sorted()
        let median = sorted[sorted.count / 2]
        // Where most costs are the best, the distance of the others is all there is to measure by.
        let others = sorted.drop { $0 == sorted[0] }.map { $0 - sorted[0] }
        let spread = median > sorted[0] || others.isEmpty ? median - sorted[0] : others[(others.count - 1) / 2]
        guard spread > 0 else {
            values = ResponseTransform.standardized(halves)
            return
        }
        let bent = halves.map { half -> Double in
            guard half > median else { return (half - median) / spread }
            let above = half / spread - median / spread
            switch shape {
            case .bounded: return min(above, ResponseTransform.reach)
            case .compressed:
                return ResponseTransform.knee * ElementaryFunctions.log(1 + min(above / ResponseTransform.knee, 1e300))
            }
        }
        values = ResponseTransform.standardized(bent)
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
}
