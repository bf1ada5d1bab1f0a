import Logging
import Synchronization

/// Sees to it that of many processes only one acts.
///
/// Candidates compete for a `Lease`. The one that holds it renews it all the time, and stops acting when it could not for
/// `renewDeadline`, which is before anybody else may take it. So at no time do two act, however slow the API is and whatever
/// the clocks on the wall say; only the rates of two machines' clocks must not differ by more than
/// `leaseDuration / renewDeadline`.
///
/// ```swift
/// let elector = try LeaderElector(api: api, configuration: .init(lease: lease))
/// try await elector.run { await controller.run() }
/// ```
public final class LeaderElector: Sendable {
    private struct State {
        var isRunning = false
        /// Until when this candidate may act; `nil` while it does not lead.
        var actsUntil: Duration?
        /// When others may take the lease, by what this candidate knows.
        var takeableAt: Duration = .zero
        var leader = ""
    }

    private let api: any KubernetesAPI
    private let configuration: LeaderElectionConfiguration
    private let logger: Logger
    private let time: any MonotonicTime
    private let wallClock: @Sendable () -> MicroTimestamp
    private let jitter: @Sendable () -> Double
    private let executor: (any TaskExecutor)?
    private let state = Mutex(State())

    /// Makes a candidate, which does nothing before it is `run`.
    ///
    /// - Parameters:
    ///   - api: Where the lease is.
    ///   - configuration: Which lease, and for how long.
    ///   - logger: Told of changes and failures.
    /// - Throws: When the configuration cannot keep its promise, such as a deadline beyond the lease's duration.
    public convenience init(
        api: any KubernetesAPI,
        configuration: LeaderElectionConfiguration,
        logger: Logger = Logger(label: "kubernetes.leaderelection")
    ) throws(ConfigurationError) {
        try self.init(api: api, configuration: configuration, logger: logger, time: SystemTime())
    }

    /// - Parameters:
    ///   - time: For waits and deadlines.
    ///   - wallClock: For the times written into the lease, which nobody relies on.
    ///   - jitter: Gives random numbers from 0 up to 1.
    ///   - executor: Where tasks run that outlive a cancellation; `nil` for where tasks usually run.
    init(
        api: any KubernetesAPI,
        configuration: LeaderElectionConfiguration,
        logger: Logger,
        time: any MonotonicTime,
        wallClock: @escaping @Sendable () -> MicroTimestamp = { MicroTimestamp.now() },
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        executor: (any TaskExecutor)? = nil
    ) throws(ConfigurationError) {
        if let problem = configuration.problem {
            throw ConfigurationError(field: "leader election", message: problem)
        }
        self.api = api
        self.configuration = configuration
        var logger = logger
        logger[metadataKey: "lease"] = "\(configuration.lease)"
        logger[metadataKey: "identity"] = "\(configuration.identity)"
        self.logger = logger
        self.time = time
        self.wallClock = wallClock
        self.jitter = jitter
        self.executor = executor
    }

    /// Whether this process may act, at this very moment.
    ///
    /// Right even in a process that was stopped for a while and has not yet noticed that its time is over.
    public var isLeading: Bool {
        let until = state.withLock { $0.actsUntil }
        return until.map { time.now < $0 } ?? false
    }

    /// Who led when the lease was last seen; empty when nobody did.
    public var leader: String { state.withLock { $0.leader } }

    /// Why a leader leads no more.
    public struct LeadershipLost: Error, Sendable, Equatable, CustomStringConvertible {
        /// What happened, in words.
        public let description: String
    }

    /// Waits until this process leads, then does `whileLeading`.
    ///
    /// The lease is renewed until `whileLeading` returns, and released then: others need not wait for it to run out. When it
    /// is lost instead, `whileLeading` is cancelled, and has `leaseDuration - renewDeadline` to end; in a process that stood
    /// still until others may lead, two seconds, in which `isLeading` is false already. When the task is cancelled, so is
    /// `whileLeading`.
    ///
    /// - Parameters:
    ///   - whenStuck: Called when `whileLeading` has not ended although others may lead by now. Ending the process is the
    ///     only cure.
    ///   - whileLeading: What only a leader may do.
    /// - Throws: `LeadershipLost`, after which `run` may be called again; `CancellationError`; and what `whileLeading`
    ///   throws.
    public func run(
        whenStuck: @escaping @Sendable () -> Void = {},
        whileLeading: @escaping @Sendable () async throws -> Void
    ) async throws {
        let isFirst = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFirst else { throw LeadershipLost(description: "the elector is running already") }
        defer {
            state.withLock { state in
                state.isRunning = false
                state.actsUntil = nil
            }
        }
        let candidate = try await acquire()
        logger.info("became leader")
        let ending = await lead(candidate, whenStuck, whileLeading)
        if !ending.isTaken { await release(ending.candidate) }
        if let reason = ending.lossReason {
            logger.error("leads no more", metadata: ["reason": "\(reason)"])
            throw LeadershipLost(description: reason)
        }
        logger.info("leads no more: done")
        try ending.result.get()
    }

    // MARK: - Getting the lease

    private func acquire() async throws -> LeaseCandidate {
        var candidate = LeaseCandidate(api: api, configuration: configuration, time: time, wallClock: wallClock)
        while true {
            try Task.checkCancellation()
            if case .held = await attempt(&candidate) { return candidate }
            try await time.sleep(for: configuration.retryPeriod * (1 + 1.2 * jitter()))
        }
    }

    /// Tries once, within half the deadline, so that a lost answer leaves time for another attempt.
    ///
    /// - Returns: `nil` when it is not known how it ended.
    private func attempt(_ candidate: inout LeaseCandidate) async -> LeaseCandidate.Outcome? {
        do {
            let current = candidate
            let (outcome, next) = try await withTimeLimit(configuration.renewDeadline / 2, time) {
                try await current.attempt()
            }
            candidate = next
            note(outcome)
            return outcome
        } catch {
            if !Task.isCancelled {
                logger.warning("cannot get or renew the lease", metadata: ["error": "\(error)"])
            }
            return nil
        }
    }

    private func note(_ outcome: LeaseCandidate.Outcome) {
        let newLeader = state.withLock { state -> String? in
            let leader: String
            switch outcome {
            case .held(let since):
                leader = configuration.identity
                state.actsUntil = since + configuration.renewDeadline
                state.takeableAt = since + configuration.leaseDuration
            case .heldByOther(let other):
                leader = other
                state.actsUntil = nil
            }
            defer { state.leader = leader }
            return state.leader == leader ? nil : leader
        }
        if let newLeader { logger.info("there is a new leader", metadata: ["leader": "\(newLeader)"]) }
    }

    // MARK: - Leading

    private struct Loss: Sendable {
        var reason: String
        /// Whether somebody else has the lease, so that there is nothing to release.
        var isTaken: Bool
    }

    private enum Event: Sendable {
        case ended(Result<Void, any Error>)
        case kept(Loss?, LeaseCandidate)
    }

    /// How leading ended.
    private struct Ending: Sendable {
        var result: Result<Void, any Error> = .success(())
        /// Why the leadership was lost while there was work; `nil` when the work ended before.
        var lossReason: String?
        /// Whether somebody else has the lease, so that there is nothing to release.
        var isTaken = false
        var candidate: LeaseCandidate
    }

    private func lead(
        _ candidate: LeaseCandidate,
        _ whenStuck: @escaping @Sendable () -> Void,
        _ whileLeading: @escaping @Sendable () async throws -> Void
    ) async -> Ending {
        // Two tasks of their own: a cancellation goes to the work alone, and the lease is kept until it has ended.
        let work = Task(executorPreference: executor) { () async -> Result<Void, any Error> in
            do {
                return .success(try await whileLeading())
            } catch {
                return .failure(error)
            }
        }
        let keeper = Task(executorPreference: executor) { await self.keep(candidate) }
        return await withTaskCancellationHandler {
            await withTaskGroup(of: Event.self) { group in
                group.addTask { .ended(await work.value) }
                group.addTask {
                    let (loss, last) = await keeper.value
                    return .kept(loss, last)
                }
                var ending = Ending(candidate: candidate)
                var hasEnded = false
                var alarm: Task<Void, Never>?
                for await event in group {
                    switch event {
                    case .ended(let result):
                        ending.result = result
                        hasEnded = true
                        keeper.cancel()
                        alarm?.cancel()
                    case .kept(let loss, let last):
                        ending.candidate = last
                        ending.isTaken = loss?.isTaken ?? false
                        guard let loss, !hasEnded else { continue }
                        ending.lossReason = loss.reason
                        work.cancel()
                        alarm = self.alarm(whenStuck)
                    }
                }
                return ending
            }
        } onCancel: {
            work.cancel()
        }
    }

    /// Renews the lease until it is lost, or the task is cancelled.
    private func keep(_ candidate: LeaseCandidate) async -> (Loss?, LeaseCandidate) {
        await withTaskGroup(of: (Loss?, LeaseCandidate?).self) { group in
            group.addTask {
                let (loss, last) = await self.renew(candidate)
                return (loss, last)
            }
            group.addTask { (await self.watchDeadline(), nil) }
            var loss: Loss?
            var last = candidate
            for await (reason, candidate) in group {
                if let reason, loss == nil {
                    loss = reason
                    self.state.withLock { $0.actsUntil = nil }
                }
                if let candidate { last = candidate }
                group.cancelAll()
            }
            return (loss, last)
        }
    }

    private func renew(_ candidate: LeaseCandidate) async -> (Loss?, LeaseCandidate) {
        var candidate = candidate
        while true {
            do {
                try await time.sleep(for: configuration.retryPeriod)
            } catch {
                return (nil, candidate)
            }
            if case .heldByOther(let other) = await attempt(&candidate) {
                return (Loss(reason: "\(other) has taken the lease", isTaken: true), candidate)
            }
        }
    }

    /// Ends when the lease was not renewed in time. Apart from the renewals, so that none of them can hold it up.
    private func watchDeadline() async -> Loss? {
        while true {
            guard let until = state.withLock({ $0.actsUntil }) else { return nil }
            let left = until - time.now
            guard left > .zero else {
                return Loss(
                    reason: "the lease could not be renewed within \(configuration.renewDeadline)",
                    isTaken: false
                )
            }
            do {
                try await time.sleep(for: left)
            } catch {
                return nil
            }
        }
    }

    /// What cancelled work has to end in at least.
    private static let shortestNotice: Duration = .seconds(2)

    private func alarm(_ whenStuck: @escaping @Sendable () -> Void) -> Task<Void, Never> {
        // A process that stood still, as on a laptop that slept, finds its time long over. It has to get to know that it
        // was cancelled before it can be blamed for going on.
        let left = max(state.withLock { $0.takeableAt } - time.now, Self.shortestNotice)
        return Task(executorPreference: executor) { [time, logger] in
            do {
                try await time.sleep(for: left)
            } catch {
                return
            }
            logger.critical("still acting although others may lead by now")
            whenStuck()
        }
    }

    private func release(_ candidate: LeaseCandidate) async {
        state.withLock { $0.actsUntil = nil }
        // The task may be cancelled, and this is how others get to know.
        let task = Task(executorPreference: executor) { [time, configuration] in
            try await withTimeLimit(configuration.renewDeadline / 2, time) { try await candidate.release() }
        }
        if case .failure(let error) = await task.result {
            logger.warning("the lease could not be released; it runs out", metadata: ["error": "\(error)"])
        }
    }
}
