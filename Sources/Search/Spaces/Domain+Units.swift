/// A domain as one coordinate from 0 to 1, in which its own law is uniform: what models of a space are built on.
///
/// Ranges are measured by their scale; a normal law by its probability. Numbered points lie in the middle of equal
/// intervals, so the first and the last have as much room as the others; whole numbers on the logarithmic scale have
/// [k − ½, k + ½), as they are drawn. A choice has no place on a line, so its coordinate is its number, from 0 on.
extension Domain {
    /// The coordinate of a value.
    ///
    /// - Returns: `nil` when the text is no value of the domain: no number, out of bounds or off the step.
    func coordinate(of text: String) -> Double? {
        switch self {
        case .float(let min, let max, let scale, nil):
            return Ruler(from: min, to: max, scale).coordinate(of: text)
        case .int(let min, let max, .log, _):
            guard let value = Domain.wholeNumber(text), value >= min, value <= max else { return nil }
            return Domain.coordinate(of: value, from: min, to: max)
        case .float, .int:
            guard let number = number(of: text), let lastPoint else { return nil }
            return (Double(number) + 0.5) / (Double(lastPoint) + 1)
        case .categorical:
            return number(of: text).map { Double($0) }
        case .normal(let mean, let stdDev, let scale, _):
            guard let value = DecimalText.double(text), value.isFinite else { return nil }
            return Domain.coordinate(of: value, mean: mean, stdDev: stdDev, scale)
        case .intNormal(let mean, let stdDev, let scale, _):
            guard let value = Domain.wholeNumber(text) else { return nil }
            return Domain.coordinate(of: Double(value), mean: mean, stdDev: stdDev, scale)
        }
    }

    /// The coordinate of a whole number on the logarithmic scale.
    static func coordinate(of value: Int64, from min: Int64, to max: Int64) -> Double {
        let (low, high) = logEnds(from: min, to: max)
        // Of numbers so large and so close that they have one logarithm, each has the same part.
        guard low < high else { return (Double(value - min) + 0.5) / (Double(max - min) + 1) }
        return (ElementaryFunctions.log(Double(value)) - low) / (high - low)
    }

    /// The part of the logarithmic scale that a whole number has: from 0 for the first to 1 for the last.
    static func part(of value: Int64, from min: Int64, to max: Int64) -> (low: Double, high: Double) {
        let (low, high) = logEnds(from: min, to: max)
        guard low < high else {
            let (number, count) = (Double(value - min), Double(max - min) + 1)
            return (number / count, (number + 1) / count)
        }
        func place(_ edge: Double) -> Double { (ElementaryFunctions.log(edge) - low) / (high - low) }
        return (
            value == min ? 0 : place(Double(value) - 0.5),
            value == max ? 1 : place(Double(value) + 0.5)
        )
    }

    private static func coordinate(of value: Double, mean: Double, stdDev: Double, _ scale: Scale) -> Double? {
        guard scale == .linear || value > 0 else { return nil }
        let measured = scale == .log ? ElementaryFunctions.log(value) : value
        return NormalLaw.probability(below: (measured - mean) / stdDev)
    }

    /// The value that nearly every draw has, three standard deviations to both sides of the mean being the same; `nil` when
    /// there are several, and for all but normal laws.
    public var usualValue: String? {
        switch self {
        case .normal, .intNormal:
            let ends = [-3.0, 3].map { value(at: NormalLaw.probability(below: $0)) }
            return ends[0] == ends[1] ? ends[0] : nil
        case .float, .int, .categorical:
            return nil
        }
    }

    /// The value nearest to a coordinate.
    ///
    /// - Parameter coordinate: What lies outside of the domain is moved to its nearest end.
    func value(at coordinate: Double) -> String {
        let unit = coordinate.isNaN ? 0.5 : Swift.min(Swift.max(coordinate, 0), 1)
        switch self {
        case .float(let min, let max, .log, _):
            return Domain.text(Domain.logUniform(from: min, to: max, unit))
        case .float(let min, let max, .linear, nil):
            return Domain.text(Domain.uniform(from: min, to: max, unit))
        case .int(let min, let max, .log, _):
            return String(Domain.logUniform(from: min, to: max, unit))
        case .normal(let mean, let stdDev, let scale, let step):
            return Domain.text(Domain.normal(mean: mean, stdDev: stdDev, scale, step, unit))
        case .intNormal(let mean, let stdDev, let scale, let step):
            return String(Domain.intNormal(mean: mean, stdDev: stdDev, scale, step, unit))
        case .categorical(let choices):
            guard coordinate > 0 else { return choices[0] }
            return choices[Int(Swift.min(coordinate.rounded(), Double(choices.count - 1)))]
        case .float, .int:
            let last = lastPoint ?? 0
            let number = (unit * (Double(last) + 1)).rounded(.down)
            return point(number < Double(last) ? UInt64(number) : last) ?? ""
        }
    }
}
