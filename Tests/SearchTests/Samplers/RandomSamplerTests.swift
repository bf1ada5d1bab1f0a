import Glibc
import Testing

@testable import Search

@Suite("Random search")
struct RandomSamplerTests {
    private func draws(_ count: Int, from domain: Domain, seed: UInt64 = 2026) throws -> [String] {
        let space = try SearchSpace.single(domain)
        return try (0..<count).map { index in
            let suggestion = try RandomSampler().suggestion(
                forTrial: index,
                in: space,
                after: TrialHistory(),
                seed: seed
            )
            return try #require(suggestion?.values.first)
        }
    }

    /// If this fails, jobs run before the change can no longer be reproduced: change the code back, not the texts.
    @Test("keeps its values for ever")
    func pinned() throws {
        let space = try SearchSpace.mixed()
        let values = try (0..<3).map { index in
            try RandomSampler().suggestion(forTrial: index, in: space, after: TrialHistory(), seed: 42)?.values
        }
        #expect(values == PinnedSuggestions.mixed)
    }

    @Test("draws real numbers uniformly", arguments: [(0.0, 1.0), (-3.5, 12.25), (3e-308, 9e-308), (-1e308, 1e308)])
    func uniform(min: Double, max: Double) throws {
        let sample = try draws(5000, from: .float(min: min, max: max)).compactMap(Double.init)
        let fractions = sample.map { ($0 / 2 - min / 2) / (max / 2 - min / 2) }
        #expect(Statistics.kolmogorovSmirnov(fractions) < 1.95)
    }

    @Test("draws real numbers log-uniformly", arguments: [(1e-5, 1e-1), (1, 2), (.leastNonzeroMagnitude, 1.7e308)])
    func logUniform(min: Double, max: Double) throws {
        let sample = try draws(5000, from: .float(min: min, max: max, scale: .log)).compactMap(Double.init)
        let fractions = sample.map { (log($0) - log(min)) / (log(max) - log(min)) }
        // Among subnormal numbers the law has steps; they are far too few to matter here.
        #expect(Statistics.kolmogorovSmirnov(fractions) < 1.95)
    }

    @Test(
        "draws points evenly",
        arguments: [
            .int(min: -3, max: 6), .int(min: .max - 4, max: .max), .int(min: 10, max: 50, step: 5),
            .float(min: 0, max: 1, step: 0.1), .categorical(["a", "b", "c"]),
        ] as [Domain]
    )
    func points(domain: Domain) throws {
        let last = try #require(domain.lastPoint)
        let points = (0...last).compactMap { domain.point($0) }
        var counts: [String: Int] = [:]
        for value in try draws(6000, from: domain) { counts[value, default: 0] += 1 }
        #expect(Set(counts.keys) == Set(points))
        let expected = points.map { _ in 6000 / Double(points.count) }
        let chiSquared = Statistics.chiSquared(points.map { counts[$0] ?? 0 }, expected: expected)
        #expect(chiSquared < Statistics.limit(degrees: points.count - 1))
    }

    @Test(
        "draws whole numbers log-uniformly, the first and last not short-changed",
        arguments: [(1, 8), (3, 20), (1, 2)]
    )
    func intLogUniform(min: Int64, max: Int64) throws {
        let count = 20_000
        var counts: [Int64: Int] = [:]
        for text in try draws(count, from: .int(min: min, max: max, scale: .log)) {
            counts[try #require(Int64(text)), default: 0] += 1
        }
        #expect(counts.keys.allSatisfy { (min...max).contains($0) })
        // Every k owns [k − ½, k + ½) of a log-uniform law over [min − ½, max + ½).
        let total = log((Double(max) + 0.5) / (Double(min) - 0.5))
        let expected = (min...max).map { Double(count) * log((Double($0) + 0.5) / (Double($0) - 0.5)) / total }
        let chiSquared = Statistics.chiSquared((min...max).map { counts[$0] ?? 0 }, expected: expected)
        #expect(chiSquared < Statistics.limit(degrees: Int(max - min)))
    }

    @Test("draws from normal laws, and log-normal ones", arguments: [(0.0, 1.0), (-3, 0.01), (1e300, 1e299)])
    func normal(mean: Double, stdDev: Double) throws {
        let sample = try draws(5000, from: .normal(mean: mean, stdDev: stdDev)).compactMap(Double.init)
        let probabilities = sample.map { erfc((mean - $0) / stdDev / 2.squareRoot()) / 2 }
        #expect(Statistics.kolmogorovSmirnov(probabilities) < 1.95)
        guard mean < 100 else { return }
        let logNormal = try draws(5000, from: .normal(mean: mean, stdDev: stdDev, scale: .log)).compactMap(Double.init)
        let logProbabilities = logNormal.map { erfc((mean - log($0)) / stdDev / 2.squareRoot()) / 2 }
        #expect(Statistics.kolmogorovSmirnov(logProbabilities) < 1.95)
    }

    @Test("draws whole numbers from normal laws, each in proportion to its interval", arguments: [1, 3] as [Int64])
    func intNormal(step: Int64) throws {
        let count = 20_000
        var counts: [Int64: Int] = [:]
        for text in try draws(count, from: .intNormal(mean: 1.25, stdDev: 2, step: step)) {
            counts[try #require(Int64(text)), default: 0] += 1
        }
        let values = (-2...3).map { $0 * step }
        let expected = values.map { value in
            let edges = [Double(value) - Double(step) / 2, Double(value) + Double(step) / 2]
            let below = edges.map { erfc((1.25 - $0) / 2 / 2.squareRoot()) / 2 }
            return Double(count) * (below[1] - below[0])
        }
        let chiSquared = Statistics.chiSquared(values.map { counts[$0] ?? 0 }, expected: expected)
        #expect(chiSquared < Statistics.limit(degrees: values.count))
    }

    @Test("keeps unbounded laws to what their type holds, at the very ends of its random numbers")
    func normalEnds() {
        for unit in [0, .leastNonzeroMagnitude, 0x1p-53, 0.5, 1 - 0x1p-53, 1] as [Double] {
            for (mean, stdDev) in [(0.0, 1.0), (-1e300, 1e300), (1e18, 1e18), (43, 1), (-700, 50), (1e4, 1)] {
                let real = Domain.normal(mean: mean, stdDev: stdDev, .linear, nil, unit)
                #expect(real.isFinite && abs(real - mean) <= 8.31 * stdDev)
                let logNormal = Domain.normal(mean: mean, stdDev: stdDev, .log, nil, unit)
                #expect(logNormal.isFinite && logNormal > 0)
                for step in [1, 7, .max] as [Int64] {
                    #expect(Domain.intNormal(mean: mean, stdDev: stdDev, .linear, step, unit) % step == 0)
                }
                #expect(Domain.intNormal(mean: mean, stdDev: stdDev, .log, 1, unit) >= 1)
            }
        }
    }

    @Test("draws whole numbers of all magnitudes from all of Int64")
    func wholeInt64() throws {
        let sample = try draws(5000, from: .int(min: .min, max: .max)).compactMap(Int64.init)
        #expect(sample.count == 5000)
        let fractions = sample.map { Double(UInt64(bitPattern: $0 &- .min)) / 0x1p64 }
        #expect(Statistics.kolmogorovSmirnov(fractions) < 1.95)

        let logarithmic = try draws(5000, from: .int(min: 1, max: .max, scale: .log)).compactMap(Int64.init)
        #expect(logarithmic.count == 5000)
        let logFractions = logarithmic.filter { $0 > 1000 }.map {
            (log(Double($0)) - log(1000)) / (log(0x1p63) - log(1000))
        }
        #expect(Statistics.kolmogorovSmirnov(logFractions) < 1.95)
    }

    @Test(
        "keeps to the bounds at the very ends of its random numbers",
        arguments: [0, .leastNonzeroMagnitude, 0.5, 1 - 0x1p-53] as [Double]
    )
    func ends(unit: Double) {
        let ranges: [(Double, Double)] = [
            (-1e308, 1e308), (-.greatestFiniteMagnitude, .greatestFiniteMagnitude), (.leastNonzeroMagnitude, 1.7e308),
            (0.1, 0.3),
            (1e-5, 1e-1), (1, 1), (1, 1.0000000000000002), (1e15, 1e15 + 1), (-0.0, 1),
        ]
        for (min, max) in ranges {
            let value = Domain.uniform(from: min, to: max, unit)
            #expect(value.isFinite && value >= min && value <= max)
            guard min > 0 else { continue }
            let logarithmic = Domain.logUniform(from: min, to: max, unit)
            #expect(logarithmic.isFinite && logarithmic >= min && logarithmic <= max)
        }
        for (min, max) in [(1, .max), (.max - 1, .max), (.max, .max), (1, 1), (1, 2)] as [(Int64, Int64)] {
            let value = Domain.logUniform(from: min, to: max, unit)
            #expect(value >= min && value <= max)
        }
    }

    @Test("prints real numbers so that they read back exactly, and zero without a sign")
    func texts() throws {
        #expect(Domain.text(-0.0) == "0.0")
        #expect(Domain.text(0.1) == "0.1")
        for text in try draws(2000, from: .float(min: -1e-3, max: 1e308)) {
            #expect(Double(text)?.description == text)
        }
    }
}

/// Suggestions that must never change.
enum PinnedSuggestions {
    static let mixed = [
        ["0", "32", "0.1", "1", "sgd", "0.10000395263137751", "0.0006929034910804429"],
        ["2", "64", "0.1", "1", "", "0.04413745310933792", "0.0001399410187056946"],
        ["2", "16", "0.2", "1", "adam", "0.7390144667364174", "0.03888544893100943"],
    ]
}
