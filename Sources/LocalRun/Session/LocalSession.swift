import Controller
import HostProcess
import JSON
import Kubernetes
import LocalCluster
import Logging
import OptimizationAPI

/// What reaches the loop of a session.
private enum SessionEvent: Sendable {
    case job(JSONValue)
    case trainJob(JSONValue)
    case tick
    case signal(Int32)
    /// A part that should run for as long as the session has ended.
    case broken(String)
}

/// One run from the moment the manifest is found good: servers, controller and trainer up, the job created and followed
/// to its end, everything down again.
struct LocalSession: Sendable {
    /// What a run leaves behind.
    struct Outcome: Sendable {
        var ending: RunEnding
        /// The run as it was last seen.
        var state: RunState
        /// The job as the API server last had it.
        var job: JSONValue
        /// Why the job ended, or what broke.
        var message: String
        /// Why its results, or some of them, are not in the folder of the run.
        var unwritten: SystemError?
    }

    let object: JSONValue
    let directory: RunDirectory
    let contextDirectory: String
    let supervisor: SupervisorProgram
    let logger: Logger

    /// Locally a trial's last report is answered before its process has ended, so nothing is gained by waiting long.
    private static let metricsGraceSeconds: Int64 = 2
    private static let redrawInterval: Duration = .milliseconds(250)

    /// Runs the job.
    ///
    /// - Parameters:
    ///   - signals: The signals that end the run early.
    ///   - impatience: Ends when nobody wants to wait for trials that stop any more.
    ///   - view: Shows it. It is not closed.
    /// - Throws: When something could not be started.
    func run(
        signals: AsyncStream<Int32>,
        impatience: AsyncStream<Never>,
        view: inout any RunView
    ) async throws -> Outcome {
        let servers = try await LocalServers.start(logger: logger)
        do {
            let outcome = try await run(on: servers, signals: signals, impatience: impatience, view: &view)
            await servers.stop()
            return outcome
        } catch {
            await servers.stop()
            throw error
        }
    }

    private func run(
        on servers: LocalServers,
        signals: AsyncStream<Int32>,
        impatience: AsyncStream<Never>,
        view: inout any RunView
    ) async throws -> Outcome {
        let clock = ContinuousClock()
        let began = clock.now
        let namespace = ObjectMeta(object).namespace
        let authorityFile = "\(directory.absolutePath)/ca.crt"
        try directory.write(String(decoding: servers.authorityPEM, as: UTF8.self), to: "ca.crt")
        try await ensureNamespace(namespace, servers.api)

        var configuration = LocalTrainerConfiguration(
            runDirectory: directory.absolutePath,
            contextDirectory: contextDirectory,
            namespace: namespace,
            progressServerOrigin: servers.progressOrigin,
            certificateAuthorityFile: authorityFile,
            tokens: servers.tokens
        )
        configuration.supervisor = supervisor
        let trainer = LocalTrainer(api: servers.api, configuration: configuration, logger: logger)
        let controller = OptimizationController(
            api: servers.api,
            namespace: namespace,
            logger: logger,
            options: ControllerOptions(planning: PlanningOptions(metricsGraceSeconds: Self.metricsGraceSeconds))
        )

        let created = try await servers.api.create(.optimizationJobs, namespace: namespace, object)
        let name = ObjectMeta(created).namespacedName
        var tracker = RunTracker(job: try OptimizationJob(decoding: created))
        var results = RunResults(directory: directory, logger: logger)
        results.take(created)
        results.writeNow()
        let refusal = { servers.refused.lastReason(for: NamespacedName(namespace: namespace, name: $0)) }

        let (events, continuation) = AsyncStream.makeStream(of: SessionEvent.self)
        let ending = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await trainer.run()
                if !Task.isCancelled { continuation.yield(.broken("the trainer stopped")) }
            }
            group.addTask {
                do {
                    try await controller.run()
                    if !Task.isCancelled { continuation.yield(.broken("the controller stopped")) }
                } catch {
                    if !Task.isCancelled { continuation.yield(.broken("the controller failed: \(error)")) }
                }
            }
            for (type, wrap) in [
                (ResourceType.optimizationJobs, { @Sendable in SessionEvent.job($0) }),
                (ResourceType.trainJobs, { @Sendable in SessionEvent.trainJob($0) }),
            ] as [(ResourceType, @Sendable (JSONValue) -> SessionEvent)] {
                let feed = ObjectFeed(api: servers.api, type: type, namespace: namespace)
                group.addTask {
                    do {
                        try await feed.run { continuation.yield(wrap($0)) }
                    } catch {
                        continuation.yield(.broken("\(error)"))
                    }
                }
            }
            group.addTask {
                for await signal in signals { continuation.yield(.signal(signal)) }
            }
            group.addTask {
                while (try? await Task.sleep(for: Self.redrawInterval)) != nil { continuation.yield(.tick) }
            }
            let ending = await follow(
                events,
                name: name,
                tracker: &tracker,
                results: &results,
                view: &view,
                refusal: refusal,
                elapsed: { began.duration(to: clock.now) }
            )
            // Stopping may take long, and whoever waits for it may lose patience.
            results.writeNow()
            // First the controller, which would replace trials that are stopped, then the trials.
            group.cancelAll()
            return ending
        }
        continuation.finish()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await trainer.stopAll() }
            group.addTask { for await _ in impatience {} }
            await group.next()
            group.cancelAll()
        }
        return await conclude(
            ending,
            name: name,
            tracker: &tracker,
            results: results,
            api: servers.api,
            view: &view,
            refusal: refusal
        )
    }

    /// Takes in events until the job has ended, or is made to.
    private func follow(
        _ events: AsyncStream<SessionEvent>,
        name: NamespacedName,
        tracker: inout RunTracker,
        results: inout RunResults,
        view: inout any RunView,
        refusal: (String) -> String?,
        elapsed: () -> Duration
    ) async -> (ending: RunEnding, message: String?) {
        for await event in events {
            switch event {
            case .job(let object):
                guard ObjectMeta(object).namespacedName == name, let job = try? OptimizationJob(decoding: object) else {
                    continue
                }
                let steps = tracker.observe(job, at: elapsed(), refusal: refusal)
                if !steps.isEmpty { results.take(object) }
                view.show(tracker.state, steps)
                if let ending = Self.ending(of: job) { return (ending, nil) }
            case .trainJob(let object):
                tracker.observe(TrainJob(decoding: object), at: elapsed())
            case .tick:
                tracker.tick(at: elapsed())
                results.writeWhenDue(at: tracker.state.elapsed)
                view.show(tracker.state, [])
            case .signal(let signal):
                view.note("Stopping the trials. Once more does not wait for them.")
                return (.interrupted(signal: signal), nil)
            case .broken(let why):
                logger.error("the run broke", metadata: ["reason": "\(why)"])
                return (.failed, why)
            }
        }
        return (.failed, "the run ended unexpectedly")
    }

    /// Reads the job's last state, which may be newer than what was followed.
    private func conclude(
        _ end: (ending: RunEnding, message: String?),
        name: NamespacedName,
        tracker: inout RunTracker,
        results: RunResults,
        api: any KubernetesAPI,
        view: inout any RunView,
        refusal: (String) -> String?
    ) async -> Outcome {
        var last = (try? await api.get(.optimizationJobs, name)) ?? object
        var message = end.message ?? ""
        if let job = try? OptimizationJob(decoding: last) {
            let steps = tracker.observe(job, at: tracker.state.elapsed, refusal: refusal)
            if !steps.isEmpty { view.show(tracker.state, steps) }
            if end.message == nil { message = Self.message(of: job) }
            if job.status.trialCounts.running > 0 {
                last["status"] = job.withoutRunningTrials(as: tracker.state, at: .now()).json
            }
        }
        var outcome = Outcome(ending: end.ending, state: tracker.state, job: last, message: message)
        // What cannot be written is told all the same: a full disk must not take away what hours of training found.
        do throws(SystemError) {
            try results.write(last)
        } catch {
            outcome.unwritten = error
        }
        return outcome
    }

    private func ensureNamespace(_ namespace: String, _ api: any KubernetesAPI) async throws {
        let type = ResourceType(group: "", version: "v1", plural: "namespaces", kind: "Namespace", isNamespaced: false)
        do {
            _ = try await api.create(
                type,
                namespace: "",
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]]
            )
        } catch let error where error.isAlreadyExists {
            // `default` is always there.
        }
    }

    private static func ending(of job: OptimizationJob) -> RunEnding? {
        for condition in job.status.conditions where condition.status == "True" {
            if condition.type == ConditionType.complete { return .complete }
            if condition.type == ConditionType.failed { return .failed }
        }
        return nil
    }

    private static func message(of job: OptimizationJob) -> String {
        job.status.conditions.last {
            $0.status == "True" && ($0.type == ConditionType.complete || $0.type == ConditionType.failed)
        }?.message ?? ""
    }
}
