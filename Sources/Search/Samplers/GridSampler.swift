/// Walks through all combinations, each once, and then has no more.
///
/// Trial *i* gets point *i*, the last parameter moving fastest, as nested loops written in the order of the parameters
/// would. Failed trials keep their point: trying it again would spend the budget on what is known not to work.
public struct GridSampler: Sampler {
    /// There is nothing to set.
    public init() {}

    /// The points that follow the highest trial number in `history`.
    ///
    /// - Throws: `SamplerError.notEnumerable` naming the first continuous parameter.
    public func suggest(
        _ count: Int,
        in space: SearchSpace,
        after history: TrialHistory,
        using generator: inout SeededGenerator
    ) throws(SamplerError) -> [Assignment] {
        if let continuous = space.parameters.first(where: { $0.domain.lastPoint == nil }) {
            throw SamplerError.notEnumerable(parameter: continuous.name)
        }
        var suggestions: [Assignment] = []
        var next = UInt64(history.nextIndex)
        var remaining = count
        while remaining > 0, let point = GridSampler.point(next, in: space) {
            suggestions.append(point)
            next += 1
            remaining -= 1
        }
        return suggestions
    }

    /// The assignment of a grid point.
    ///
    /// The number is read in mixed radix, one digit a parameter, the last parameter being the lowest digit. Digits are
    /// split off one by one, so a grid with more points than a `UInt64` can count works too.
    ///
    /// - Returns: `nil` past the last point, or when a parameter is continuous.
    static func point(_ number: UInt64, in space: SearchSpace) -> Assignment? {
        var rest = number
        var values: [String] = []
        for parameter in space.parameters.reversed() {
            guard let last = parameter.domain.lastPoint else { return nil }
            let digit: UInt64
            if last == .max {
                digit = rest
                rest = 0
            } else {
                (rest, digit) = rest.quotientAndRemainder(dividingBy: last + 1)
            }
            guard let value = parameter.domain.point(digit) else { return nil }
            values.append(value)
        }
        return rest == 0 ? Assignment(values: values.reversed()) : nil
    }
}
