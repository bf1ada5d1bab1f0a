import Glibc
import HostProcess
import JSON
import Kubernetes
import LocalCluster
import Logging
import OptimizationAPI
import Synchronization

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

    /// Says what is wrong with the OptimizationJobs of a file.
    ///
    /// - Returns: The exit status: 0, 1 when it cannot be said, or 2 when there are errors.
    public static func validate(_ path: String) -> Int32 {
        let errors = TextOutput(descriptor: STDERR_FILENO, environment: [:])
        do {
            let manifests = try ManifestLoader.loadAll(path)
            let valid = manifests.filter { isGood($0, for: .reading, amongOthers: manifests.count > 1, errors) }
            let answers = valid.map { manifest in
                manifests.count == 1
                    ? "\(manifest.file): valid\n"
                    : manifest.problem(at: [], "\(manifest.title): valid").description(in: manifest.file) + "\n"
            }
            let status = answer(answers.joined())
            return valid.count == manifests.count ? status : invalidStatus
        } catch {
            errors.write("\(error)\n")
            return invalidStatus
        }
    }

    /// Writes the whole answer of a command to standard output.
    ///
    /// - Returns: The exit status: 0, or 1 when it could not be written, which has been told then.
    static func answer(_ text: String) -> Int32 {
        let output = TextOutput(descriptor: STDOUT_FILENO, environment: [:])
        output.write(text)
        guard let failure = output.failure else { return 0 }
        TextOutput(descriptor: STDERR_FILENO, environment: [:]).write("optimizationjob: \(failure)\n")
        return RunEnding.failed.exitCode
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
        guard
            let manifest = load(
                options.manifest,
                for: .running,
                parallelism: options.parallelism,
                tellingProblemsTo: errors
            )
        else { return invalidStatus }
        if let shortage = FileLimit.makeRoom(forTrials: manifest.trialsAtOnce) {
            let problem = manifest.problem(at: ["spec", "parallelTrials"], "spec.parallelTrials: \(shortage)")
            errors.write(problem.description(in: manifest.file) + "\n")
            return invalidStatus
        }
        // Standard output is the object's alone when one is asked for.
        let people = options.format == .text ? results : errors
        do {
            return try await run(manifest, options, people: people, results: results, errors: errors)
        } catch {
            errors.write("optimizationjob: \(printable("\(error)"))\n")
            return RunEnding.failed.exitCode
        }
    }

    private static func run(
        _ manifest: Manifest,
        _ options: RunOptions,
        people: TextOutput,
        results: TextOutput,
        errors: TextOutput
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

        let (impatience, patience) = AsyncStream.makeStream(of: Never.self)
        let isImpatient = Atomic(false)
        let watcher = try SignalWatcher([SIGINT, SIGTERM, SIGHUP]) { signal in
            // The second one ends the waiting for trials, the third the process. Their supervisors end the trials as soon as
            // it is gone.
            guard isImpatient.exchange(true, ordering: .relaxed) else { return patience.finish() }
            if people.isInteractive { people.write("\r\n" + LiveBlock.showCursor) }
            _exit(128 &+ signal)
        }
        defer { watcher.stop() }
        var view: any RunView = people.isInteractive ? LiveView(output: people) : PlainView(output: people)
        let outcome: LocalSession.Outcome
        do {
            outcome = try await session.run(signals: watcher.signals, impatience: impatience, view: &view)
            view.close()
        } catch {
            view.close()
            throw error
        }
        let report = RunReport(outcome, directory: directory.path, context: context)
        people.write("\n" + report.lines().joined(separator: "\n") + "\n")
        switch options.format {
        case .text: break
        case .json: results.write(String(decoding: outcome.job.serialized(.pretty), as: UTF8.self) + "\n")
        case .yaml: results.write(YAMLWriter.write(outcome.job))
        }
        guard let unwritten = outcome.unwritten ?? results.failure else { return outcome.ending.exitCode }
        errors.write("optimizationjob: \(printable("\(unwritten)"))\n")
        // A run that leaves no results, or not those it was asked for, has not done what it was started for.
        return outcome.ending == .complete ? RunEnding.failed.exitCode : outcome.ending.exitCode
    }

    /// Reads and checks a manifest; `nil` when something is wrong with it, which has been told then.
    static func load(
        _ path: String,
        for purpose: Preflight.Purpose,
        parallelism: RunOptions.Parallelism? = nil,
        tellingProblemsTo output: TextOutput
    ) -> Manifest? {
        do {
            var manifest = try ManifestLoader.load(path)
            let excess = parallelism.flatMap { manifest.setParallelism($0) }
            return isGood(manifest, for: purpose, besides: excess, output) ? manifest : nil
        } catch {
            output.write("\(error)\n")
            return nil
        }
    }

    /// Checks a manifest, and tells what is wrong with it.
    ///
    /// - Parameters:
    ///   - excess: What is known to be wrong already.
    ///   - amongOthers: Whether the file has more jobs, so that each has to be named.
    /// - Returns: Whether nothing is wrong, warnings aside.
    private static func isGood(
        _ manifest: Manifest,
        for purpose: Preflight.Purpose,
        besides excess: ManifestProblem? = nil,
        amongOthers: Bool = false,
        _ output: TextOutput
    ) -> Bool {
        let preflight = Preflight(manifest, for: purpose)
        let name = amongOthers ? manifest.title + ": " : ""
        func tell(_ problem: ManifestProblem, _ kind: String = "") {
            let told = ManifestProblem(line: problem.line, message: kind + name + problem.message)
            output.write(told.description(in: manifest.file) + "\n")
        }
        for warning in preflight.warnings { tell(warning, "warning: ") }
        let problems = [excess].compactMap(\.self) + preflight.errors
        for problem in problems { tell(problem) }
        return problems.isEmpty
    }

    /// The object as it is created: in a namespace, without what only an API server sets.
    private static func localized(_ object: JSONValue) -> JSONValue {
        var object = object
        if (object["metadata"]?["namespace"]?.stringValue ?? "").isEmpty {
            object["metadata"]?["namespace"] = "default"
        }
        // `kubectl get -o yaml` shows these, and such a file should run as it is. Its owners are not here, so it would be
        // garbage, and nobody here would take its finalizers off.
        for field in [
            "resourceVersion", "uid", "creationTimestamp", "generation", "managedFields", "ownerReferences",
            "finalizers",
        ] {
            object["metadata"]?[field] = nil
        }
        object["status"] = nil
        // Who runs it looks at its end, and so do the files that are written then.
        object["spec"]?["ttlSecondsAfterFinished"] = nil
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
