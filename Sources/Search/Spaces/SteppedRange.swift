/// Real numbers a step apart, as people write them: from 0 in steps of 0.1 comes `0.3`, not `0.30000000000000004`.
///
/// Bounds and steps are decimal fractions in practice. When a power of ten turns them into whole numbers that a
/// Double holds exactly, points are computed there and divided once, so each is the Double nearest to the decimal
/// value. Otherwise (a step of 1e-300, say) a point is `min + number·step`, rounded as Doubles round.
struct SteppedRange {
    /// The number of the last point, counted from 0.
    let lastPoint: UInt64

    private let min: Double
    private let max: Double
    private let step: Double
    /// The power of ten that makes `min` and `step` whole; `nil` when there is none.
    private let whole: Double?

    /// - Returns: `nil` when the points cannot be counted, 2^53 or more, or are so close that two of them could be the same
    ///   Double, or when the bounds are no range.
    init?(min: Double, max: Double, step: Double) {
        guard min.isFinite, max.isFinite, step.isFinite, step > 0, min <= max else { return nil }
        self.min = min
        self.max = max
        self.step = step
        let factor = SteppedRange.commonFactor(min, max, step)
        // A distance from the first point has to be exact as well.
        whole = factor.flatMap { (max * $0).rounded() - (min * $0).rounded() < 0x1p53 ? $0 : nil }

        var steps: Double
        if let whole {
            steps = (((max * whole).rounded() - (min * whole).rounded()) / (step * whole).rounded()).rounded(.down)
        } else {
            steps = (max / step - min / step).rounded(.down)
            // The quotient may be rounded up past the end or down before it.
            if SteppedRange.sum(min, steps, step) > max { steps -= 1 }
            if SteppedRange.sum(min, steps + 1, step) <= max { steps += 1 }
        }
        guard steps >= 0, steps < 0x1p53 else { return nil }
        guard steps == 0 || SteppedRange.areDistinct(min, max, step, whole) else { return nil }
        lastPoint = UInt64(steps)
    }

    /// The value of a point; past the last point it is the last point's.
    func value(at number: UInt64) -> Double {
        let number = Double(Swift.min(number, lastPoint))
        let value =
            if let whole {
                ((min * whole).rounded() + number * (step * whole).rounded()) / whole
            } else {
                SteppedRange.sum(min, number, step)
            }
        return Swift.min(Swift.max(value, min), max)
    }

    /// The number of the point at a value, from `min` to `max`; `nil` when there is none.
    func number(of value: Double) -> UInt64? {
        let place =
            if let whole {
                ((value * whole).rounded() - (min * whole).rounded()) / (step * whole).rounded()
            } else {
                (value - min).isFinite ? (value - min) / step : value / step - min / step
            }
        let number = place.rounded()
        guard number >= 0, number <= Double(lastPoint) else { return nil }
        let isThere = (self.value(at: UInt64(number)) - value).magnitude <= 1e-9 * step
        return isThere ? UInt64(number) : nil
    }

    /// Whether no two points round to the same Double.
    private static func areDistinct(_ min: Double, _ max: Double, _ step: Double, _ whole: Double?) -> Bool {
        let spacing = Swift.max(min.magnitude, max.magnitude).ulp
        return switch whole {
        case 1: true  // whole numbers, all exact
        case nil: step >= 4 * spacing  // a product and a sum are rounded, each by up to one spacing
        default: step > spacing  // rounded once, by half of it at most
        }
    }

    /// `count · step`, as people write it: three steps of 0.1 are `0.3`.
    ///
    /// - Parameter count: A whole number.
    static func multiple(_ count: Double, of step: Double) -> Double {
        guard let whole = commonFactor(step) else { return count * step }
        return count * (step * whole).rounded() / whole
    }

    /// `min + number · step`, halved meanwhile when the product alone is beyond a Double.
    private static func sum(_ min: Double, _ number: Double, _ step: Double) -> Double {
        let offset = number * step
        return offset.isFinite ? min + offset : 2 * (min / 2 + number * (step / 2))
    }

    /// The smallest power of ten, up to 10^15, that makes all of `values` whole and exact.
    private static func commonFactor(_ values: Double...) -> Double? {
        var factor = 1.0
        for _ in 0...15 {
            let fits = values.allSatisfy { value in
                let scaled = (value * factor).rounded()
                return scaled.magnitude < 0x1p53 && scaled / factor == value
            }
            if fits { return factor }
            factor *= 10
        }
        return nil
    }
}
