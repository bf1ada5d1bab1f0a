/// The state of a covariance matrix adaptation: where to draw next, learned generation by generation.
///
/// Source: Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772. Three things differ from it:
/// - paths are whitened with the Cholesky factor of the covariance instead of its root (Krause, Arbonès and Igel,
///   "CMA-ES with Optimal Covariance Update and Storage Complexity", NeurIPS 2016), which is much cheaper;
/// - steps longer than a draw plausibly is, from trials that another state suggested, are shortened (Hansen, "Injecting
///   External Solutions Into CMA-ES", arXiv:1110.4181);
/// - along axes with few values the deviation is kept large enough to reach the next one now and then: the margin of
///   Hamano et al., "CMA-ES with Margin", GECCO 2022, applied to the deviation alone.
///
/// Choices have a probability each, which moves towards those of the better half of a generation and never falls below
/// a margin, as in Hamano et al., "CatCMA", GECCO 2024, without its adaptive learning rate.
struct EvolutionStrategy {
    /// Trials a generation.
    let population: Int
    private(set) var mean: [Double]
    private(set) var sigma: Double
    /// Probabilities of choices, axis by axis; empty for axes in order.
    private(set) var probabilities: [[Double]]

    private let space: UnitSpace
    /// The axes in order, which the covariance is about.
    private let ordered: [Int]
    /// Row by row; what is above the diagonal means nothing.
    private var covariance: [Double]
    private var factor: Cholesky
    private var sigmaPath: [Double]
    private var covariancePath: [Double]
    private var generation = 0
    private let weights: [Double]
    private let selectionMass: Double

    /// - Parameters:
    ///   - mean: Where to begin, a point of the space.
    ///   - sigma: The first standard deviation, in parts of an axis.
    ///   - population: 2 or more; `nil` for 4 + 3·ln(axes).
    init(in space: UnitSpace, mean: [Double], sigma: Double, population: Int? = nil) {
        let axes = space.axes
        self.space = space
        self.mean = mean
        self.sigma = sigma
        ordered = axes.indices.filter { !axes[$0].isChoice }
        let count = ordered.count
        let size = population ?? EvolutionStrategy.population(axes.count)
        self.population = size
        probabilities = zip(axes, mean).map { axis, start in
            guard case .choice(let count) = axis else { return [] }
            // The best start so far gets an extra share.
            return (0..<count).map { (0.7 / Double(count)) + (Double($0) == start ? 0.3 : 0) }
        }
        covariance = [Double](repeating: 0, count: count * count)
        for i in 0..<count { covariance[i * count + i] = 1 }
        factor = Cholesky(identity: count)
        sigmaPath = [Double](repeating: 0, count: count)
        covariancePath = sigmaPath
        let half = size / 2
        let raw = (0..<half).map {
            ElementaryFunctions.log(Double(size + 1) / 2) - ElementaryFunctions.log(Double($0 + 1))
        }
        let total = raw.reduce(0, +)
        weights = raw.map { $0 / total }
        selectionMass = 1 / weights.reduce(0) { $0 + $1 * $1 }
    }

    static func population(_ dimension: Int) -> Int {
        4 + Int(3 * ElementaryFunctions.log(Double(max(1, dimension))))
    }

    /// A point drawn from the current state, not yet moved to values of the space.
    func draw(using generator: inout SeededGenerator) -> [Double] {
        var point = mean
        for attempt in 0..<10 {
            let steps = factor.multiplyLower(generator.normals(ordered.count))
            var isInside = true
            for (i, axis) in ordered.enumerated() {
                point[axis] = mean[axis] + sigma * steps[i] * margin(i)
                if point[axis] < 0 || point[axis] > 1 { isInside = false }
            }
            if isInside || attempt == 9 { break }
        }
        for axis in ordered { point[axis] = min(max(point[axis], 0), 1) }
        for (axis, chances) in probabilities.enumerated() where !chances.isEmpty {
            var rest = generator.unit()
            var choice = 0
            while choice < chances.count - 1, rest >= chances[choice] {
                rest -= chances[choice]
                choice += 1
            }
            point[axis] = Double(choice)
        }
        return point
    }

    /// By how much the deviation along an ordered axis is widened, so that its values other than the mean's keep a
    /// chance of about one in `population · axes`.
    private func margin(_ i: Int) -> Double {
        let axis = ordered[i]
        guard let distance = space.distanceToOtherValue(from: mean[axis], on: axis) else { return 1 }
        let chance = 1 / Double(population * space.dimension)
        let reach = -NormalLaw.quantile(min(chance, 0.45))
        let deviation = sigma * covariance[i * ordered.count + i].squareRoot()
        return max(1, distance / reach / deviation)
    }

    /// Learns from a generation.
    ///
    /// - Parameter ranked: Its points, the best first; those of failed trials are not among them. Of fewer than
    ///   half a generation each has the more to say.
    mutating func learn(_ ranked: [[Double]]) {
        generation += 1
        let taught = min(weights.count, ranked.count)
        guard taught > 0 else {
            sigma = max(sigma * 0.9, 1e-12)  // nothing but failures around here: come closer to where it worked
            return
        }
        let total = weights[..<taught].reduce(0, +)
        let shares = weights[..<taught].map { $0 / total }
        // By the spread of an average of so many steps that nobody selected the paths measure how long it is.
        let mass = 1 / shares.reduce(0) { $0 + $1 * $1 }
        learnChoices(ranked, shares)
        let count = ordered.count
        guard count > 0 else { return }
        let n = Double(count)
        let expected = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))

        // Steps of the better half, in units of sigma.
        var steps: [[Double]] = []
        var average = [Double](repeating: 0, count: count)
        for place in 0..<taught {
            var step = ordered.map { (ranked[place][$0] - mean[$0]) / sigma }
            var white = step
            factor.solveLower(&white)
            let length = white.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let longest = n.squareRoot() + 2 * n / (n + 2)
            if length > longest { for i in step.indices { step[i] *= longest / length } }
            steps.append(step)
            for i in 0..<count { average[i] += shares[place] * step[i] }
        }
        for (i, axis) in ordered.enumerated() { mean[axis] = min(max(mean[axis] + sigma * average[i], 0), 1) }

        let pathRate = (selectionMass + 2) / (n + selectionMass + 5)
        let damping = 1 + 2 * max(0, ((selectionMass - 1) / (n + 1)).squareRoot() - 1) + pathRate
        var white = average
        factor.solveLower(&white)
        let push = (pathRate * (2 - pathRate) * mass).squareRoot()
        for i in 0..<count { sigmaPath[i] = (1 - pathRate) * sigmaPath[i] + push * white[i] }
        let length = sigmaPath.reduce(0) { $0 + $1 * $1 }.squareRoot()
        var fading = 1.0
        for _ in 0..<min(2 * generation, 4000) { fading *= 1 - pathRate }
        let isSteady = length / (1 - fading).squareRoot() < (1.4 + 2 / (n + 1)) * expected
        let slowRate = (4 + selectionMass / n) / (n + 4 + 2 * selectionMass / n)
        let slowPush = isSteady ? (slowRate * (2 - slowRate) * mass).squareRoot() : 0
        for i in 0..<count { covariancePath[i] = (1 - slowRate) * covariancePath[i] + slowPush * average[i] }

        let rankOne = 2 / ((n + 1.3) * (n + 1.3) + selectionMass)
        let rankMu = min(1 - rankOne, 2 * (selectionMass - 2 + 1 / selectionMass) / ((n + 2) * (n + 2) + selectionMass))
        let lost = isSteady ? 0 : slowRate * (2 - slowRate)
        let keep = 1 - rankOne - rankMu + rankOne * lost
        covariance.withUnsafeMutableBufferPointer { buffer in
            guard let rows = buffer.baseAddress else { return }
            for i in 0..<count {
                // The lower triangle, which is all that is ever read.
                let row = rows + i * count
                for j in 0...i { row[j] *= keep }
                VectorArithmetic.add(rankOne * covariancePath[i], covariancePath, to: row, count: i + 1)
                for (step, share) in zip(steps, shares) {
                    VectorArithmetic.add(rankMu * share * step[i], step, to: row, count: i + 1)
                }
            }
        }
        if let next = Cholesky(covariance, count: count) {
            factor = next
        } else {
            // Numerically flat: as at the start, which loses the shape and nothing else.
            for i in 0..<count { for j in 0..<count { covariance[i * count + j] = i == j ? 1 : 0 } }
            factor = Cholesky(identity: count)
        }
        sigma *= ElementaryFunctions.exp(min(1, pathRate / damping * (length / expected - 1)))
        sigma = min(max(sigma, 1e-15), 1)
    }

    private mutating func learnChoices(_ ranked: [[Double]], _ shares: [Double]) {
        for axis in probabilities.indices where !probabilities[axis].isEmpty {
            let count = probabilities[axis].count
            guard count > 1 else { continue }
            let rate = min(0.5, selectionMass / Double(count + 4))
            var chances = probabilities[axis].map { (1 - rate) * $0 }
            for (place, share) in shares.enumerated() {
                let choice = Int(ranked[place][axis])
                if chances.indices.contains(choice) { chances[choice] += rate * share }
            }
            let least = 0.5 / Double(population * count)
            for choice in chances.indices { chances[choice] = max(chances[choice], least) }
            let total = chances.reduce(0, +)
            probabilities[axis] = chances.map { $0 / total }
        }
    }

    /// Whether draws hardly differ any more, so that another start promises more.
    var hasConverged: Bool {
        guard !ordered.isEmpty else { return probabilities.allSatisfy { $0.isEmpty || ($0.max() ?? 1) > 0.9 } }
        let count = ordered.count
        return (0..<count).allSatisfy { sigma * covariance[$0 * count + $0].squareRoot() < 1e-9 }
    }
}

extension Cholesky {
    /// The factor of the identity.
    init(identity count: Int) {
        var lower = [Double](repeating: 0, count: count * count)
        for i in 0..<count { lower[i * count + i] = 1 }
        self.init(lower: lower, count: count)
    }
}
