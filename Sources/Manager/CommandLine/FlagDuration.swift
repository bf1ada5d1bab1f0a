/// Durations as Go's `time.ParseDuration` writes them, and days: `10s`, `1m30s`, `250ms`, `365d`, `0`.
public enum FlagDuration {
    private static let units: [(name: String, duration: Duration)] = [
        // Longer names first: `ms` begins with `m`.
        ("ms", .milliseconds(1)), ("us", .microseconds(1)), ("µs", .microseconds(1)), ("ns", .nanoseconds(1)),
        ("d", .seconds(86_400)), ("h", .seconds(3600)), ("m", .seconds(60)), ("s", .seconds(1)),
    ]

    /// Reads a duration of 0 or more, below 200 years; `nil` for anything else.
    public static func parse(_ text: String) -> Duration? {
        guard text != "0" else { return .zero }
        var rest = Substring(text)
        var total = Duration.zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            guard let number = Double(digits), number < 1e9 else { return nil }
            rest = rest.dropFirst(digits.count)
            guard let unit = units.first(where: { rest.hasPrefix($0.name) }) else { return nil }
            rest = rest.dropFirst(unit.name.count)
            // Whole units are added as such: what is written as 365d means that, to the attosecond.
            let whole = number.rounded(.down)
            total += unit.duration * Int(whole) + unit.duration * (number - whole)
            guard total < .seconds(200 * 365 * 86_400) else { return nil }
        }
        return total
    }
}
