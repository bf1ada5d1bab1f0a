import Testing

@testable import Manager

@Suite("Go-style flags")
struct GoFlagsTests {
    private let flags = GoFlags(booleans: ["on", "leader-elect"], refused: ["old": "it is gone. Leave it out"])

    @Test(
        "come out in one spelling",
        arguments: [
            (["--port=1"], ["--port=1"]),
            (["-port=1"], ["--port=1"]),
            (["--port", "1"], ["--port=1"]),
            (["-port", "1"], ["--port=1"]),
            (["--port="], ["--port="]),
            (["--port", ""], ["--port="]),
            (["--text", "a=b"], ["--text=a=b"]),
            (["--text=a=b"], ["--text=a=b"]),
            (["--on"], ["--on=true"]),
            (["-on"], ["--on=true"]),
            (["-on", "--port", "1"], ["--on=true", "--port=1"]),
            (["--on=false", "--leader-elect=0"], ["--on=false", "--leader-elect=false"]),
            (["--on=t", "-leader-elect=F"], ["--on=true", "--leader-elect=false"]),
            (["--on=TRUE", "-leader-elect=False"], ["--on=true", "--leader-elect=false"]),
            // A value is whatever comes next.
            (["--offset", "-5"], ["--offset=-5"]),
            (["--text", "--on"], ["--text=--on"]),
            (["--text", "-"], ["--text=-"]),
            (["--text", "--"], ["--text=--"]),
            // Repeated flags stay in order.
            (["--kind", "a", "--kind=b"], ["--kind=a", "--kind=b"]),
            // The rest is for the parser.
            (["-h"], ["-h"]),
            (["-help"], ["--help"]),
            (["--help", "--port", "1"], ["--help", "--port=1"]),
            (["-5"], ["-5"]),
            (["-"], ["-"]),
            (["file", "--port", "1"], ["file", "--port=1"]),
            (["--", "-port", "1", "--old"], ["--", "-port", "1", "--old"]),
            (["--port"], ["--port"]),
            ([], []),
        ] as [([String], [String])]
    )
    func spelling(_ arguments: [String], _ expected: [String]) throws {
        #expect(try flags.normalized(arguments) == expected)
    }

    @Test(
        "that make no sense are refused with what would",
        arguments: [
            (["--on=maybe"], "--on: \"maybe\" is no boolean; write true or false"),
            (["--on="], "--on: \"\" is no boolean; write true or false"),
            (["--on", "false"], "--on: a boolean takes its value after =; write --on=false"),
            (["-old"], "--old: it is gone. Leave it out"),
            (["--old=x"], "--old: it is gone. Leave it out"),
        ] as [([String], String)]
    )
    func refusal(_ arguments: [String], _ message: String) {
        #expect(throws: FlagError(message)) { try flags.normalized(arguments) }
    }
}

@Suite("A duration of a flag")
struct FlagDurationTests {
    @Test(
        "is written as in Go",
        arguments: [
            ("0", .zero), ("0s", .zero), ("10s", .seconds(10)), ("1m30s", .seconds(90)), ("1.5s", .milliseconds(1500)),
            ("250ms", .milliseconds(250)), ("1h", .seconds(3600)), ("365d", .seconds(31_536_000)),
            ("10us", .microseconds(10)),
            ("5ns", .nanoseconds(5)), ("2000000000ns", .seconds(2)),
        ] as [(String, Duration)]
    )
    func valid(_ text: String, _ expected: Duration) throws {
        #expect(try FlagDuration.parse(text) == expected)
    }

    @Test(
        "has a unit, and is not negative",
        arguments: ["", "10", "s", "-1s", "+1s", "1y", "1 s", "1s ", "1e3s", "٣s", "1..5s", "nans", "infs"]
    )
    func invalid(_ text: String) {
        #expect(throws: FlagDuration.Problem.malformed) { try FlagDuration.parse(text) }
    }

    @Test(
        "is 100 years at most",
        arguments: ["9999999999h", "876000h1ns", "36500d1s"]
    )
    func tooLong(_ text: String) throws {
        #expect(throws: FlagDuration.Problem.tooLong) { try FlagDuration.parse(text) }
        #expect(try FlagDuration.parse("36500d") == FlagDuration.parse("876000h"))
    }
}

@Suite("An address to listen on")
struct ListenAddressTests {
    @Test(
        "is a host and a port",
        arguments: [
            (":8080", "", 8080), ("127.0.0.1:0", "127.0.0.1", 0), ("[::1]:65535", "::1", 65535),
            ("localhost:80", "127.0.0.1", 80),
        ] as [(String, String, UInt16)]
    )
    func valid(_ text: String, _ host: String, _ port: UInt16) throws {
        #expect(try ListenAddress(parsing: text) == ListenAddress(host: host, port: port))
    }

    @Test(
        "is refused in words when it is none",
        arguments: ["", "8080", ":", ":x", ":65536", ":-1", ":+1", "example.org:80", "256.0.0.1:80", "a b:1", ":8080:"]
    )
    func invalid(_ text: String) {
        #expect { try ListenAddress(parsing: text) } throws: { "\($0)".contains("; write ") }
    }

    @Test("tells IPv6 from ports")
    func description() {
        #expect("\(ListenAddress(port: 80))" == ":80")
        #expect("\(ListenAddress(host: "::1", port: 80))" == "[::1]:80")
    }
}
