import Glibc
import JSON
import SystemPackage
import Testing

@testable import LocalCluster

/// A directory of one test's own, removed at its end.
final class TrainerTestDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/optimizationjob-trainer-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    func write(_ text: String, to name: String, executable: Bool = false) throws {
        let permissions: FilePermissions = executable ? [.ownerReadWriteExecute] : [.ownerReadWrite]
        try SmallFile.write(Array(text.utf8), to: "\(path)/\(name)", permissions: permissions)
    }

    func read(_ name: String) -> String? {
        SmallFile.read("\(path)/\(name)", limit: 8 << 20).map { String(decoding: $0, as: UTF8.self) }
    }

    func makeDirectory(_ name: String) { mkdir("\(path)/\(name)", 0o755) }

    /// Links are removed, never followed.
    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in DirectoryListing.names(in: path) { remove("\(path)/\(name)") }
        rmdir(path)
    }
}

/// The executable, which the build puts beside the test bundle.
enum BuiltProgram {
    static let supervisor: SupervisorProgram? = {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        let own = String(cString: path)
        guard let slash = own.lastIndex(of: "/") else { return nil }
        let program = own[..<slash] + "/optimizationjob"
        return access(String(program), X_OK) == 0 ? SupervisorProgram(executable: String(program)) : nil
    }()
}

/// Whether a process is there and not merely waiting to be waited for.
func isAlive(_ pid: pid_t) -> Bool {
    guard let stat = SmallFile.read("/proc/\(pid)/stat", limit: 4096), let entry = ProcessTable.parse(stat, pid: pid)
    else { return false }
    return !entry.isZombie
}

/// Looks again and again until something is so; a minute at most, which only a failing test takes.
func eventually(
    _ what: Comment,
    within limit: Duration = .seconds(60),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async -> Bool
) async throws {
    let deadline = ContinuousClock.now.advanced(by: limit)
    while await !condition() {
        try #require(ContinuousClock.now < deadline, what, sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(5))
    }
}

extension TrialProcess {
    /// A process of a test: a shell script in a directory, under the built supervisor.
    static func shell(
        _ script: String,
        in directory: TrainerTestDirectory,
        grace: Duration = .seconds(30),
        mark: String = "T=none"
    ) throws -> TrialProcess {
        try command(["/bin/sh", "-c", script], in: directory, grace: grace, mark: mark)
    }

    /// A process of a test: a command in a directory, under the built supervisor.
    static func command(
        _ command: [String],
        in directory: TrainerTestDirectory,
        grace: Duration = .seconds(30),
        mark: String = "T=none"
    ) throws -> TrialProcess {
        TrialProcess(
            supervisor: try #require(BuiltProgram.supervisor, "optimizationjob is built beside the tests"),
            name: "test",
            order: TrialOrder(
                command: command,
                environment: ["PATH=/usr/local/bin:/usr/bin:/bin", mark],
                directory: directory.path,
                gracePeriod: grace
            ),
            mark: mark
        )
    }

    /// Runs with the log in `log.txt`.
    func run(in directory: TrainerTestDirectory, stop: StopRequest = StopRequest()) async throws -> TrialReport {
        let log = try FileDescriptor.open(
            FilePath(directory.path + "/log.txt"),
            .writeOnly,
            options: [.create, .append, .closeOnExec],
            permissions: [.ownerReadWrite]
        )
        return await run(log: log, stop: stop)
    }
}
