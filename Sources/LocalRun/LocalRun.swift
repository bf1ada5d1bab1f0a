import Glibc
import HostProcess
import JSON
import Kubernetes
import LocalCluster
import Logging
import OptimizationAPI

/// `optimizationjob run` and `optimizationjob validate`: from a file to an exit status.
public enum LocalRun {
    /// The exit status for a manifest or a command line that is wrong.
    public static let invalidStatus: Int32 = 2

    /// Says what is wrong with a command line.
    ///
    /// - Returns: The exit status, that of a wrong manifest: whoever calls the program tells "nothing was started" from "the
    ///   job failed" by it.
    public static func refuse(_ message: String) -> Int32 {
        TextOutput(descriptor: STDERR_FILENO, environment: [:]).write(message + "\n")
        return invalidStatus
    }

    /// Says what is wrong with a manifest.
    ///
    /// - Returns: The exit status: 0, or 2 when there are errors.
    public static func validate(_ path: String) -> Int32 {
        let errors = TextOutput(descriptor: STDERR_FILENO, environment: environment())
        guard let manifest = load(path, parallelism: nil, tellingProblemsTo: errors) else { return invalidStatus }
        TextOutput(descriptor: STDOUT_FILENO, environment: environment()).write("\(manifest.file): valid\n")
        return 0
    }

    /// Runs an OptimizationJob on this machine.
    ///
    /// - Returns: The exit status: 0 when the job completed, 1 when it failed or could not be run, 2 when the manifest
    ///   is invalid, 128 plus the signal's number after a signal.
    public static func run(_ options: RunOptions) async -> Int32 {
        if let problem = options.problem { return refuse("Error: \(problem)") }
        let environment = environment()
        let results = TextOutput(descriptor: STDOUT_FILENO, environment: environment)
        let errors = TextOutput(descriptor: STDERR_FILENO, environment: environment)
        // Somebody may stop reading (`| head`): that is an error of one write, not the end of the run.
        signal(SIGPIPE, SIG_IGN)
        guard let manifest = load(options.manifest, parallelism: options.parallelism, tellingProblemsTo: errors) else {
            return invalidStatus
        }
        // Standard output is the object's alone when one is asked for.
        let people = options.format == .text ? results : errors
        do {
            return try await run(manifest, options, people: people, results: results)
        } catch {
            errors.write("optimizationjob: \(printable("\(error)"))\n")
            return RunEnding.failed.exitCode
        }
    }

    private static func run(
        _ manifest: Manifest,
        _ options: RunOptions,
        people: TextOutput,
        results: TextOutput
    ) async throws -> Int32 {
        let object = localized(manifest.object)
        let metadata = ObjectMeta(object)
        let context = try RunDirectory.absolute(options.contextDirectory ?? manifest.directory)
        let name = metadata.name.isEmpty ? metadata.generateName + "run" : metadata.name
        let directory = try RunDirectory.create(in: options.outputDirectory, job: name, at: time(nil))
        let log = try LogSink(path: "\(directory.absolutePath)/optimizationjob.log", format: .text)
        let session = LocalSession(
            object: object,
            directory: directory,
            contextDirectory: context,
            supervisor: options.supervisor.map { SupervisorProgram(executable: $0) } ?? .ownExecutable,
            logger: log.logger(label: "optimizationjob", level: options.logLevel)
        )

        let watcher = try SignalWatcher([SIGINT, SIGTERM, SIGHUP]) { signal in
            // Their supervisors end the trials as soon as this process is gone.
            if people.isInteractive { people.write("\r\n" + LiveBlock.showCursor) }
            _exit(128 &+ signal)
        }
        defer { watcher.stop() }
        var view: any RunView = people.isInteractive ? LiveView(output: people) : PlainView(output: people)
        let outcome: LocalSession.Outcome
        do {
            outcome = try await session.run(signals: watcher.signals, view: &view)
            view.close()
        } catch {
            view.close()
            throw error
        }
        let unwritten = conclude(outcome, options, directory, context: context, people: people, results: results)
        // A run that leaves no results has not done what it was started for.
        if let unwritten {
            guard outcome.ending != .complete else { throw unwritten }
            people.write("optimizationjob: \(printable("\(unwritten)"))\n")
        }
        return outcome.ending.exitCode
    }

    /// Writes the results, and tells them: even when they cannot be written, since a full disk must not take away what
    /// hours of training found.
    ///
    /// - Returns: Why the results, or some of them, were not written.
    private static func conclude(
        _ outcome: LocalSession.Outcome,
        _ options: RunOptions,
        _ directory: RunDirectory,
        context: String,
        people: TextOutput,
        results: TextOutput
    ) -> SystemError? {
        let status = OptimizationJobStatus(decoding: outcome.job["status"] ?? .null)
        let yaml = YAMLWriter.write(outcome.job)
        var unwritten: SystemError?
        for (name, text) in [("job.yaml", yaml), ("trials.csv", TrialsTable.csv(status.trials))] {
            do throws(SystemError) {
                try directory.write(text, to: name)
            } catch {
                unwritten = unwritten ?? error
            }
        }
        let report = RunReport(
            ending: outcome.ending,
            state: outcome.state,
            message: outcome.message,
            reproduction: outcome.bestSpec.flatMap { Reproduction.command(spec: $0, directory: context) },
            directory: directory.path,
            logPath: { "\(directory.path)/trials/\($0)/log.txt" }
        )
        people.write("\n" + report.lines().joined(separator: "\n") + "\n")
        switch options.format {
        case .text: break
        case .json: results.write(String(decoding: outcome.job.serialized(.pretty), as: UTF8.self) + "\n")
        case .yaml: results.write(yaml)
        }
        return unwritten
    }

    /// Reads and checks a manifest; `nil` when it cannot be run, which has been told then.
    static func load(
        _ path: String,
        parallelism: RunOptions.Parallelism?,
        tellingProblemsTo output: TextOutput
    ) -> Manifest? {
        do {
            var manifest = try ManifestLoader.load(path)
            let excess = parallelism.flatMap { manifest.setParallelism($0) }
            let preflight = Preflight(manifest)
            let problems = [excess].compactMap(\.self) + preflight.errors
            for warning in preflight.warnings {
                let message = ManifestProblem(line: warning.line, message: "warning: \(warning.message)")
                output.write(message.description(in: manifest.file) + "\n")
            }
            guard problems.isEmpty else { throw ManifestError(file: manifest.file, problems: problems) }
            return manifest
        } catch {
            output.write("\(error)\n")
            return nil
        }
    }

    /// The object as it is created: in a namespace, without what only an API server sets.
    private static func localized(_ object: JSONValue) -> JSONValue {
        var object = object
        if (object["metadata"]?["namespace"]?.stringValue ?? "").isEmpty {
            object["metadata"]?["namespace"] = "default"
        }
        // `kubectl get -o yaml` shows these, and such a file should run as it is.
        for field in ["resourceVersion", "uid", "creationTimestamp", "generation", "managedFields"] {
            object["metadata"]?[field] = nil
        }
        object["status"] = nil
        return object
    }

    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        for name in ["TERM", "NO_COLOR"] {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        return variables
    }
}
