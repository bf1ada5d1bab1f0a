import Glibc
import JSON
import Subprocess
import SystemPackage
import Testing

@testable import LocalCluster

@Suite("What trainer and supervisor tell each other")
struct SupervisorProtocolTests {
    static let reports = [
        TrialReport(ending: .exited(code: 0), wasStopped: false),
        TrialReport(ending: .exited(code: 255), wasStopped: true),
        TrialReport(ending: .signalled(signal: SIGKILL, coreDumped: false), wasStopped: true, survivors: 2),
        TrialReport(ending: .signalled(signal: SIGSEGV, coreDumped: true), wasStopped: false),
        TrialReport(ending: .notStarted(reason: "command not found: \"x\"\n", exitCode: 127), wasStopped: false),
        TrialReport(ending: .unknown(reason: "gone"), wasStopped: false),
    ]

    @Test("is one line that reads back as it was written", arguments: reports)
    func report(_ report: TrialReport) {
        let line = report.line
        #expect(line.firstIndex(of: UInt8(ascii: "\n")) == line.count - 1)
        #expect(TrialReport(decoding: line) == report)
        for length in 0..<line.count { #expect(TrialReport(decoding: Array(line[..<length])) == nil) }
    }

    static let nonsense = ["\n", "{}\n", "[]\n", "{\"wasStopped\":true,\"survivors\":0}\n", "{\"exitCode\":1}\n"]

    @Test("is nothing when it is no report", arguments: nonsense)
    func nonReport(_ text: String) {
        #expect(TrialReport(decoding: Array(text.utf8)) == nil)
    }

    static let waitStatuses: [(status: Int32, ending: TrialEnding, exit: Int32)] = [
        (0x0000, .exited(code: 0), 0), (0x0100, .exited(code: 1), 1), (0xff00, .exited(code: 255), 255),
        (0x0009, .signalled(signal: 9, coreDumped: false), 137),
        (0x008b, .signalled(signal: 11, coreDumped: true), 139),
    ]

    @Test("counts signals as a shell does", arguments: waitStatuses)
    func waitStatus(_ subject: (status: Int32, ending: TrialEnding, exit: Int32)) {
        #expect(TrialEnding(waitStatus: subject.status) == subject.ending)
        #expect(subject.ending.exitStatus == subject.exit)
    }

    static let descriptions: [(ending: TrialEnding, text: String)] = [
        (.exited(code: 0), "ended successfully"),
        (.exited(code: 1), "exited with code 1"),
        (
            .signalled(signal: SIGKILL, coreDumped: false),
            "was killed by signal 9 (SIGKILL), which the kernel sends when memory runs out"
        ),
        (.signalled(signal: SIGSEGV, coreDumped: true), "was killed by signal 11 (SIGSEGV), core dumped"),
        (.signalled(signal: 40, coreDumped: false), "was killed by signal 40"),
        (.notStarted(reason: "command not found: x", exitCode: 127), "did not start: command not found: x"),
    ]

    @Test("is told in words a data scientist understands", arguments: descriptions)
    func words(_ subject: (ending: TrialEnding, text: String)) {
        #expect("\(subject.ending)" == subject.text)
    }

    private let order = TrialOrder(
        command: ["sh", "", "ü\n"],
        environment: ["A=b=c", "E="],
        directory: "/tmp",
        gracePeriod: .milliseconds(1500),
        openFiles: 1024
    )

    @Test("is an order with its length before it")
    func message() throws {
        let parts = order.message.split(separator: UInt8(ascii: "\n"), maxSplits: 1)
        #expect(Int(String(decoding: parts[0], as: UTF8.self)) == parts[1].count)
        #expect(TrialOrder(decoding: Array(parts[1])) == order)
    }

    @Test("bounds a grace period instead of overflowing")
    func gracePeriod() {
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMilliseconds == .min)
        #expect(Duration.microseconds(1999).wholeMilliseconds == 1)
    }

    static let badInput = ["", "x", "12", "7\n", "-1\n{}", "0\n", "99999999999\n", "2\n{}", "2\n[]", "4\nnull"]

    @Test("is refused by a supervisor that gets no order", arguments: badInput)
    func noOrder(_ input: String) async throws {
        let supervisor = try #require(BuiltProgram.supervisor)
        let result = try await Subprocess.run(
            .path(FilePath(supervisor.executable)),
            arguments: Arguments(supervisor.arguments + ["test"]),
            input: .string(input),
            output: .bytes(limit: 1000),
            error: .discarded
        )
        #expect(result.terminationStatus == .exited(125))
        #expect(result.standardOutput == [])
    }

    static let searches: [(program: String, path: String?, candidates: [String])] = [
        ("python3", "PATH=/a:/b", ["/a/python3", "/b/python3"]),
        ("python3", "PATH=/a::b", ["/a/python3", "./python3", "b/python3"]),
        ("python3", "PATH=", ["./python3"]),
        ("./train", "PATH=/a", ["./train"]),
        ("/bin/sh", nil, ["/bin/sh"]),
        ("", "PATH=/a", []),
    ]

    @Test("finds a program in the trial's own PATH", arguments: searches)
    func search(_ subject: (program: String, path: String?, candidates: [String])) {
        let environment = ["PATHS=/no", "XPATH=/no"] + (subject.path.map { [$0] } ?? [])
        #expect(ProgramSearch.candidates(for: subject.program, environment: environment) == subject.candidates)
    }
}
