import CLinux
import Glibc

/// The command of a trial, running as the leader of its own process group.
struct TrialChild {
    /// Its process id, which is also its group's.
    let pid: pid_t

    /// Why a command did not start.
    struct Refusal: Error {
        var ending: TrialEnding
    }

    /// Starts the command; see `spawn_child` for the state it finds itself in. Its output goes to this process's
    /// standard error, which is the trial's log.
    static func start(_ order: TrialOrder) -> Result<TrialChild, Refusal> {
        guard let program = order.command.first else {
            return .failure(Refusal(ending: .notStarted(reason: "the command is empty", exitCode: 126)))
        }
        let candidates = ProgramSearch.candidates(for: program, environment: order.environment)
        var failure = child_failure()
        let pid = withCStrings(candidates) { programs in
            withCStrings(order.command) { arguments in
                withCStrings(order.environment) { environment in
                    order.directory.withCString { directory in
                        programs.withMemoryRebound(to: UnsafePointer<CChar>?.self, capacity: candidates.count + 1) {
                            var plan = child_plan(
                                programs: $0,
                                arguments: arguments,
                                environment: environment,
                                directory: directory,
                                output: STDERR_FILENO
                            )
                            return spawn_child(&plan, &failure)
                        }
                    }
                }
            }
        }
        guard pid > 0 else {
            return .failure(Refusal(ending: ending(failure, order: order, candidates: candidates)))
        }
        return .success(TrialChild(pid: pid))
    }

    /// Signals the whole group.
    func signalGroup(_ number: Int32) {
        kill(-pid, number)
    }

    private static func ending(_ failure: child_failure, order: TrialOrder, candidates: [String]) -> TrialEnding {
        let program = order.command.first ?? ""
        let error = String(cString: strerror(failure.error))
        switch UInt32(bitPattern: failure.stage) {
        case child_stage_directory.rawValue:
            return .notStarted(reason: "working directory \(order.directory): \(error)", exitCode: 126)
        case child_stage_execute.rawValue:
            return execution(of: program, failure.error, text: error, order: order, candidates: candidates)
        default:
            return .notStarted(reason: "no process could be made: \(error)", exitCode: 126)
        }
    }

    private static func execution(
        of program: String,
        _ code: Int32,
        text: String,
        order: TrialOrder,
        candidates: [String]
    ) -> TrialEnding {
        switch code {
        case ENOENT, ENOTDIR:
            // The kernel says the same of a script whose #! line names an interpreter that is not there.
            let present = candidates.first { exists($0, from: order.directory) }
            if let present {
                return .notStarted(reason: "\(present): the interpreter its first line names is missing", exitCode: 127)
            }
            let place =
                program.utf8.contains(UInt8(ascii: "/"))
                ? "in \(order.directory)" : "in PATH (\(ProgramSearch.searchPath(order.environment)))"
            return .notStarted(reason: "command not found: \(program), looked for \(place)", exitCode: 127)
        case EACCES:
            let present = candidates.first { exists($0, from: order.directory) } ?? program
            return .notStarted(
                reason: "permission denied: \(present) is not an executable file (chmod +x, or name the interpreter)",
                exitCode: 126
            )
        case ENOEXEC:
            let advice = "it is no program for this machine, or a script without a #! line"
            return .notStarted(reason: "\(program): \(text); \(advice)", exitCode: 126)
        case E2BIG:
            return .notStarted(reason: "\(program): arguments and environment are too long for Linux", exitCode: 126)
        default:
            return .notStarted(reason: "\(program): \(text)", exitCode: 126)
        }
    }

    private static func exists(_ path: String, from directory: String) -> Bool {
        access(path.hasPrefix("/") ? path : "\(directory)/\(path)", F_OK) == 0
    }
}

/// Calls `body` with a C vector of the strings, ended by a null pointer; all of it lives for the call only.
private func withCStrings<Result>(
    _ strings: [String],
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return body(&pointers)
}
