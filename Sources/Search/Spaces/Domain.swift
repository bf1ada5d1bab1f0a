/// The values one parameter can take.
///
/// A domain is only a description; `SearchSpace.init` checks that it makes sense, so that samplers never meet an
/// empty range or a bound that is not a number.
public enum Domain: Sendable, Hashable {
    /// Real numbers from `min` to `max`, both included.
    ///
    /// With a `step` the values are `min`, `min + step`, `min + 2·step`, … up to at most `max`; a step goes with
    /// the linear scale only.
    case float(min: Double, max: Double, scale: Scale = .linear, step: Double? = nil)

    /// Whole numbers from `min` to `max`, both included, `step` apart (1 or more; exactly 1 on the logarithmic scale).
    case int(min: Int64, max: Int64, scale: Scale = .linear, step: Int64 = 1)

    /// One of several texts, in no order.
    case categorical([String])

    /// Real numbers of a normal law, without bounds; on the logarithmic scale it is the natural logarithm that is normal.
    ///
    /// With a `step` a value is the nearest multiple of it; a step goes with the linear scale only. Values keep within
    /// 8.3 standard deviations, which a true normal law leaves once in 10^16 times.
    case normal(mean: Double, stdDev: Double, scale: Scale = .linear, step: Double? = nil)

    /// The same, rounded to whole numbers: to the nearest multiple of `step` (1 or more; exactly 1 on the logarithmic
    /// scale, where a value is at least 1).
    case intNormal(mean: Double, stdDev: Double, scale: Scale = .linear, step: Int64 = 1)

    /// How a range is measured: what "equally likely" and "close to each other" mean in it.
    public enum Scale: Sendable, Hashable {
        /// Equal differences count the same.
        case linear
        /// Equal ratios count the same; both bounds are greater than 0.
        case log
    }
}

extension Domain {
    /// Whether the values are texts, and no numbers.
    public var isCategorical: Bool {
        if case .categorical = self { true } else { false }
    }

    /// What is wrong with this domain, in words that follow the parameter's name; `nil` when nothing is.
    var problem: String? {
        switch self {
        case .float(let min, let max, let scale, let step):
            guard min.isFinite, max.isFinite else { return "needs finite bounds" }
            guard min <= max else { return "needs min at most max" }
            if scale == .log, min <= 0 { return "needs min greater than 0 on a logarithmic scale" }
            guard let step else { return nil }
            guard scale == .linear else { return "takes no step on a logarithmic scale" }
            guard step.isFinite, step > 0 else { return "needs a finite step greater than 0" }
            guard SteppedRange(min: min, max: max, step: step) != nil else {
                return "has a step too small for its range"
            }
            return nil
        case .int(let min, let max, let scale, let step):
            guard min <= max else { return "needs min at most max" }
            guard step >= 1 else { return "needs a step of at least 1" }
            guard scale == .log else { return nil }
            guard min >= 1 else { return "needs min of at least 1 on a logarithmic scale" }
            guard step == 1 else { return "takes no step on a logarithmic scale" }
            return nil
        case .categorical(let choices):
            guard !choices.isEmpty else { return "needs at least one choice" }
            guard Set(choices.map(ExactText.init)).count == choices.count else {
                return "names a choice twice"
            }
            return nil
        case .normal(let mean, let stdDev, let scale, let step):
            if let problem = Domain.problemOfNormal(mean: mean, stdDev: stdDev) { return problem }
            guard let step else { return nil }
            guard scale == .linear else { return "takes no step on a logarithmic scale" }
            guard step.isFinite, step > 0 else { return "needs a finite step greater than 0" }
            // Multiples further out could round to the same Double.
            guard (mean.magnitude + NormalLaw.reach * stdDev) / step < 0x1p51 else {
                return "has a step too small for its distribution"
            }
            let furthest = ((mean.magnitude + NormalLaw.reach * stdDev) / step).rounded()
            guard SteppedRange.multiple(furthest, of: step).isFinite else {
                return "has values beyond what a 64-bit floating-point number holds"
            }
            return nil
        case .intNormal(let mean, let stdDev, let scale, let step):
            if let problem = Domain.problemOfNormal(mean: mean, stdDev: stdDev) { return problem }
            guard step >= 1 else { return "needs a step of at least 1" }
            guard scale == .linear || step == 1 else { return "takes no step on a logarithmic scale" }
            return nil
        }
    }

    private static func problemOfNormal(mean: Double, stdDev: Double) -> String? {
        guard mean.isFinite else { return "needs a finite mean" }
        guard stdDev.isFinite, stdDev > 0 else { return "needs a finite standard deviation greater than 0" }
        guard (mean.magnitude + NormalLaw.reach * stdDev).isFinite else {
            return "has values beyond what a 64-bit floating-point number holds"
        }
        return nil
    }
}
