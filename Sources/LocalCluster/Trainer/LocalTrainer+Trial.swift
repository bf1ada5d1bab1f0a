import Kubernetes
import OptimizationAPI

// One trial, from its TrainJob to how it ended. None of this is on the actor: files are written and read, and a process
// is followed.
extension LocalTrainer {
    /// How a start went on.
    enum End: Sendable {
        case ended(TrialReport)
        case refused(TrialRefusal)
        /// The TrainJob was deleted before anything ran.
        case gone
    }

    /// Prepares and runs one trial.
    nonisolated func perform(_ request: TrainJobRequest, stop: StopRequest) async -> End {
        let name = request.metadata.namespacedName
        guard TrialName.isLabel(name.name) else {
            return .refused(TrialRefusal(description: "metadata.name must match RFC 1035 DNS label format"))
        }
        let directory = TrialDirectory(runDirectory: configuration.runDirectory, trainJob: name.name)
        let mark = EnvironmentVariable(name: "OPTIMIZATIONJOB_TRIAL", value: request.metadata.uid)
        let command: TrialCommand
        do {
            command = try TrialCommand(
                spec: request.spec,
                injected: injectedVariables(for: name, directory: directory) + [mark],
                inherited: inheritedVariables(directory: directory)
            )
        } catch {
            return .refused(error)
        }
        guard await writer.write(.running, of: name, uid: request.metadata.uid) != .gone else { return .gone }
        do {
            try directory.prepare(
                context: configuration.contextDirectory,
                runDirectory: configuration.runDirectory,
                token: configuration.tokens.token(for: name)
            )
            let process = TrialProcess(
                supervisor: configuration.supervisor,
                name: name.name,
                order: TrialOrder(
                    command: command.arguments,
                    environment: command.environment,
                    directory: directory.work,
                    gracePeriod: configuration.gracePeriod
                ),
                mark: "\(mark.name)=\(mark.value)"
            )
            return .ended(await process.run(log: try directory.openLog(), stop: stop))
        } catch {
            return .refused(TrialRefusal(description: "the trial's directory could not be prepared: \(error)"))
        }
    }

    /// What to report; `nil` when nobody is to be told.
    nonisolated func state(of name: NamespacedName, after end: End, cause: StopCause?) -> TrainJobState? {
        switch (end, cause) {
        case (.gone, _), (_, .deleted): return nil
        case (.refused(let refusal), _):
            return .failed(reason: "LocalRunNotPossible", message: refusal.description)
        case (.ended(let report), .shutdown) where report.wasStopped || report.ending.isUnknown: return nil
        case (.ended(let report), .deadline) where report.wasStopped || report.ending.isUnknown:
            return .deadlineExceeded
        case (.ended(let report), .suspended) where report.wasStopped || report.ending.isUnknown: return .suspended
        case (.ended(let report), _):
            if report.ending == .exited(code: 0) { return .complete }
            return .failed(reason: "FailedJobs", message: message(about: report, of: name))
        }
    }

    /// How it ended and the last lines of its log.
    private nonisolated func message(about report: TrialReport, of name: NamespacedName) -> String {
        let directory = TrialDirectory(runDirectory: configuration.runDirectory, trainJob: name.name)
        let tail = LogTail.read(directory.log)
        let log = tail.isEmpty ? "it wrote no output" : "the last lines of \(directory.log):\n\(tail)"
        return "the trial \(report.ending); \(log)"
    }

    /// What Trainer injects when the Progress API is on. The CA certificate and the token are paths, not contents.
    private nonisolated func injectedVariables(
        for name: NamespacedName,
        directory: TrialDirectory
    ) -> [EnvironmentVariable] {
        let url = configuration.progressServerOrigin + ProgressServer.path(for: name)
        return [
            EnvironmentVariable(name: "KUBEFLOW_TRAINER_SERVER_URL", value: url),
            EnvironmentVariable(
                name: "KUBEFLOW_TRAINER_SERVER_CA_CERT",
                value: configuration.certificateAuthorityFile
            ),
            EnvironmentVariable(name: "KUBEFLOW_TRAINER_SERVER_TOKEN", value: directory.token),
        ]
    }

    private nonisolated func inheritedVariables(directory: TrialDirectory) -> [String: String] {
        var variables = InheritedEnvironment.filtered(configuration.inheritedEnvironment)
        variables["PWD"] = directory.work
        // Output is wanted in the log when it is printed, not when a buffer is full.
        if variables["PYTHONUNBUFFERED"] == nil { variables["PYTHONUNBUFFERED"] = "1" }
        return variables
    }
}

extension TrialEnding {
    fileprivate var isUnknown: Bool {
        if case .unknown = self { true } else { false }
    }
}
