import Glibc
import JSON

/// How a trial's process ended.
public enum TrialEnding: Sendable, Equatable {
    /// The command ended by itself with this exit code, 0…255.
    case exited(code: Int32)
    /// A signal ended the command.
    case signalled(signal: Int32, coreDumped: Bool)
    /// The command never ran. `exitCode` is the shell's: 127 when it was not found, 126 otherwise.
    case notStarted(reason: String, exitCode: Int32)
    /// Nobody knows: the supervisor was killed, or could not be started.
    case unknown(reason: String)
}

extension TrialEnding {
    /// Reads the status that `waitpid` returned; man 2 wait.
    init(waitStatus status: Int32) {
        let signal = status & 0x7f
        if signal == 0 {
            self = .exited(code: (status >> 8) & 0xff)
        } else {
            self = .signalled(signal: signal, coreDumped: status & 0x80 != 0)
        }
    }

    /// The exit status that tells the same to a shell: 128 + *n* for signal *n*.
    var exitStatus: Int32 {
        switch self {
        case .exited(let code): code
        case .signalled(let signal, _): 128 + signal
        case .notStarted(_, let exitCode): exitCode
        case .unknown: 125
        }
    }
}

extension TrialEnding: CustomStringConvertible {
    /// How it ended, in words that complete "the trial …".
    public var description: String {
        switch self {
        case .exited(0): return "ended successfully"
        case .exited(let code): return "exited with code \(code)"
        case .signalled(let signal, let coreDumped):
            let name = SignalName.of(signal).map { " (\($0))" } ?? ""
            let core = coreDumped ? ", core dumped" : ""
            let hint = signal == SIGKILL ? ", which the kernel sends when memory runs out" : ""
            return "was killed by signal \(signal)\(name)\(core)\(hint)"
        case .notStarted(let reason, _): return "did not start: \(reason)"
        case .unknown(let reason): return "was lost: \(reason)"
        }
    }
}

/// What a supervisor says last: how the command ended, and whether that was on request.
struct TrialReport: Equatable {
    var ending: TrialEnding
    /// `SIGTERM` had reached the supervisor before the command ended.
    var wasStopped: Bool
    /// Processes that did not die of `SIGKILL` in time (another user's, or stuck in the kernel).
    var survivors: Int = 0

    /// One line of JSON.
    var line: [UInt8] {
        var object: JSONObject = [:]
        switch ending {
        case .exited(let code):
            object["exitCode"] = .number(JSONNumber(Int(code)))
        case .signalled(let signal, let coreDumped):
            object["signal"] = .number(JSONNumber(Int(signal)))
            object["coreDumped"] = .bool(coreDumped)
        case .notStarted(let reason, let exitCode):
            object["notStarted"] = .string(reason)
            object["exitCode"] = .number(JSONNumber(Int(exitCode)))
        case .unknown(let reason):
            object["unknown"] = .string(reason)
        }
        object["wasStopped"] = .bool(wasStopped)
        object["survivors"] = .number(JSONNumber(survivors))
        return JSONValue.object(object).serialized() + [UInt8(ascii: "\n")]
    }
}

extension TrialReport {
    /// Reads a report; `nil` when the bytes are not one whole line of it, as when its writer was killed.
    init?(decoding line: [UInt8]) {
        guard line.last == UInt8(ascii: "\n"), let value = try? JSONValue(parsing: Array(line.dropLast())),
            let wasStopped = value["wasStopped"]?.boolValue, let survivors = value["survivors"]?.int64Value
        else { return nil }
        self.wasStopped = wasStopped
        self.survivors = Int(clamping: survivors)
        let code = value["exitCode"]?.int64Value.flatMap { Int32(exactly: $0) }
        if let reason = value["notStarted"]?.stringValue, let code {
            ending = .notStarted(reason: reason, exitCode: code)
        } else if let signal = value["signal"]?.int64Value.flatMap({ Int32(exactly: $0) }) {
            ending = .signalled(signal: signal, coreDumped: value["coreDumped"]?.boolValue ?? false)
        } else if let code {
            ending = .exited(code: code)
        } else if let reason = value["unknown"]?.stringValue {
            ending = .unknown(reason: reason)
        } else {
            return nil
        }
    }
}

/// Names of signals.
enum SignalName {
    private static let names: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1",
        SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
        SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
    ]

    /// The name of a signal that commonly ends a process.
    static func of(_ signal: Int32) -> String? { names[signal] }
}
