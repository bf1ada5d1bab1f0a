import Testing

@testable import Kubernetes

@Suite("A timestamp")
struct TimestampTests {
    @Test(
        "is read and written as RFC 3339",
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2026-08-21T10:30:45Z", 1_787_308_245),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ]
    )
    func roundTrip(text: String, seconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.secondsSinceEpoch == seconds)
        #expect(Timestamp(secondsSinceEpoch: seconds).description == text)
    }

    @Test(
        "drops fractions and takes off offsets",
        arguments: [
            "2026-08-21T10:30:45.999999999Z", "2026-08-21T12:30:45+02:00", "2026-08-21T05:00:45-05:30",
            "2026-08-22T10:29:45.5+23:59",
        ]
    )
    func variants(text: String) {
        #expect(Timestamp(rfc3339: text)?.description == "2026-08-21T10:30:45Z")
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", "2026-08-21", "2026-08-21T10:30:45", "2026-08-21t10:30:45z", "2026-08-21 10:30:45Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
            "2026-12-31T23:59:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00+0000", "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+00:0", "+026-01-01T00:00:00Z",
            "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-01-01T00:00:00.5", " 2026-01-01T00:00:00Z",
            "２０26-01-01T00:00:00Z", "2026-01-01T00:00:00.000000000000000000000000000000000000000000000000000000001Z",
        ]
    )
    func refused(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
        #expect(MicroTimestamp(rfc3339: text) == nil)
    }

    @Test("agrees with itself for every day of 800 years")
    func everyDay() {
        var expected = Timestamp(rfc3339: "1600-01-01T00:00:00Z")
        for _ in 0..<292_194 {
            let text = expected?.description ?? ""
            let read = Timestamp(rfc3339: text)
            if read != expected || read == nil {
                Issue.record("\(text) does not round-trip")
                return
            }
            expected = expected?.advanced(by: .seconds(86_400))
        }
        #expect(expected?.description == "2400-01-01T00:00:00Z")
    }

    @Test("stays within the years that can be written")
    func clamped() {
        #expect(Timestamp(secondsSinceEpoch: .max).description == "9999-12-31T23:59:59Z")
        #expect(Timestamp(secondsSinceEpoch: .min).description == "0000-01-01T00:00:00Z")
        #expect(Timestamp(secondsSinceEpoch: 5).advanced(by: .seconds(Int64.max)).description == "9999-12-31T23:59:59Z")
        #expect(
            Timestamp(secondsSinceEpoch: -5).advanced(by: .seconds(Int64.min)).description == "0000-01-01T00:00:00Z"
        )
        #expect(MicroTimestamp(microsecondsSinceEpoch: .max).description == "9999-12-31T23:59:59.999999Z")
        #expect(MicroTimestamp(microsecondsSinceEpoch: .min).description == "0000-01-01T00:00:00.000000Z")
    }

    @Test("knows how far apart two are")
    func difference() throws {
        let early = try #require(Timestamp(rfc3339: "2026-08-21T10:30:45Z"))
        let late = try #require(Timestamp(rfc3339: "2026-08-21T10:31:00Z"))
        #expect(late.duration(since: early) == .seconds(15))
        #expect(early.duration(since: late) == .seconds(-15))
        #expect(early < late)
        #expect(early.advanced(by: .milliseconds(1999)).duration(since: early) == .seconds(1))
    }

    @Test("is now")
    func now() {
        #expect(Timestamp.now() > Timestamp(secondsSinceEpoch: 1_700_000_000))
        #expect(MicroTimestamp.now().timestamp.duration(since: .now()) <= .seconds(1))
    }
}

@Suite("A timestamp of microseconds")
struct MicroTimestampTests {
    @Test(
        "is read and written with six digits",
        arguments: [
            ("2026-11-23T22:00:00.000000Z", 1_795_471_200_000_000),
            ("2026-11-23T22:00:00.123456Z", 1_795_471_200_123_456),
            ("1969-12-31T23:59:59.999999Z", -1),
        ]
    )
    func roundTrip(text: String, micros: Int64) {
        #expect(MicroTimestamp(rfc3339: text)?.microsecondsSinceEpoch == micros)
        #expect(MicroTimestamp(microsecondsSinceEpoch: micros).description == text)
    }

    @Test("accepts an offset, as a lease does")
    func offset() {
        let read = MicroTimestamp(rfc3339: "2026-11-23T22:00:00.123456+02:00")
        #expect(read?.description == "2026-11-23T20:00:00.123456Z")
    }

    @Test(
        "refuses any other number of digits, as an API server does",
        arguments: ["2026-11-23T22:00:00Z", "2026-11-23T22:00:00.123Z", "2026-11-23T22:00:00.1234567Z"]
    )
    func otherDigits(text: String) {
        #expect(MicroTimestamp(rfc3339: text) == nil)
        #expect(Timestamp(rfc3339: text) != nil)
    }

    @Test("falls into a second")
    func second() {
        #expect(MicroTimestamp(microsecondsSinceEpoch: -1).timestamp.secondsSinceEpoch == -1)
        #expect(MicroTimestamp(microsecondsSinceEpoch: 1_999_999).timestamp.secondsSinceEpoch == 1)
    }
}
