import Foundation
import JSON
import Synchronization
import Testing

/// The program as a child process. What it logs, one JSON object a line, is read as it comes.
final class Program: Sendable {
    /// The program that was built beside these tests.
    static let path: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return tests.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/optimizationjob"
    }()

    private struct Output {
        var lines: [String] = []
        var rest: [UInt8] = []
    }

    let processIdentifier: Int32
    private let output = Mutex(Output())
    private let status = Mutex<Int32?>(nil)
    private let process: Mutex<Process>

    /// Starts it with nothing of this process's environment but the path.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        processIdentifier = process.processIdentifier
        let reading = errors.fileHandleForReading
        let waiting = process
        self.process = Mutex(process)
        Thread.detachNewThread { [self] in
            while true {
                let data = reading.availableData
                guard !data.isEmpty else { break }
                take(data)
            }
            waiting.waitUntilExit()
            let code = waiting.terminationStatus
            status.withLock { $0 = waiting.terminationReason == .exit ? code : 128 + code }
        }
    }

    /// Ends it, if it has not.
    func end() {
        if status.withLock({ $0 }) == nil { kill(processIdentifier, SIGKILL) }
    }

    func send(_ signal: Int32) {
        kill(processIdentifier, signal)
    }

    /// Waits for the end; the exit status, or 128 and the signal's number.
    func exitStatus() async throws -> Int32 {
        try await eventually("the program ends", self) { self.status.withLock { $0 } }
    }

    var hasEnded: Bool { status.withLock { $0 } != nil }

    /// Everything it wrote to standard error so far.
    var lines: [String] { output.withLock { $0.lines } }

    /// The records of its log so far; lines that are none are left out.
    var records: [JSONValue] { lines.compactMap { try? JSONValue(parsing: Array($0.utf8)) } }

    /// Waits for a record with this message.
    func record(_ message: String) async throws -> JSONValue {
        try await eventually("it logs \"\(message)\"", self) {
            self.records.first { $0["msg"]?.stringValue == message }
        }
    }

    /// Waits for a server's port.
    func port(of what: String) async throws -> UInt16 {
        let text = try await record("serving \(what)")["port"]?.stringValue
        return try #require(text.flatMap { UInt16($0) })
    }

    private func take(_ data: Data) {
        output.withLock { output in
            output.rest += data
            while let end = output.rest.firstIndex(of: UInt8(ascii: "\n")) {
                output.lines.append(String(decoding: output.rest[..<end], as: UTF8.self))
                output.rest.removeFirst(end + 1)
            }
        }
    }
}

/// Waits until something is there, which is looked for often; fails the test when it does not come.
func eventually<Value>(
    _ what: String,
    _ program: Program? = nil,
    within limit: Duration = .seconds(60),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ look: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + limit
    while true {
        if let value = try await look() { return value }
        let log = program.map { "\n" + $0.lines.suffix(20).joined(separator: "\n") } ?? ""
        try #require(ContinuousClock.now < end, "never happened: \(what)\(log)", sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// Waits until something is so.
func eventually(
    _ what: String,
    _ program: Program? = nil,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    _ = try await eventually(what, program, sourceLocation: sourceLocation) { try await condition() ? true : nil }
}
