import Glibc

/// A point in time to the second, as Kubernetes' `metav1.Time` keeps it.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z, within the years 0000 to 9999.
    public let secondsSinceEpoch: Int64

    /// A point in time.
    ///
    /// - Parameter secondsSinceEpoch: Clamped to the years 0000 to 9999, which is what RFC 3339 can write.
    public init(secondsSinceEpoch: Int64) {
        let range = CivilTime.representable
        self.secondsSinceEpoch = min(max(secondsSinceEpoch, range.lowerBound), range.upperBound)
    }

    /// Reads an RFC 3339 date-time such as `2026-08-21T10:30:45Z`.
    ///
    /// Any offset is accepted and a fraction is dropped, as `metav1.Time` does. `nil` for anything else, days that do not
    /// exist and leap seconds included.
    public init?(rfc3339 text: String) {
        guard let time = RFC3339Time(text) else { return nil }
        self.init(secondsSinceEpoch: time.secondsSinceEpoch)
    }

    /// The time on this machine's clock.
    public static func now() -> Timestamp {
        Timestamp(secondsSinceEpoch: MicroTimestamp.now().microsecondsSinceEpoch / 1_000_000)
    }

    /// `2026-08-21T10:30:45Z`.
    public var description: String { CivilTime(secondsSinceEpoch: secondsSinceEpoch).text + "Z" }

    /// Whether `left` is earlier.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.secondsSinceEpoch < right.secondsSinceEpoch
    }

    /// This time moved by a duration, whose fraction of a second is dropped; clamped to the years 0000 to 9999.
    public func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflow) = secondsSinceEpoch.addingReportingOverflow(duration.components.seconds)
        if overflow { return Timestamp(secondsSinceEpoch: duration < .zero ? .min : .max) }
        return Timestamp(secondsSinceEpoch: sum)
    }

    /// How long after `earlier` this is; negative when it is before.
    public func duration(since earlier: Timestamp) -> Duration {
        // Both lie within 10,000 years, so the difference cannot overflow.
        .seconds(secondsSinceEpoch - earlier.secondsSinceEpoch)
    }
}

/// A point in time to the microsecond, as Kubernetes' `metav1.MicroTime` keeps it in leases and events.
public struct MicroTimestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z, within the years 0000 to 9999.
    public let microsecondsSinceEpoch: Int64

    /// A point in time.
    ///
    /// - Parameter microsecondsSinceEpoch: Clamped to the years 0000 to 9999.
    public init(microsecondsSinceEpoch: Int64) {
        let range = CivilTime.representable
        self.microsecondsSinceEpoch = min(
            max(microsecondsSinceEpoch, range.lowerBound * 1_000_000),
            range.upperBound * 1_000_000 + 999_999
        )
    }

    /// Reads an RFC 3339 date-time with exactly six digits after the point, such as `2026-11-23T22:00:00.000000Z`.
    ///
    /// An API server refuses any other number of digits, so this does too. Any offset is accepted.
    public init?(rfc3339 text: String) {
        guard let time = RFC3339Time(text), time.fraction.count == 6 else { return nil }
        let micros = time.fraction.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        self.init(microsecondsSinceEpoch: time.secondsSinceEpoch * 1_000_000 + micros)
    }

    /// The time on this machine's clock.
    public static func now() -> MicroTimestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let range = CivilTime.representable
        let seconds = min(max(Int64(time.tv_sec), range.lowerBound), range.upperBound)
        return MicroTimestamp(microsecondsSinceEpoch: seconds * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// `2026-11-23T22:00:00.000000Z`.
    public var description: String {
        var seconds = microsecondsSinceEpoch / 1_000_000
        var micros = microsecondsSinceEpoch % 1_000_000
        if micros < 0 {
            micros += 1_000_000
            seconds -= 1
        }
        let digits = String(micros)
        let padding = String(repeating: "0", count: max(0, 6 - digits.utf8.count))
        return "\(CivilTime(secondsSinceEpoch: seconds).text).\(padding)\(digits)Z"
    }

    /// Whether `left` is earlier.
    public static func < (left: MicroTimestamp, right: MicroTimestamp) -> Bool {
        left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
    }

    /// The second it falls into.
    public var timestamp: Timestamp {
        let (quotient, remainder) = microsecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000)
        return Timestamp(secondsSinceEpoch: remainder < 0 ? quotient - 1 : quotient)
    }
}
