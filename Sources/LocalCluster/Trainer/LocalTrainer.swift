import JSON
import Kubernetes
import Logging
import OptimizationAPI

/// Runs TrainJobs as processes of this machine: Kubeflow Trainer's part when there is no cluster.
///
/// A client of the API like any controller, and level-based: it looks at what a TrainJob asks for and at what runs, and
/// makes the one match the other. Per TrainJob there is one process at most; when it ends, the TrainJob gets the
/// conditions that Trainer would set. A TrainJob that has ended is never run again.
///
/// What a local trial cannot have (containers, several nodes, Secrets, initializers) fails the TrainJob at once with a
/// sentence that says what to set instead.
public actor LocalTrainer {
    private let api: any KubernetesAPI
    private let configuration: LocalTrainerConfiguration
    private let writer: TrainJobStatusWriter
    private let logger: Logger

    /// By the TrainJob's UID.
    private var jobs: [String: Job] = [:]
    private var isStopping = false
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []

    /// What the trainer knows of one TrainJob.
    private struct Job {
        var name: NamespacedName
        var phase: Phase
    }

    private enum Phase {
        /// A process runs, or is about to.
        case running(Running)
        /// Suspended: nothing runs. The task writes that down, and is waited for before anything else is written.
        case suspended(writing: Task<Void, Never>?)
        /// Ended, and the end is written. Remembered until the TrainJob is deleted, because a watch may still deliver
        /// older states of it, which do not show the end.
        case finished
    }

    private struct Running {
        var stop = StopRequest()
        var cause: StopCause?
        var deadline: Task<Void, Never>?
    }

    /// Why a trial is made to stop.
    private enum StopCause {
        case deadline
        case suspended
        case deleted
        case shutdown
    }

    /// Makes a trainer, which does nothing before `run`.
    public init(api: any KubernetesAPI, configuration: LocalTrainerConfiguration, logger: Logger) {
        self.api = api
        self.configuration = configuration
        self.logger = logger
        writer = TrainJobStatusWriter(api: api, logger: logger)
    }

    /// Follows the TrainJobs until the task is cancelled. What runs then goes on until `stopAll`.
    public func run() async {
        let (changes, continuation) = AsyncStream.makeStream(of: CacheChange<TrainJobRequest>.self)
        let cache = WatchCache(
            api: api,
            type: .trainJobs,
            namespace: configuration.namespace,
            logger: logger,
            decode: { TrainJobRequest($0) }
        )
        cache.onChange { continuation.yield($0) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await cache.run()
                continuation.finish()
            }
            for await change in changes {
                if let request = change.new {
                    observe(request)
                } else if let uid = change.old?.metadata.uid {
                    forget(uid)
                }
            }
        }
    }

    /// Stops every trial and starts no other: `SIGTERM`, and after the grace period `SIGKILL`.
    ///
    /// Returns when no process is left, or when one resists even that: then `bound` is over. The TrainJobs' status is
    /// left as it is: they did not end, they were interrupted.
    ///
    /// - Parameter bound: The most it may take; the grace period and 15 s unless given.
    public func stopAll(within bound: Duration? = nil) async {
        isStopping = true
        for uid in jobs.keys { stop(uid, because: .shutdown) }
        guard hasRunning else { return }
        let limit = bound ?? configuration.gracePeriod + .seconds(15)
        let timer = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            self.giveUpWaiting()
        }
        await withCheckedContinuation { idleWaiters.append($0) }
        timer.cancel()
    }

    private var hasRunning: Bool {
        jobs.values.contains { if case .running = $0.phase { true } else { false } }
    }

    private func giveUpWaiting() {
        logger.error("a trial did not stop in time")
        resumeIdleWaiters()
    }

    private func resumeIdleWaiters() {
        for waiter in idleWaiters { waiter.resume() }
        idleWaiters = []
    }
}

// MARK: - What is asked for

extension LocalTrainer {
    /// Compares what a TrainJob asks for with what runs.
    private func observe(_ request: TrainJobRequest) {
        guard !request.isManagedByOther, !isStopping else { return }
        let uid = request.metadata.uid
        if request.metadata.deletionTimestamp != nil {
            stop(uid, because: .deleted)
            return
        }
        switch jobs[uid]?.phase {
        case .finished:
            return
        case .running(let running):
            if request.isFinished {
                // Somebody else ended it, such as a person with kubectl.
                stop(uid, because: .deleted)
            } else if request.isSuspended, running.cause == nil {
                stop(uid, because: .suspended)
            }
        case .suspended(let writing):
            if request.isFinished {
                jobs[uid]?.phase = .finished
            } else if !request.isSuspended {
                start(request, after: writing)
            }
        case nil:
            let name = request.metadata.namespacedName
            if request.isFinished {
                jobs[uid] = Job(name: name, phase: .finished)
            } else if request.isSuspended {
                let writing = Task { _ = await writer.write(.suspended, of: name, uid: uid) }
                jobs[uid] = Job(name: name, phase: .suspended(writing: writing))
            } else {
                start(request, after: nil)
            }
        }
    }

    /// The TrainJob is gone.
    private func forget(_ uid: String) {
        guard let job = jobs[uid] else { return }
        if case .running = job.phase {
            stop(uid, because: .deleted)
        } else {
            jobs[uid] = nil
        }
    }

    private func stop(_ uid: String, because cause: StopCause) {
        guard case .running(var running) = jobs[uid]?.phase else { return }
        // A deletion overrides other causes, since there is nobody left to report to; otherwise the first one counts.
        if case .deleted = cause { running.cause = cause } else { running.cause = running.cause ?? cause }
        jobs[uid]?.phase = .running(running)
        running.stop.send()
    }
}

// MARK: - What runs

extension LocalTrainer {
    private func start(_ request: TrainJobRequest, after earlier: Task<Void, Never>?) {
        var running = Running()
        let uid = request.metadata.uid
        if let deadline = request.deadline(at: .now()) {
            running.deadline = Task {
                let left = deadline.duration(since: MicroTimestamp.now())
                guard (try? await Task.sleep(for: max(left, .zero))) != nil else { return }
                self.stop(uid, because: .deadline)
            }
        }
        jobs[uid] = Job(name: request.metadata.namespacedName, phase: .running(running))
        let stop = running.stop
        Task {
            await earlier?.value
            let end = await self.perform(request, stop: stop)
            await self.finish(uid, end)
        }
    }

    /// How a start went on.
    private enum End: Sendable {
        case ended(TrialReport)
        case refused(TrialRefusal)
        /// The TrainJob was deleted before anything ran.
        case gone
    }

    /// Prepares and runs one trial. Not on the actor: files are written and a process is followed.
    private nonisolated func perform(_ request: TrainJobRequest, stop: StopRequest) async -> End {
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

    /// Writes down how a trial ended. Only when that is done is its place free.
    private func finish(_ uid: String, _ end: End) async {
        guard case .running(let running) = jobs[uid]?.phase, let name = jobs[uid]?.name else { return }
        running.deadline?.cancel()
        let next: Phase?
        if let state = state(of: name, after: end, cause: running.cause) {
            // Until it is told: whoever waits for this TrainJob has no other way to learn of its end.
            _ = await writer.write(state, of: name, uid: uid, attempts: .max)
            next = state == .suspended ? .suspended(writing: nil) : .finished
        } else {
            next = nil
        }
        // Deleted while the end was written: then there is nothing to remember.
        if case .running(let current) = jobs[uid]?.phase, case .deleted = current.cause {
            jobs[uid] = nil
        } else if let next {
            jobs[uid]?.phase = next
        } else {
            jobs[uid] = nil
        }
        if !hasRunning { resumeIdleWaiters() }
    }

    /// What to report; `nil` when nobody is to be told.
    private func state(of name: NamespacedName, after end: End, cause: StopCause?) -> TrainJobState? {
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
    private func message(about report: TrialReport, of name: NamespacedName) -> String {
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

/// The rule for TrainJob names.
enum TrialName {
    /// `^[a-z]([-a-z0-9]*[a-z0-9])?$` and at most 63 characters: also what makes it safe as a file's name.
    static func isLabel(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return isLetter(first) && (isLetter(last) || isDigit(last))
            && bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }
}

extension Timestamp {
    /// How long after a moment this is, to the microsecond; negative when it is before.
    fileprivate func duration(since now: MicroTimestamp) -> Duration {
        .seconds(secondsSinceEpoch) - .microseconds(now.microsecondsSinceEpoch)
    }
}
