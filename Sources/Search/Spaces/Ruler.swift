/// Where the values of a real range lie between its ends, measured by its scale: all that takes time worked out before.
struct Ruler: Sendable {
    private let min: Double
    private let max: Double
    private let isLog: Bool
    /// What values of a linear scale are multiplied by: ½ where the range of two Doubles is none, else 1.
    private let factor: Double
    /// The lower end's place on the scale, and the distance of the ends on it.
    private let low: Double
    private let length: Double

    init(from min: Double, to max: Double, _ scale: Domain.Scale) {
        self.min = min
        self.max = max
        factor = (max - min).isFinite ? 1 : 0.5
        let logs = (ElementaryFunctions.log(min), ElementaryFunctions.log(max))
        // Ends so close that they have one logarithm are measured by difference: there it is as good as a ratio.
        isLog = scale == .log && logs.0 < logs.1
        low = isLog ? logs.0 : min * factor
        length = (isLog ? logs.1 : max * factor) - low
    }

    /// - Returns: From 0 to 1, for a single value ½; `nil` when the text is no number of the range.
    func coordinate(of text: String) -> Double? {
        guard let value = DecimalText.double(text), value >= min, value <= max else { return nil }
        guard min < max else { return 0.5 }
        return ((isLog ? ElementaryFunctions.log(value) : value * factor) - low) / length
    }
}
