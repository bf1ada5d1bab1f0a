import Testing

@testable import Search

@Suite("A Gaussian process")
struct GaussianProcessTests {
    private let settings = KernelSettings(
        logWeights: [1.3862943611198906, -0.6931471805599453],
        logSignal: 0.4054651081081644,
        logNoise: -4.605170185988091,
        mean: 0.2,
        additiveLogit: -0.8472978603872037
    )
    private let points = [[0.1, 0.0], [0.5, 1.0], [0.9, 0.0]]
    private let values = [1.0, -0.5, 0.3]

    /// Computed with NumPy from the textbook's formulas, with dense solves instead of a factorization.
    @Test(
        "has the posterior of three points, one axis being a choice",
        arguments: [
            ([0.3, 1.0], -0.13583484007507568, 0.26120188336008776),
            ([0.9, 0.0], 0.29809620187841385, 0.009914600583697641),
        ] as [([Double], Double, Double)]
    )
    func posterior(point: [Double], mean: Double, variance: Double) throws {
        let process = try #require(
            GaussianProcess(settings, points: points, values: values, isChoice: [false, true])
        )
        let prediction = process.predict(point)
        #expect(abs(prediction.mean - mean) < 1e-12)
        #expect(abs(prediction.variance - variance) < 1e-12)
        #expect(abs(process.mean(at: point) - mean) < 1e-12)
    }

    @Test("knows how its prediction changes around a point")
    func predictionGradient() throws {
        var settings = settings
        settings.edgeRise = 0.6
        let process = try #require(
            GaussianProcess(settings, points: points, values: values, isChoice: [false, true])
        )
        let step = 1e-6
        for x in [0.05, 0.3, 0.77] {
            let prediction = process.predictWithGradient([x, 1])
            let (before, after) = (process.predict([x - step, 1]), process.predict([x + step, 1]))
            #expect(abs(prediction.meanGradient[0] - (after.mean - before.mean) / (2 * step)) < 1e-6)
            #expect(abs(prediction.varianceGradient[0] - (after.variance - before.variance) / (2 * step)) < 1e-6)
            #expect(prediction.meanGradient[1] == 0)
        }
    }

    private func scattered(_ count: Int, _ dimension: Int) -> (points: [[Double]], values: [Double]) {
        var generator = SeededGenerator(seed: 12)
        let points = (0..<count).map { _ in
            (0..<dimension).map { $0 == 1 ? Double(generator.below(3)) : generator.unit() }
        }
        return (points, points.map { $0[0] * $0[0] - 0.5 * $0[1] + 0.1 * generator.unit() })
    }

    @Test("has a marginal likelihood whose gradient is that of its value")
    func likelihoodGradient() {
        let (points, values) = scattered(14, 3)
        let likelihood = MarginalLikelihood(points: points, values: values, isChoice: [false, true, false])
        let settings = [1.1, -0.4, 2.0, 0.3, -3.0, 0.2, -0.7, 0.4]
        var gradient = [Double](repeating: 0, count: 8)
        _ = likelihood.negativeLogPosterior(settings, &gradient)
        var ignored = gradient
        for index in settings.indices {
            var before = settings
            var after = settings
            before[index] -= 1e-5
            after[index] += 1e-5
            let slope =
                (likelihood.negativeLogPosterior(after, &ignored) - likelihood.negativeLogPosterior(before, &ignored))
                / 2e-5
            #expect(abs(gradient[index] - slope) < 1e-5 * max(1, abs(slope)), "setting \(index)")
        }
    }

    @Test("fits settings that explain the observations better than the prior's")
    func fit() {
        let (points, values) = scattered(20, 3)
        let likelihood = MarginalLikelihood(points: points, values: values, isChoice: [false, true, false])
        let start = likelihood.start
        var gradient = [Double](repeating: 0, count: 8)
        let before = likelihood.negativeLogPosterior(
            start.list,
            &gradient
        )
        let (settings, value) = likelihood.fit(iterations: 40, starts: [start])
        #expect(value < before - 1)
        // The third axis does not matter, so its length scale grows beyond that of the first.
        #expect(settings.logWeights[2] < settings.logWeights[0])
    }

    @Test("has a bowl of mean 0 and variance 1 over the space, which choices have no part in")
    func bowl() {
        let rise = EdgeRise(isChoice: [false, true, false])
        let places = (0..<100).map { (Double($0) + 0.5) / 100 }
        let heights = places.flatMap { x in places.map { rise.height(at: [x, 3, $0]) } }
        let mean = heights.reduce(0, +) / Double(heights.count)
        let variance = heights.reduce(0) { $0 + $1 * $1 } / Double(heights.count)
        #expect(abs(mean) < 1e-3 && abs(variance - 1) < 1e-3)
        #expect(rise.height(at: [0.5, 0, 0.5]) < rise.height(at: [0.5, 0, 0.6]))
        #expect(abs(rise.height(at: [0, 0, 0]) - rise.height(at: [1, 2, 1])) < 1e-12)
        #expect(EdgeRise(isChoice: [true, true]).height(at: [1, 0]) == 0)
    }

    @Test("fits a mean that rises to the edges where costs do, and none where they fall")
    func edgeRise() {
        var generator = SeededGenerator(seed: 7)
        let points = (0..<14).map { _ in (0..<6).map { _ in generator.unit() } }
        func fitted(_ sign: Double) -> Double {
            let values = points.map { point in
                sign * point.reduce(-0.5) { $0 + ($1 - 0.45) * ($1 - 0.45) } / 0.183
            }
            let isChoice = [Bool](repeating: false, count: 6)
            let likelihood = MarginalLikelihood(points: points, values: values, isChoice: isChoice)
            return likelihood.fit(iterations: 60, starts: [likelihood.start]).settings.edgeRise
        }
        #expect(fitted(1) > 0.5)
        #expect(fitted(-1) < 0.01)
    }

    @Test("gives functions of one axis more of the variance where the observed function is a sum of such")
    func additiveShare() {
        var generator = SeededGenerator(seed: 21)
        let points = (0..<40).map { _ in (0..<4).map { _ in generator.unit() } }
        func share(_ function: ([Double]) -> Double) -> Double {
            let values = points.map(function)
            let likelihood = MarginalLikelihood(points: points, values: values, isChoice: [false, false, false, false])
            return likelihood.fit(iterations: 60, starts: [likelihood.start]).settings.additiveShare
        }
        let ofSum = share { $0.reduce(0) { $0 + ElementaryFunctions.exp(-12 * ($1 - 0.6) * ($1 - 0.6)) } }
        let ofProduct = share { point in
            2 * ElementaryFunctions.exp(-6 * point.reduce(0) { $0 + ($1 - 0.4) * ($1 - 0.4) })
        }
        #expect(ofSum > 0.9)
        #expect(ofProduct < 0.2)
    }

    @Test("keeps its log-improvement exact where the improvement itself is zero in a Double")
    func logImprovement() {
        // From 50-digit arithmetic.
        let known: [(Double, Double)] = [
            (0, -0.9189385332046727), (1, 0.08002621884930694), (-1, -2.4851210257126413),
            (-10, -55.55312203612236), (-100, -5010.129578800249),
        ]
        for (z, expected) in known {
            #expect(abs(ExpectedImprovement.logarithm(z).value - expected) < 1e-9 * abs(expected))
        }
        for z in [-200, -51, -49, -8, -1.01, -0.99, 0, 2.5] {
            let step = 1e-5 * max(1, abs(z))
            let slope =
                (ExpectedImprovement.logarithm(z + step).value - ExpectedImprovement.logarithm(z - step).value)
                / (2 * step)
            #expect(abs(ExpectedImprovement.logarithm(z).slope - slope) < 1e-4 * max(1, abs(slope)), "at \(z)")
        }
    }

    @Test("expects next to nothing of an improvement that is worth no trial", arguments: [(0.28, 0.0), (0.2, 0.093)])
    func leastImprovement(best: Double, expected: Double) throws {
        let known = [0, 0.1, best, 0.4, 0.5]
        let settings = KernelSettings(logWeights: [0], logSignal: 0, logNoise: -13, mean: 0.5, additiveLogit: -6)
        let model = try #require(
            CostModel(
                settings,
                points: known.map { [$0] },
                values: known.map { 10 * ($0 - 0.3) * ($0 - 0.3) },
                isChoice: [false]
            )
        )
        #expect(abs(ElementaryFunctions.exp(model.improvement(at: [0.3])) - expected) < 0.002)
    }

    @Test("has an acquisition whose gradient is that of its value, where trials fail too")
    func acquisitionGradient() throws {
        let (points, values) = scattered(12, 3)
        let space = UnitSpace(
            try SearchSpace([
                ParameterDomain(name: "a", domain: .float(min: 0, max: 1)),
                ParameterDomain(name: "b", domain: .categorical(["x", "y", "z"])),
                ParameterDomain(name: "c", domain: .float(min: 0, max: 1)),
            ])
        )
        var generator = SeededGenerator(seed: 5)
        let failed: [[Double]] = [[0.9, 1, 0.9], [0.8, 0, 0.7]]
        let fitted = Surrogate(points: points, costs: values, failed: failed, in: space, using: &generator)
        let surrogate = try #require(fitted)
        let point = [0.42, 1, 0.6]
        var gradient = [0.0, 0, 0]
        let value = surrogate.acquisition(at: point, gradient: &gradient)
        #expect(abs(value - surrogate.acquisition(at: point)) < 1e-9 * max(1, abs(value)))
        for axis in [0, 2] {
            var (before, after) = (point, point)
            before[axis] -= 1e-6
            after[axis] += 1e-6
            let slope = (surrogate.acquisition(at: after) - surrogate.acquisition(at: before)) / 2e-6
            #expect(abs(gradient[axis] - slope) < 1e-3 * max(1, abs(slope)))
        }
    }

    /// Costs fall towards an edge behind which trials fail. Away from it nothing improves, by the model's word; counted in
    /// full that would weigh more than any chance of failure, and not at all, success alone would count.
    @Test("counts a tenth of what hardly improves, where trials fail", arguments: 0..<4 as Range<UInt64>)
    func hardlyAnImprovement(seed: UInt64) throws {
        let space = UnitSpace(try SearchSpace([ParameterDomain(name: "a", domain: .float(min: 0, max: 1))]))
        let points = (0...8).map { [Double($0) * 0.05] }
        let surrogates = try [[], [[0.5], [0.6], [0.7], [0.8], [0.9], [1]]].map { failed in
            var generator = SeededGenerator(seed: seed)
            let costs = points.map { 1 - $0[0] }
            return try #require(
                Surrogate(points: points, costs: costs, failed: failed, in: space, using: &generator)
            )
        }
        for a in [0.25, 0.3, 0.35] {
            let improvement = surrogates[0].acquisition(at: [a])
            #expect(improvement < -100)
            #expect(abs(surrogates[1].acquisition(at: [a]) - (-8 + (improvement + 8) / 10)) < 0.5)
        }
    }
}
