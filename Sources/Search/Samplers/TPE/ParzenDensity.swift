/// A density over a space: a mixture of one multivariate kernel a point, and of one as wide as the space.
///
/// Along a range a kernel is a normal law cut off at the ends; over choices it favours its own. The wide kernel is the
/// prior, which keeps every point possible.
///
/// Source: Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011, §4; multivariate and with the
/// magic clip as in Falkner, Klein and Hutter, "BOHB", ICML 2018, and Watanabe, "Tree-Structured Parzen Estimator",
/// arXiv:2304.11127, §3.3.
struct ParzenDensity {
    private let axes: [UnitSpace.Axis]
    private let points: [[Double]]
    /// Standard deviation of the kernels along each axis.
    private let widths: [Double]
    /// The points again, one after another, choices as 0.
    private let centres: [Double]
    /// 1 / width along each axis, 0 along choices.
    private let precisions: [Double]
    /// For every kernel, the prior's last, the logarithm of its weight and of its height where the point agrees with it
    /// in everything.
    private let logHeights: [Double]
    /// For every axis of choices by how much the logarithm falls where a kernel's choice is another.
    private let drops: [(axis: Int, drop: Double)]

    /// - Parameters:
    ///   - points: Where kernels stand.
    ///   - priorWeight: The weight of the wide kernel; every other has 1.
    init(points: [[Double]], axes: [UnitSpace.Axis], priorWeight: Double = 1) {
        self.points = points
        self.axes = axes
        // Scott's rule for this many points and axes, from which the spread of the points themselves is left out: a
        // tight cluster of good points should not shut its own neighbourhood.
        let count = Double(points.count + 1)
        let scott = 0.2 * ElementaryFunctions.exp(-ElementaryFunctions.log(count) / Double(axes.count + 4))
        // The magic clip: no kernel is narrower than the prior by more than the number of points.
        let clip = 1 / min(100, 1 + count)
        let widths = axes.map { axis -> Double in
            switch axis {
            case .continuous: max(scott, clip)
            case .ordered(let levels): max(scott, clip, 0.5 / levels)
            case .choice: 0
            }
        }
        self.widths = widths
        precisions = widths.map { $0 > 0 ? 1 / $0 : 0 }
        centres = points.flatMap { point in zip(axes, point).map { $0.isChoice ? 0 : $1 } }

        var (ownHeight, priorHeight) = (0.0, 0.0)
        var drops: [(axis: Int, drop: Double)] = []
        for (axis, kind) in axes.enumerated() {
            guard case .choice(let choices) = kind else {
                ownHeight -= ElementaryFunctions.log(widths[axis]) + NormalLaw.logOfRootOfTwoPi
                continue
            }
            let own = ParzenDensity.own(choices, points.count)
            let other = (1 - own) / Double(choices)
            let same = ElementaryFunctions.log(own + other)
            ownHeight += same
            priorHeight -= ElementaryFunctions.log(Double(choices))
            drops.append((axis, same - ElementaryFunctions.log(other)))
        }
        self.drops = drops
        let total = ElementaryFunctions.log(Double(points.count) + priorWeight)
        var logHeights = points.map { point -> Double in
            ownHeight - total - ParzenDensity.logMass(point, axes, widths)
        }
        logHeights.append(priorHeight - total + ElementaryFunctions.log(priorWeight))
        self.logHeights = logHeights
    }

    /// The logarithm of what a kernel's normal laws have between the ends.
    private static func logMass(_ point: [Double], _ axes: [UnitSpace.Axis], _ widths: [Double]) -> Double {
        var (sum, product) = (0.0, 1.0)
        for axis in axes.indices where widths[axis] > 0 {
            let low = NormalLaw.probability(below: -point[axis] / widths[axis])
            let high = NormalLaw.probability(below: (1 - point[axis]) / widths[axis])
            product *= max(high - low, 1e-12)
            // One logarithm for many axes, as long as their product is far from what a Double holds.
            if product < 1e-200 {
                sum += ElementaryFunctions.log(product)
                product = 1
            }
        }
        return sum + ElementaryFunctions.log(product)
    }

    /// A point drawn from the density.
    func draw(using generator: inout SeededGenerator) -> [Double] {
        let kernel = Int(generator.below(UInt64(points.count + 1)))
        return axes.indices.map { axis in
            switch axes[axis] {
            case .choice(let count):
                guard kernel < points.count, generator.unit() < ParzenDensity.own(count, points.count) else {
                    return Double(generator.below(UInt64(count)))
                }
                return points[kernel][axis]
            case .continuous, .ordered:
                guard kernel < points.count else { return generator.unit() }
                let centre = points[kernel][axis]
                let low = NormalLaw.probability(below: -centre / widths[axis])
                let high = NormalLaw.probability(below: (1 - centre) / widths[axis])
                let z = NormalLaw.quantile(low + generator.unit() * (high - low))
                return min(max(centre + widths[axis] * z, 0), 1)
            }
        }
    }

    /// The logarithm of the density at a point.
    func logarithm(at point: [Double]) -> Double {
        var logs = logHeights
        centres.withUnsafeBufferPointer { centres in
            guard let first = centres.baseAddress else { return }
            for kernel in points.indices {
                logs[kernel] -=
                    0.5
                    * VectorArithmetic.distance(
                        from: point,
                        to: first + kernel * axes.count,
                        weights: precisions,
                        count: axes.count
                    )
            }
        }
        for (axis, drop) in drops {
            for kernel in points.indices where points[kernel][axis] != point[axis] { logs[kernel] -= drop }
        }
        let largest = logs.reduce(-Double.infinity, max)
        guard largest > -.infinity else { return largest }
        var total = 0.0
        for sum in logs where sum - largest > -40 { total += ElementaryFunctions.exp(sum - largest) }
        return largest + ElementaryFunctions.log(total)
    }

    /// How much of a kernel over choices is on its own choice rather than spread over all: more with more points.
    private static func own(_ choices: Int, _ points: Int) -> Double {
        Double(points) / (Double(points) + Double(choices))
    }
}
