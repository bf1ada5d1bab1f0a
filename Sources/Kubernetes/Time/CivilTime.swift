/// A date and time of day in UTC, and its RFC 3339 text.
///
/// The proleptic Gregorian calendar, years 0000 to 9999, no leap seconds: what Go's `time` package, and so Kubernetes, reads
/// and writes.
struct CivilTime: Equatable, Sendable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int

    /// Seconds since 1970 of 0000-01-01T00:00:00Z and of 9999-12-31T23:59:59Z.
    static let representable: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    /// The civil time of an instant.
    ///
    /// - Parameter secondsSinceEpoch: Clamped to `representable`.
    init(secondsSinceEpoch: Int64) {
        let seconds = min(max(secondsSinceEpoch, Self.representable.lowerBound), Self.representable.upperBound)
        var days = Int(seconds / 86_400)
        var rest = Int(seconds % 86_400)
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        // Days are counted from 0000-03-01 in eras of 400 years, so that the leap day ends its year.
        // Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        days += 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The instant, in seconds since 1970. Every field is known to be in range.
    var secondsSinceEpoch: Int64 {
        // Source: as above, days_from_civil.
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// `2026-08-21T10:30:45`, without a zone.
    var text: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
            + "T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
    }
}

/// An RFC 3339 date-time taken apart (§5.6), in UTC.
struct RFC3339Time {
    /// Whole seconds since 1970, the offset already taken off.
    var secondsSinceEpoch: Int64
    /// The digits after the decimal point; empty when there is no point.
    var fraction: ArraySlice<UInt8>

    /// Reads `2026-08-21T10:30:45.5+02:00`.
    ///
    /// Strict: upper case `T` and `Z`, days that exist, no second 60, no white space, and a result within the years 0000 to
    /// 9999.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        // The shortest form is 20 bytes long; nothing sensible is longer than this.
        guard (20...64).contains(bytes.count) else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard
            bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year),
            hour < 24, minute < 60, second < 60
        else { return nil }

        var index = 19
        fraction = []
        if bytes[index] == UInt8(ascii: ".") {
            let start = index + 1
            let end =
                bytes[start...].firstIndex { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? bytes.count
            guard end > start, end < bytes.count else { return nil }
            fraction = bytes[start..<end]
            index = end
        }

        var offset = 0
        switch bytes[index] {
        case UInt8(ascii: "Z"):
            guard index + 1 == bytes.count else { return nil }
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard
                index + 6 == bytes.count, bytes[index + 3] == UInt8(ascii: ":"),
                let hours = number(index + 1..<index + 3), let minutes = number(index + 4..<index + 6),
                hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * 60
            if bytes[index] == UInt8(ascii: "-") { offset = -offset }
        default:
            return nil
        }

        var civil = CivilTime(secondsSinceEpoch: 0)
        (civil.year, civil.month, civil.day) = (year, month, day)
        (civil.hour, civil.minute, civil.second) = (hour, minute, second)
        secondsSinceEpoch = civil.secondsSinceEpoch - Int64(offset)
        guard CivilTime.representable.contains(secondsSinceEpoch) else { return nil }
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
