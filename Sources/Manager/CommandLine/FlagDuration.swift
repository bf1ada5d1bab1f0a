/// Durations as Go's `time.ParseDuration` writes them, and days: `10s`, `1m30s`, `250ms`, `365d`, `0`.
public enum FlagDuration {
    private static let units: [(name: String, duration: Duration)] = [
        // Longer names first: `ms` begins with `m`.
        ("ms", .milliseconds(1)), ("us", .microseconds(1)), ("µs", .microseconds(1)), ("ns", .nanoseconds(1)),
        ("d", .seconds(86_400)), ("h", .seconds(3600)), ("m", .seconds(60)), ("s", .seconds(1)),
    ]

    /// Why a text is no duration for a flag.
    public enum Problem: Error {
        /// It has another form.
        case malformed
        /// It is more than 100 years.
        case tooLong
    }

    /// The longest duration, in days: 100 years.
    public static let longestDays = 36_500
    private static let longest = Duration.seconds(longestDays * 86_400)

    /// Reads a duration of 0 or more.
    public static func parse(_ text: String) throws(Problem) -> Duration {
        guard text != "0" else { return .zero }
        var rest = Substring(text)
        var total = Duration.zero
        guard !rest.isEmpty else { throw .malformed }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            guard let number = Double(digits) else { throw .malformed }
            rest = rest.dropFirst(digits.count)
            guard let unit = units.first(where: { rest.hasPrefix($0.name) }) else { throw .malformed }
            rest = rest.dropFirst(unit.name.count)
            guard number * (unit.duration / .seconds(1)) <= longest / .seconds(1) else { throw .tooLong }
            // Whole units are added as such: what is written as 365d means that, to the attosecond.
            let whole = number.rounded(.down)
            total += unit.duration * Int(whole) + unit.duration * (number - whole)
            guard total <= longest else { throw .tooLong }
        }
        return total
    }
}
