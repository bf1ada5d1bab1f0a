public import Kubernetes
public import Logging

/// Sets the certificates up once, as a Job does at install: a Secret with a certificate, and webhook configurations that
/// trust it.
///
/// It can run twice, at the same time as another, or end between any two calls; the next run goes on from there. A pair
/// that is good is never replaced. One that is due is replaced as a rotation does it, which takes `publicationDelay`; that
/// the old authority is dropped is left to a later run, or to `CertificateRotation`.
public struct CertificateGenerator: Sendable {
    private let keeper: CertificateKeeper
    private let logger: Logger
    private let time: any MonotonicTime

    /// How often somebody else may be first, or a call may fail in a way that passes, one after another.
    private static let patience = 10
    /// More steps than any state of a cluster needs.
    private static let maximumSteps = 64
    private static let backoff = Backoff(base: .milliseconds(100), maximum: .seconds(5))

    /// Prepares a run.
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
        self.logger = logger
        self.time = time
    }

    /// Takes step after step until nothing is left to do.
    ///
    /// - Throws: What stopped it. Whatever could be done all the same was done.
    public func run() async throws(CertificateFailure) {
        let problems = keeper.settings.problems
        guard problems.isEmpty else { throw .settings(problems) }
        var failures = 0
        var steps = 0
        var last = ""
        while steps < Self.maximumSteps, failures < Self.patience {
            if Task.isCancelled { throw .cancelled }
            let outcome: CertificateKeeper.Outcome
            do throws(CertificateFailure) {
                outcome = try await keeper.step()
            } catch {
                failures += 1
                guard case .call(let call) = error, call.isTransient, failures < Self.patience else { throw error }
                logger.warning("trying again", metadata: ["reason": "\(error)"])
                try await sleep(Self.backoff.delay(after: failures - 1))
                continue
            }
            switch outcome {
            case .stepped:
                failures = 0
                steps += 1
            case .outrun(let who):
                last = who
                failures += 1
                logger.info("looking again", metadata: ["reason": "\(who)"])
                try await sleep(Self.backoff.delay(after: failures - 1))
            case .resting(let plan):
                if plan.isWaitingToReplace, let wakeUp = plan.wakeUp {
                    logger.info("waiting until \(wakeUp)", metadata: ["reason": "\(plan.reason)"])
                    try await sleep(max(wakeUp.duration(since: keeper.now()), .seconds(1)))
                    continue
                }
                guard plan.problems.isEmpty else { throw .problems(plan.problems) }
                logger.info("certificates are set up", metadata: ["state": "\(plan.reason)"])
                return
            }
        }
        throw .unsettled(last)
    }

    private func sleep(_ duration: Duration) async throws(CertificateFailure) {
        do {
            try await time.sleep(for: duration)
        } catch {
            throw .cancelled
        }
    }
}
