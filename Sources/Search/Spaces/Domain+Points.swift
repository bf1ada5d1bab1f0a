/// Finite domains as numbered points, which is what a grid walks.
extension Domain {
    /// The number of the last point, counted from 0; `nil` when the domain is continuous.
    ///
    /// The last number rather than the count: all of `Int64` has one point more than a `UInt64` can say.
    var lastPoint: UInt64? {
        switch self {
        case .float(let min, let max, _, let step):
            guard let step else { return min == max ? 0 : nil }
            return SteppedRange(min: min, max: max, step: step)?.lastPoint
        case .int(let min, let max, _, let step):
            // As bit patterns the difference is exact even when `max - min` is beyond Int64.
            return UInt64(bitPattern: max &- min) / UInt64(bitPattern: step)
        case .categorical(let choices):
            return UInt64(choices.count - 1)
        case .normal, .intNormal:
            return nil  // no bounds, so no last one
        }
    }

    /// The text of a point.
    ///
    /// - Parameter number: At most `lastPoint`.
    /// - Returns: `nil` for a continuous domain, or past the last point.
    func point(_ number: UInt64) -> String? {
        guard let lastPoint, number <= lastPoint else { return nil }
        switch self {
        case .float(let min, let max, _, let step):
            guard let step else { return Domain.text(min) }
            return SteppedRange(min: min, max: max, step: step).map { Domain.text($0.value(at: number)) }
        case .int(let min, _, _, let step):
            return String(min &+ Int64(bitPattern: number &* UInt64(bitPattern: step)))
        case .categorical(let choices):
            guard let index = Int(exactly: number), choices.indices.contains(index) else { return nil }
            return choices[index]
        case .normal, .intNormal:
            return nil
        }
    }

    /// The number of the point a text names; `nil` when it names none, or the domain is continuous.
    ///
    /// Numbers are compared by value: `0.10` is the point `0.1`.
    func number(of text: String) -> UInt64? {
        guard lastPoint != nil else { return nil }
        switch self {
        case .float(let min, let max, _, let step):
            guard let value = DecimalText.double(text), value >= min, value <= max else { return nil }
            guard let step, let range = SteppedRange(min: min, max: max, step: step) else { return 0 }
            return range.number(of: value)
        case .int(let min, let max, _, let step):
            guard let value = Domain.wholeNumber(text), value >= min, value <= max else { return nil }
            let (number, rest) = UInt64(bitPattern: value &- min)
                .quotientAndRemainder(dividingBy: UInt64(bitPattern: step))
            return rest == 0 ? number : nil
        case .categorical(let choices):
            return choices.firstIndex { ExactText(text: $0) == ExactText(text: text) }.map { UInt64($0) }
        case .normal, .intNormal:
            return nil
        }
    }

    /// Whether values can be told apart: all but real numbers without a step.
    var isDiscrete: Bool {
        switch self {
        case .normal(_, _, _, let step): step != nil
        case .intNormal: true
        case .float, .int, .categorical: lastPoint != nil
        }
    }

    /// A value as the domain writes it; `nil` when the text names none, or values cannot be told apart.
    func canonical(_ text: String) -> String? {
        switch self {
        case .normal(_, _, _, let step?):
            guard let value = DecimalText.double(text), value.isFinite else { return nil }
            let multiple = SteppedRange.multiple((value / step).rounded(), of: step)
            return (multiple - value).magnitude <= 1e-9 * step ? Domain.text(multiple) : nil
        case .intNormal(_, _, let scale, let step):
            guard let value = Domain.wholeNumber(text), value % step == 0, scale == .linear || value >= 1 else {
                return nil
            }
            return String(value)
        case .float, .int, .categorical, .normal:
            return number(of: text).flatMap(point)
        }
    }

    /// Whether a text is a value of the domain: a number within its bounds and, where points are numbered, one of them; a
    /// choice.
    public func contains(_ text: String) -> Bool {
        isDiscrete ? canonical(text) != nil : coordinate(of: text) != nil
    }

    /// The whole number of a text, which other tools may write as `2.0` or `2e0`; `nil` when it is none.
    static func wholeNumber(_ text: String) -> Int64? {
        Int64(text) ?? DecimalText.double(text).flatMap { Int64(exactly: $0) }
    }

    /// A real number as a trial receives it: the shortest text that reads back as the same Double.
    ///
    /// A zero has no sign: `-0.0` would surprise scripts and adds no value.
    static func text(_ value: Double) -> String {
        value == 0 ? "0.0" : value.description
    }
}
