import Glibc
import JSON
import Subprocess
import SystemPackage

/// Running a credential plugin.
enum ExecProgram {
    /// A plugin that does not come to an end must not hold up a controller for ever. One that asks the user may take any time.
    static let timeLimit: Duration = .seconds(60)
    /// A certificate, its chain, its key and a token are some 20 KB.
    static let outputLimit = 1 << 20

    /// Runs it and reads what it prints. What it writes to standard error goes to this process's.
    static func run(
        _ plugin: ExecPlugin,
        isTerminal: Bool = isatty(STDIN_FILENO) == 1,
        timeLimit: Duration = timeLimit,
        time: any MonotonicTime = SystemTime()
    ) async throws -> ExecCredential {
        let isInteractive = isTerminal && plugin.interactiveMode != .never
        guard isInteractive || plugin.interactiveMode != .always else {
            throw plugin.label.error(
                "\(plugin.command.debugDescription) must ask the user (interactiveMode: Always), "
                    + "but standard input is not a terminal"
            )
        }
        guard !isInteractive else {
            return try await output(of: plugin, isInteractive: true, input: .currentStandardInput)
        }
        do {
            return try await withTimeLimit(timeLimit, time) {
                try await output(of: plugin, isInteractive: false, input: .none)
            }
        } catch is TimeLimitExceeded {
            throw plugin.label.error("\(plugin.command.debugDescription) did not end within \(timeLimit)")
        }
    }

    private static func output(
        of plugin: ExecPlugin,
        isInteractive: Bool,
        input: some InputProtocol
    ) async throws -> ExecCredential {
        // A variable of the plugin's wins over one of this process, and the question over both.
        var variables = plugin.environment.map { (Environment.Key(rawValue: $0.key), String?.some($0.value)) }
        let info = plugin.info(isInteractive: isInteractive).serialized()
        variables.append(
            (Environment.Key(rawValue: "KUBERNETES_EXEC_INFO"), String(decoding: info, as: UTF8.self))
        )
        var environment: [Environment.Key: String?] = [:]
        for case (let name?, let value) in variables { environment[name] = value }
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        do {
            let result = try await Subprocess.run(
                plugin.command.contains("/") ? .path(FilePath(plugin.command)) : .name(plugin.command),
                arguments: Arguments(plugin.arguments),
                environment: .inherit.updating(environment),
                platformOptions: options,
                input: input,
                output: .bytes(limit: outputLimit),
                error: .currentStandardError
            )
            guard result.terminationStatus.isSuccess else {
                throw plugin.label.error("\(plugin.command.debugDescription) failed: \(result.terminationStatus)")
            }
            return try ExecCredential(decoding: result.standardOutput, from: plugin)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            let hint = plugin.installHint.isEmpty ? "" : "\n\(plugin.installHint)"
            throw plugin.label.error("there is no program \(plugin.command.debugDescription)\(hint)")
        } catch let error as SubprocessError {
            throw plugin.label.error("\(plugin.command.debugDescription) failed: \(error)")
        }
    }
}
