/// Draws every parameter independently from the law its domain names: the baseline other samplers have to beat, and
/// hard to beat when many parameters do not matter.
///
/// The history plays no part, so a value may come twice. Every parameter takes its numbers from the generator in the
/// order of the space.
///
/// Source: Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13, 2012.
public struct RandomSampler: Sampler {
    /// There is nothing to set.
    public init() {}

    /// Draws `count` assignments one after another.
    public func suggest(
        _ count: Int,
        in space: SearchSpace,
        after history: TrialHistory,
        using generator: inout SeededGenerator
    ) throws(SamplerError) -> [Assignment] {
        var suggestions: [Assignment] = []
        var remaining = count
        while remaining > 0 {
            remaining -= 1
            suggestions.append(Assignment(values: space.parameters.map { $0.domain.draw(using: &generator) }))
        }
        return suggestions
    }
}

extension Domain {
    /// A value drawn from the domain's own law, as text.
    func draw(using generator: inout SeededGenerator) -> String {
        switch self {
        case .float(let min, let max, .log, _):
            return Domain.text(Domain.logUniform(from: min, to: max, generator.unit()))
        case .float(let min, let max, .linear, nil):
            return Domain.text(Domain.uniform(from: min, to: max, generator.unit()))
        case .int(let min, let max, .log, _):
            return String(Domain.logUniform(from: min, to: max, generator.unit()))
        case .float, .int, .categorical:
            // Numbered points, each equally likely.
            return point(generator.upTo(lastPoint ?? 0)) ?? ""
        }
    }

    /// The number a fraction `unit` (from 0 up to 1) of the way from `min` to `max`.
    static func uniform(from min: Double, to max: Double, _ unit: Double) -> Double {
        let width = max - min
        let value =
            if width.isFinite {
                min + unit * width
            } else {
                // From -1e308 to 1e308 the width is beyond a Double; half of it is not.
                2 * (min / 2 + unit * (max / 2 - min / 2))
            }
        return Swift.min(Swift.max(value, min), max)
    }

    /// The number a fraction `unit` of the way from `min` to `max`, measured by ratio.
    static func logUniform(from min: Double, to max: Double, _ unit: Double) -> Double {
        let low = ElementaryFunctions.log(min)
        let high = ElementaryFunctions.log(max)
        return Swift.min(Swift.max(ElementaryFunctions.exp(low + unit * (high - low)), min), max)
    }

    /// A whole number from `min` to `max`, measured by ratio.
    ///
    /// Drawn log-uniformly from [min − ½, max + ½), rounded to the nearest whole number and clamped, so that each whole
    /// number *k* has the interval [k − ½, k + ½) and the first and the last are not short-changed. This is the rule of
    /// Optuna's `IntDistribution(log=True)`. Beyond 2^53, where Doubles thin out, not every number can be hit.
    static func logUniform(from min: Int64, to max: Int64, _ unit: Double) -> Int64 {
        let low = ElementaryFunctions.log(Double(min) - 0.5)
        let high = ElementaryFunctions.log(Double(max) + 0.5)
        let value = ElementaryFunctions.exp(low + unit * (high - low)).rounded()
        guard value > Double(min) else { return min }
        guard value < Double(max), let whole = Int64(exactly: value) else { return max }
        return Swift.min(Swift.max(whole, min), max)
    }
}
