/// Walks through all combinations, each once, and then has no more.
///
/// Trial *i* gets point *i*, the last parameter moving fastest, as nested loops written in the order of the parameters
/// would; points that a trial of the history had are passed over. Failed trials keep their point: trying it again would
/// spend the budget on what is known not to work.
public struct GridSampler: Sampler {
    /// There is nothing to set.
    public init() {}

    /// The points that follow the highest trial number in `history`, and then those before it that no trial had.
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
        var tried = TriedPoints(space, history)
        var suggestions: [Assignment] = []
        // Behind the highest number first; before it are points of trials that others chose, as those of a warm start did.
        let next = UInt64(history.nextIndex)
        for numbers in [next...UInt64.max, 0...next] {
            for number in numbers {
                guard suggestions.count < count, let point = GridSampler.point(number, in: space) else { break }
                guard !tried.contains(point) else { continue }
                tried.insert(point)
                suggestions.append(point)
            }
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
