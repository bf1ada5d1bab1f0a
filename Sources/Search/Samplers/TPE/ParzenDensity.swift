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
    /// Logarithms of the kernels' weights, the prior's last.
    private let logWeights: [Double]
    /// For every kernel and axis the logarithm of what its normal law has between the ends.
    private let logMasses: [[Double]]

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
        widths = axes.map { axis in
            switch axis {
            case .continuous: max(scott, clip)
            case .ordered(let levels): max(scott, clip, 0.5 / levels)
            case .choice: 0
            }
        }
        let total = ElementaryFunctions.log(Double(points.count) + priorWeight)
        logWeights = points.map { _ in -total } + [ElementaryFunctions.log(priorWeight) - total]
        let widths = widths
        logMasses = points.map { point in
            axes.indices.map { axis in
                if case .choice = axes[axis] { return 0 }
                let low = NormalLaw.probability(below: -point[axis] / widths[axis])
                let high = NormalLaw.probability(below: (1 - point[axis]) / widths[axis])
                return ElementaryFunctions.log(max(high - low, 1e-12) * widths[axis]) + NormalLaw.logOfRootOfTwoPi
            }
        }
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
        var largest = -Double.infinity
        var logs: [Double] = []
        logs.reserveCapacity(points.count + 1)
        for kernel in 0...points.count {
            var sum = logWeights[kernel]
            for axis in axes.indices {
                switch axes[axis] {
                case .choice(let count):
                    let even = 1 / Double(count)
                    guard kernel < points.count else {
                        sum += ElementaryFunctions.log(even)
                        continue
                    }
                    let own = ParzenDensity.own(count, points.count)
                    let isSame = points[kernel][axis] == point[axis]
                    sum += ElementaryFunctions.log((isSame ? own : 0) + (1 - own) * even)
                case .continuous, .ordered:
                    guard kernel < points.count else { continue }
                    let z = (point[axis] - points[kernel][axis]) / widths[axis]
                    sum -= 0.5 * z * z + logMasses[kernel][axis]
                }
            }
            logs.append(sum)
            largest = max(largest, sum)
        }
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
