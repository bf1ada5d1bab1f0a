import Foundation
import Glibc
import Synchronization
import Testing

/// The program as a child process.
final class ControllerProcess: Sendable {
    /// The program that was built beside these tests.
    private static let path: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return tests.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/optimizationjob"
    }()

    private let process: Mutex<Process>
    let identifier: Int32
    private let ended: AsyncStream<Void>
    private let log: String

    /// Starts it; what it logs goes to a file.
    init(_ arguments: [String], log: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"]) throws {
        self.log = log
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: log) ?? .nullDevice
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in continuation.finish() }
        self.ended = ended
        try process.run()
        identifier = process.processIdentifier
        self.process = Mutex(process)
    }

    /// A test that failed half-way leaves no process behind.
    deinit {
        process.withLock { if $0.isRunning { Glibc.kill(identifier, SIGKILL) } }
    }

    /// Kills it as nothing can be caught, and waits until it is gone.
    func kill() async {
        if process.withLock({ $0.isRunning }) { Glibc.kill(identifier, SIGKILL) }
        for await _ in ended {}
    }

    /// Asks it to end, and waits until it is gone.
    ///
    /// - Returns: The exit status.
    func stop() async -> Int32 {
        if process.withLock({ $0.isRunning }) { Glibc.kill(identifier, SIGTERM) }
        return await exitStatus()
    }

    /// Waits until it ends by itself; the exit status, or the signal's number.
    func exitStatus() async -> Int32 {
        for await _ in ended {}
        return process.withLock { $0.terminationStatus }
    }

    /// The end of what it logged.
    var lastWords: String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(15).joined(separator: "\n")
    }
}
