/// Values drawn from a domain's own law.
extension Domain {
    /// A value drawn at random, as text.
    func draw(using generator: inout SeededGenerator) -> String {
        switch self {
        case .float(let min, let max, .log, _):
            return Domain.text(Domain.logUniform(from: min, to: max, generator.unit()))
        case .float(let min, let max, .linear, nil):
            return Domain.text(Domain.uniform(from: min, to: max, generator.unit()))
        case .int(let min, let max, .log, _):
            return String(Domain.logUniform(from: min, to: max, generator.unit()))
        case .normal(let mean, let stdDev, let scale, let step):
            return Domain.text(Domain.normal(mean: mean, stdDev: stdDev, scale, step, generator.unit()))
        case .intNormal(let mean, let stdDev, let scale, let step):
            return String(Domain.intNormal(mean: mean, stdDev: stdDev, scale, step, generator.unit()))
        case .float, .int, .categorical:
            // Numbered points, each equally likely.
            return point(generator.upTo(lastPoint ?? 0)) ?? ""
        }
    }

    /// The number a fraction `unit` (from 0 to 1) of the way from `min` to `max`.
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
        // So close that they have one logarithm: there a ratio is as good as a difference.
        guard low < high else { return uniform(from: min, to: max, unit) }
        return Swift.min(Swift.max(ElementaryFunctions.exp(low + unit * (high - low)), min), max)
    }

    /// The logarithms of the ends of [min − ½, max + ½), which may be one number where both are large and close.
    static func logEnds(from min: Int64, to max: Int64) -> (low: Double, high: Double) {
        (ElementaryFunctions.log(Double(min) - 0.5), ElementaryFunctions.log(Double(max) + 0.5))
    }

    /// A whole number from `min` to `max`, measured by ratio.
    ///
    /// Drawn log-uniformly from [min − ½, max + ½), rounded to the nearest whole number and clamped, so that each whole
    /// number *k* has the interval [k − ½, k + ½) and the first and the last are not short-changed. This is the rule of
    /// Optuna's `IntDistribution(log=True)`. Beyond 2^53, where Doubles thin out, not every number can be hit.
    static func logUniform(from min: Int64, to max: Int64, _ unit: Double) -> Int64 {
        let (low, high) = logEnds(from: min, to: max)
        guard low < high else {
            let last = Double(max - min)
            let number = (unit * (last + 1)).rounded(.down)
            return number < last ? min + Int64(number) : max
        }
        let value = ElementaryFunctions.exp(low + unit * (high - low)).rounded()
        guard value > Double(min) else { return min }
        guard value < Double(max), let whole = Int64(exactly: value) else { return max }
        return Swift.min(Swift.max(whole, min), max)
    }

    /// The number below which a normal law, or on the logarithmic scale a log-normal one, has the probability `unit`.
    static func normal(mean: Double, stdDev: Double, _ scale: Scale, _ step: Double?, _ unit: Double) -> Double {
        let value = mean + stdDev * NormalLaw.quantile(unit)
        switch scale {
        case .log:
            let exponential = ElementaryFunctions.exp(value)
            return Swift.min(Swift.max(exponential, .leastNonzeroMagnitude), .greatestFiniteMagnitude)
        case .linear:
            guard let step else { return value }
            return SteppedRange.multiple((value / step).rounded(), of: step)
        }
    }

    /// The same, rounded to the nearest multiple of `step`.
    static func intNormal(mean: Double, stdDev: Double, _ scale: Scale, _ step: Int64, _ unit: Double) -> Int64 {
        let value = mean + stdDev * NormalLaw.quantile(unit)
        switch scale {
        case .log:
            let exponential = ElementaryFunctions.exp(value).rounded()
            guard exponential >= 1 else { return 1 }
            return Int64(exactly: exponential) ?? .max
        case .linear:
            let count = (value / Double(step)).rounded()
            // Towards the ends of Int64 the last multiple that fits.
            let first = Int64.min / step
            let last = Int64.max / step
            guard count > Double(first) else { return first * step }
            guard count < Double(last), let whole = Int64(exactly: count) else { return last * step }
            return Swift.min(Swift.max(whole, first), last) * step
        }
    }
}
