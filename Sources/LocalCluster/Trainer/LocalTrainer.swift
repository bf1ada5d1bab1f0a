import JSON
import Kubernetes
import Logging
import OptimizationAPI

/// Kubeflow Trainer's part where there is no Trainer: runs TrainJobs as processes of this machine, or only pretends to.
///
/// A client of the API like any controller, and level-based: it looks at what a TrainJob asks for and at what runs, and
/// makes the one match the other. Per TrainJob one trial runs at most; when it ends, the TrainJob gets the
/// conditions that Trainer would set. A TrainJob that has ended is never run again.
///
/// What a local process cannot have (containers, several nodes, Secrets, initializers) fails the TrainJob at once with a
/// sentence that says what to set instead.
public actor LocalTrainer {
    private let api: any KubernetesAPI
    private let namespace: String?
    private let runner: any TrialRunner
    /// How long trials take to stop at most.
    private let gracePeriod: Duration
    private let writer: TrainJobStatusWriter
    private let logger: Logger

    /// By the TrainJob's UID.
    private var jobs: [String: Job] = [:]
    private var isStopping = false
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []

    /// What the trainer knows of one TrainJob.
    private struct Job {
        /// What was asked for last.
        var latest: TrainJobRequest
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
        /// The process is gone, and its end is being written.
        var isEnding = false
    }

    /// Why a trial is made to stop.
    private enum StopCause {
        case deadline
        case suspended
        case deleted
        case shutdown
    }

    /// Makes a trainer that runs processes. It does nothing before `run`.
    public init(api: any KubernetesAPI, configuration: LocalTrainerConfiguration, logger: Logger) {
        let writer = TrainJobStatusWriter(api: api, logger: logger)
        self.init(
            api: api,
            namespace: configuration.namespace,
            runner: ProcessTrials(configuration: configuration, writer: writer),
            gracePeriod: configuration.gracePeriod,
            writer: writer,
            logger: logger
        )
    }

    /// Makes a trainer that runs nothing, and only moves the status of TrainJobs. It does nothing before `run`.
    ///
    /// - Parameters:
    ///   - api: Where the TrainJobs are.
    ///   - namespace: Theirs; all if `nil`.
    ///   - simulation: What becomes of them.
    ///   - logger: Told what could not be written.
    public init(api: any KubernetesAPI, namespace: String?, simulation: TrialSimulation, logger: Logger) {
        let writer = TrainJobStatusWriter(api: api, logger: logger)
        self.init(
            api: api,
            namespace: namespace,
            runner: SimulatedTrials(simulation: simulation, writer: writer),
            gracePeriod: .zero,
            writer: writer,
            logger: logger
        )
    }

    private init(
        api: any KubernetesAPI,
        namespace: String?,
        runner: any TrialRunner,
        gracePeriod: Duration,
        writer: TrainJobStatusWriter,
        logger: Logger
    ) {
        self.api = api
        self.namespace = namespace
        self.runner = runner
        self.gracePeriod = gracePeriod
        self.writer = writer
        self.logger = logger
    }

    /// Follows the TrainJobs until the task is cancelled. What runs then goes on until `stopAll`.
    public func run() async {
        let (changes, continuation) = AsyncStream.makeStream(of: CacheChange<TrainJobRequest>.self)
        let cache = WatchCache(
            api: api,
            type: .trainJobs,
            namespace: namespace,
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
    /// Returns when no process is left, or when one resists even that: then `bound` is over. A cancelled task does not wait
    /// at all; its supervisors kill what is left once this process is gone. The TrainJobs' status is left as it is: they
    /// did not end, they were interrupted.
    ///
    /// - Parameter bound: The most it may take; the grace period and 15 s unless given.
    public func stopAll(within bound: Duration? = nil) async {
        isStopping = true
        for uid in jobs.keys { stop(uid, because: .shutdown) }
        guard hasRunning, !Task.isCancelled else { return }
        let limit = bound ?? gracePeriod + .seconds(15)
        let timer = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            self.giveUpWaiting()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { idleWaiters.append($0) }
        } onCancel: {
            // It comes to the actor behind the line above.
            Task { await self.resumeIdleWaiters() }
        }
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
        jobs[uid]?.latest = request
        switch jobs[uid]?.phase {
        case .finished:
            return
        case .running(let running) where running.isEnding:
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
                start(request, isResumed: true, after: writing)
            }
        case nil:
            if request.isFinished {
                jobs[uid] = Job(latest: request, phase: .finished)
            } else if request.isSuspended {
                let name = request.metadata.namespacedName
                let writing = Task { _ = await writer.write(.suspended, of: name, uid: uid) }
                jobs[uid] = Job(latest: request, phase: .suspended(writing: writing))
            } else {
                start(request)
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
    private func start(_ request: TrainJobRequest, isResumed: Bool = false, after earlier: Task<Void, Never>? = nil) {
        var running = Running()
        let uid = request.metadata.uid
        if let deadline = request.deadline(at: .now(), isResumed: isResumed) {
            running.deadline = Task {
                let left = deadline.duration(since: MicroTimestamp.now())
                guard (try? await Task.sleep(for: max(left, .zero))) != nil else { return }
                self.stop(uid, because: .deadline)
            }
        }
        jobs[uid] = Job(latest: request, phase: .running(running))
        let stop = running.stop
        Task {
            await earlier?.value
            await self.finish(uid, await self.runner.run(request, stop: stop))
        }
    }

    /// Writes down how a trial ended. Only when that is done is its place free.
    private func finish(_ uid: String, _ outcome: TrialOutcome) async {
        guard case .running(var running) = jobs[uid]?.phase, let name = jobs[uid]?.latest.metadata.namespacedName else {
            return
        }
        running.deadline?.cancel()
        running.isEnding = true
        jobs[uid]?.phase = .running(running)
        let next: Phase?
        if let state = Self.state(after: outcome, stoppedFor: running.cause) {
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
        // What was asked for meanwhile, such as to resume what was just suspended, was not acted on.
        if let latest = jobs[uid]?.latest { observe(latest) }
    }

    /// What to report; `nil` when nobody is to be told.
    private static func state(after outcome: TrialOutcome, stoppedFor cause: StopCause?) -> TrainJobState? {
        switch (outcome, cause) {
        case (.gone, _), (_, .deleted), (.interrupted, .shutdown): nil
        case (.interrupted, .deadline): .deadlineExceeded
        case (.interrupted, .suspended): .suspended
        case (.interrupted(let state), nil), (.ended(let state), _): state
        }
    }
}

extension Timestamp {
    /// How long after a moment this is, to the microsecond; negative when it is before.
    fileprivate func duration(since now: MicroTimestamp) -> Duration {
        .seconds(secondsSinceEpoch) - .microseconds(now.microsecondsSinceEpoch)
    }
}
