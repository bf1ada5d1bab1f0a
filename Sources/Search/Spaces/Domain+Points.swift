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
        }
    }

    /// A real number as a trial receives it: the shortest text that reads back as the same Double.
    ///
    /// A zero has no sign: `-0.0` would surprise scripts and adds no value.
    static func text(_ value: Double) -> String {
        value == 0 ? "0.0" : value.description
    }
}
