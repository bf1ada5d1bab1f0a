import Glibc
import Subprocess
import SystemPackage

/// How the supervisor is started: the program and what comes before the trial's name.
public struct SupervisorProgram: Sendable, Equatable {
    /// Absolute path.
    public var executable: String
    /// Leading arguments.
    public var arguments: [String]

    /// Describes how to start the supervisor.
    public init(executable: String, arguments: [String] = [TrialSupervisor.subcommand]) {
        self.executable = executable
        self.arguments = arguments
    }

    /// This very program: the same binary supervises. The kernel's link is used, so that an upgrade under a running
    /// process does not start another version.
    public static let ownExecutable = SupervisorProgram(executable: "/proc/self/exe")
}

/// Asks a running trial to stop. Asking again changes nothing.
struct StopRequest: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// A process gets `SIGTERM`, then after the grace period `SIGKILL`.
    func send() { continuation.yield() }

    /// Returns once it is asked, or when the task is cancelled. For one who waits, once.
    func wait() async {
        for await _ in stream { return }
    }
}

/// One trial's process: its supervisor, started and followed to the end.
struct TrialProcess: Sendable {
    var supervisor: SupervisorProgram
    /// For `ps`.
    var name: String
    var order: TrialOrder
    /// The entry of the environment (`NAME=value`) that is this trial's alone.
    var mark: String

    /// How long a supervisor may take beyond its grace period before it is killed: longer than its own patience.
    private static let supervisorSlack: Duration = Supervision.patienceAfterKill + .seconds(5)

    /// Runs the trial; returns when none of its processes is left.
    ///
    /// - Parameters:
    ///   - log: Where standard output and standard error go. Closed in any case.
    ///   - stop: Ends it early.
    func run(log: FileDescriptor, stop: StopRequest) async -> TrialReport {
        // A supervisor may be gone while its order is written; that is an error then, and not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        var options = PlatformOptions()
        options.createSession = true  // Ctrl-C in the terminal is for the trainer, which stops trials in order.
        do {
            let result = try await Subprocess.run(
                .path(FilePath(supervisor.executable)),
                arguments: Arguments(
                    executablePathOverride: "trial-keeper",
                    remainingValues: supervisor.arguments + [name]
                ),
                workingDirectory: "/",
                platformOptions: options,
                input: .inputWriter,
                output: .sequence,
                error: .fileDescriptor(log, closeAfterSpawningProcess: true)
            ) { execution in
                await follow(execution, stop: stop)
            }
            switch result.closureResult {
            case .reported(let report): return report
            case .silent(let clean):
                let left = clean ? "" : "; some of its processes could not be killed"
                return TrialReport(
                    ending: .unknown(
                        reason: "its supervisor ended without a word (\(result.terminationStatus))\(left)"
                    ),
                    wasStopped: false,
                    survivors: clean ? 0 : 1
                )
            }
        } catch {
            return TrialReport(
                ending: .unknown(reason: "its supervisor could not be started: \(error)"),
                wasStopped: false
            )
        }
    }

    private enum Following: Sendable {
        case reported(TrialReport)
        case silent(clean: Bool)
    }

    private func follow(
        _ execution: Execution<CustomWriteInput, SequenceOutput, FileDescriptorOutput>,
        stop: StopRequest
    ) async -> Following {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await stop.wait()
                guard !Task.isCancelled else { return }
                try? execution.send(signal: .terminate)
                guard (try? await Task.sleep(for: order.gracePeriod + Self.supervisorSlack)) != nil else { return }
                try? execution.send(signal: .kill)
            }
            // Fails only when the supervisor is gone, which the missing report will tell.
            _ = try? await execution.standardInputWriter.write(order.message)
            let line = await read(execution)
            group.cancelAll()
            if let report = TrialReport(decoding: line) { return .reported(report) }
            // Before this function returns the supervisor is a zombie at most, so its id, and with it the session's,
            // still belongs to it.
            let session = execution.processIdentifier.value
            return .silent(clean: await StraySweep(session: session, mark: mark).run())
        }
    }

    /// Everything the supervisor says, up to its end.
    private func read(_ execution: Execution<CustomWriteInput, SequenceOutput, FileDescriptorOutput>) async -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await part in execution.standardOutput {
                // A report is a few hundred bytes; anything longer is none, but must be read for the end to come.
                if bytes.count < 65536 { part.withUnsafeBytes { bytes.append(contentsOf: $0) } }
            }
        } catch {
            return []
        }
        return bytes
    }
}
