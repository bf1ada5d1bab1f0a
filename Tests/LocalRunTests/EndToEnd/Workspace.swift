import Foundation
import Testing

/// A folder of a test's own, with trials in it, and the program that runs them.
final class Workspace: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/optimizationjob-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try write(Workspace.report, to: "report.py")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
    }

    /// The names of the files in a folder; empty when there is no such folder.
    func files(in name: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(name)")) ?? []).sorted()
    }

    /// The program that was built beside these tests.
    static let program: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return tests.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/optimizationjob"
    }()

    /// Reports metrics as a training would: `python3 report.py loss 0.5 epoch 1`.
    private static let report = """
        import json, os, ssl, sys, urllib.request
        from datetime import datetime, timezone
        url = os.environ["KUBEFLOW_TRAINER_SERVER_URL"]
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        metrics = [{"name": name, "value": value} for name, value in zip(sys.argv[1::2], sys.argv[2::2])]
        body = json.dumps({"trainerStatus": {"metrics": metrics, "lastUpdatedTime": now}}).encode()
        token = open(os.environ["KUBEFLOW_TRAINER_SERVER_TOKEN"]).read().strip()
        request = urllib.request.Request(url, data=body, headers={
            "Content-Type": "application/json", "Authorization": "Bearer " + token})
        context = ssl.create_default_context(cafile=os.environ["KUBEFLOW_TRAINER_SERVER_CA_CERT"])
        urllib.request.urlopen(request, timeout=30, context=context).read()

        """

    /// A manifest whose trials run a shell script.
    ///
    /// - Parameter spec: Lines of the job's spec besides objectives and template.
    static func manifest(_ spec: String, script: String, trainJob: String = "") -> String {
        func indented(_ text: String, by count: Int) -> String {
            text.split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.isEmpty ? "" : String(repeating: " ", count: count) + $0 }.joined(separator: "\n")
        }
        return """
            apiVersion: trainer.kubeflow.org/v1alpha1
            kind: OptimizationJob
            metadata:
              name: example
            spec:
              objectives:
                - metric: loss
            \(indented(spec, by: 2))
              trainJobTemplate:
                spec:
                  runtimeRef:
                    name: torch-distributed
            \(indented(trainJob, by: 6))
                  trainer:
                    command: ["sh", "-euc"]
                    args:
                      - |
            \(indented(script, by: 12))
            """
    }
}

/// A run of the program as a child process.
final class ProgramRun {
    private let process = Process()
    private let output = Pipe()
    private let errors = Pipe()
    private let input = Pipe()
    /// What was read of standard output already.
    private var beginning = Data()

    /// Starts it in `directory`.
    init(_ arguments: [String], in directory: String, program: String = Workspace.program, input text: String? = nil)
        throws
    {
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = input
        // What the outer environment says must not change what is tested.
        process.environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "TERM": "xterm"]
        try process.run()
        if let text { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }
        try input.fileHandleForWriting.close()
    }

    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    var processIdentifier: Int32 { process.processIdentifier }

    func send(_ signal: Int32) {
        kill(processIdentifier, signal)
    }

    /// Waits until standard output has a text in it, or has ended.
    func reads(_ text: String) async {
        let output = output.fileHandleForReading
        beginning = await withCheckedContinuation { [beginning] continuation in
            DispatchQueue.global().async {
                var read = beginning
                while !String(decoding: read, as: UTF8.self).contains(text) {
                    let more = output.availableData
                    if more.isEmpty { break }
                    read += more
                }
                continuation.resume(returning: read)
            }
        }
    }

    /// Waits for the end, and reads all it wrote.
    func result() async -> Result {
        await withCheckedContinuation { [beginning] continuation in
            let output = output.fileHandleForReading
            let errors = errors.fileHandleForReading
            let process = process
            DispatchQueue.global().async {
                // Both pipes at once: a full one would stop the program.
                let group = DispatchGroup()
                nonisolated(unsafe) var text: [Data] = [Data(), Data()]
                DispatchQueue.global().async(group: group) { text[1] = errors.readDataToEndOfFile() }
                text[0] = beginning + output.readDataToEndOfFile()
                group.wait()
                process.waitUntilExit()
                let status =
                    process.terminationReason == .exit
                    ? process.terminationStatus : 128 + process.terminationStatus
                continuation.resume(
                    returning: Result(
                        status: status,
                        output: String(decoding: text[0], as: UTF8.self),
                        errors: String(decoding: text[1], as: UTF8.self)
                    )
                )
            }
        }
    }
}

/// Waits until something is so, which is looked at often; fails the test when it does not become so.
func eventually(
    _ what: String,
    within limit: Duration = .seconds(60),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try !condition() {
        try #require(ContinuousClock.now < end, "never happened: \(what)", sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// Whether a process exists; one that ended and was not waited for does not count.
func isAlive(_ pid: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    // The name in parentheses may hold anything; the state follows the last one.
    return status.split(separator: ")").last.map { !$0.hasPrefix(" Z") } ?? false
}
