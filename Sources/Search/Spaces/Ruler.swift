/// Where the values of a real range lie between its ends, measured by its scale: all that takes time worked out before.
struct Ruler: Sendable {
    private let min: Double
    private let max: Double
    private let isLog: Bool
    /// The lower end's place on the scale, and the distance of the ends on it.
    private let low: Double
    private let length: Double

    init(from min: Double, to max: Double, _ scale: Domain.Scale) {
        self.min = min
        self.max = max
        isLog = scale == .log
        // Halves, because the range of two Doubles may not be one.
        low = isLog ? ElementaryFunctions.log(min) : min / 2
        length = (isLog ? ElementaryFunctions.log(max) : max / 2) - low
    }

    /// - Returns: From 0 to 1, for a single value ½; `nil` when the text is no number of the range.
    func coordinate(of text: String) -> Double? {
        guard let value = DecimalText.double(text), value >= min, value <= max else { return nil }
        guard min < max else { return 0.5 }
        return ((isLog ? ElementaryFunctions.log(value) : value / 2) - low) / length
    }
}
