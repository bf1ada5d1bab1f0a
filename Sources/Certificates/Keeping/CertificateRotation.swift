import JSON
public import Kubernetes
public import Logging
import Synchronization

/// Keeps the certificates in order for as long as it runs: renews them in time, and mends what others undo.
///
/// One process runs it at a time, the leader. Two that both believe to lead do no harm: every write names the version
/// that the decision was made on, and who comes second looks again. It remembers nothing, so it may stop anywhere.
///
/// A `caBundle` that somebody wiped, or a configuration deleted and created anew, is noticed by a watch and mended at once.
public final class CertificateRotation: Sendable {
    private let keeper: CertificateKeeper
    private let queue: WorkQueue<Subject>
    private let watches: [WatchCache<String>]
    private let logger: Logger
    private let told = Mutex<[CertificateProblem]>([])

    /// There is only one thing to look after.
    private struct Subject: Hashable {}

    /// However well all is, and however far off the next renewal: clocks are set, and watches have failed before.
    private static let longestRest: Duration = .seconds(600)

    /// Prepares to keep certificates.
    ///
    /// - Parameters:
    ///   - api: The cluster.
    ///   - settings: Which objects, and how long everything takes.
    ///   - logger: Told of every step.
    ///   - time: For waits.
    ///   - now: The time of day.
    public init(
        api: any KubernetesAPI,
        settings: CertificateSettings,
        logger: Logger,
        time: any MonotonicTime = SystemTime(),
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        keeper = CertificateKeeper(api: api, settings: settings, logger: logger, now: now)
        let queue = WorkQueue<Subject>(backoff: Backoff(base: .seconds(1), maximum: .seconds(300)), time: time)
        let subjects: [(ResourceType, String?, String)] =
            [(.secrets, settings.namespace, settings.secretName)]
            + WebhookConfiguration.Kind.allCases.map { ($0.type, nil, $0.name(in: settings)) }
        watches = subjects.map { type, namespace, name in
            let cache = WatchCache(
                api: api,
                type: type,
                namespace: namespace,
                // RBAC grants a list or watch of one name only to a request that selects that name.
                fieldSelector: "metadata.name=\(name)",
                logger: logger,
                time: time
            ) { ObjectMeta($0).resourceVersion }
            cache.onChange { _ in queue.add(Subject()) }
            return cache
        }
        self.queue = queue
        self.logger = logger
    }

    /// Works until the task is cancelled, which is safe at any moment. Nothing that a cluster does ends it. Runs once.
    ///
    /// - Throws: `.settings` at once when the settings make no sense.
    public func run() async throws(CertificateFailure) {
        let problems = keeper.settings.problems
        guard problems.isEmpty else { throw .settings(problems) }
        queue.add(Subject())
        await withTaskGroup(of: Void.self) { group in
            for watch in watches { group.addTask { await watch.run() } }
            group.addTask { await self.work() }
            await group.waitForAll()
        }
        queue.shutDown()
    }

    private func work() async {
        while !Task.isCancelled, let subject = await queue.next() {
            defer { queue.done(subject) }
            do throws(CertificateFailure) {
                switch try await keeper.step() {
                case .stepped:
                    queue.forget(subject)
                    queue.add(subject)
                case .outrun(let who):
                    logger.debug("looking again", metadata: ["reason": "\(who)"])
                    queue.addRateLimited(subject)
                case .resting(let plan):
                    queue.forget(subject)
                    tell(plan.problems)
                    let rest = plan.wakeUp?.duration(since: keeper.now()) ?? Self.longestRest
                    queue.add(subject, after: min(max(rest, .seconds(1)), Self.longestRest))
                }
            } catch {
                if case .cancelled = error { return }
                logger.error("cannot keep the certificates in order", metadata: ["reason": "\(error)"])
                queue.addRateLimited(subject)
            }
        }
    }

    /// Logs problems once, not with every look.
    private func tell(_ problems: [CertificateProblem]) {
        let news = told.withLock { told in
            defer { told = problems }
            return problems.filter { !told.contains($0) }
        }
        for problem in news { logger.warning("\(problem)") }
    }
}
