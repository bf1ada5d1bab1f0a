import Kubernetes
import OptimizationAPI

/// Why a trial is not started.
private struct TrialRefusal: Error, CustomStringConvertible {
    var description: String
}

/// Runs trials as processes of this machine.
struct ProcessTrials: TrialRunner {
    let configuration: LocalTrainerConfiguration
    let writer: TrainJobStatusWriter

    func run(_ request: TrainJobRequest, stop: StopRequest) async -> TrialOutcome {
        do {
            return try await attempt(request, stop: stop)
        } catch {
            return .ended(.failed(reason: "LocalRunNotPossible", message: "\(error)"))
        }
    }

    /// - Throws: Why the trial cannot be started, in a sentence that says what to set where that helps.
    private func attempt(_ request: TrainJobRequest, stop: StopRequest) async throws -> TrialOutcome {
        let name = request.metadata.namespacedName
        guard TrialName.isLabel(name.name) else {
            throw TrialRefusal(description: "metadata.name must match RFC 1035 DNS label format")
        }
        let directory = TrialDirectory(runDirectory: configuration.runDirectory, trainJob: name.name)
        let mark = EnvironmentVariable(name: "OPTIMIZATIONJOB_TRIAL", value: request.metadata.uid)
        let command = try TrialCommand(
            spec: request.spec,
            injected: injectedVariables(for: name, directory: directory) + [mark],
            inherited: inheritedVariables(directory: directory)
        )
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
                    gracePeriod: configuration.gracePeriod,
                    openFiles: FileLimit.inherited
                ),
                mark: "\(mark.name)=\(mark.value)"
            )
            return outcome(of: await process.run(log: try directory.openLog(), stop: stop), log: directory.log)
        } catch {
            throw TrialRefusal(description: "the trial's directory could not be prepared: \(error)")
        }
    }

    private func outcome(of report: TrialReport, log: String) -> TrialOutcome {
        let state: TrainJobState =
            report.ending == .exited(code: 0)
            ? .complete : .failed(reason: "FailedJobs", message: message(about: report, log: log))
        return report.wasStopped || report.ending.isUnknown ? .interrupted(otherwise: state) : .ended(state)
    }

    /// How it ended and the last lines of its log.
    private func message(about report: TrialReport, log: String) -> String {
        let tail = LogTail.read(log)
        let words = tail.isEmpty ? "it wrote no output" : "the last lines of \(log):\n\(tail)"
        return "the trial \(report.ending); \(words)"
    }

    /// What Trainer injects when the Progress API is on. The CA certificate and the token are paths, not contents.
    private func injectedVariables(
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

    private func inheritedVariables(directory: TrialDirectory) -> [String: String] {
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
