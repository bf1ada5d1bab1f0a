import JSON

/// What a candidate knows of the lease, and how it tries to get or keep it.
///
/// The algorithm is client-go's `tools/leaderelection`. Time is only ever this machine's own, which never goes back: a lease can be
/// taken when it has not changed for its duration since it was *seen* to change, whatever times are written in it.
struct LeaseCandidate: Sendable {
    /// How an attempt ended.
    enum Outcome: Sendable, Equatable {
        /// The lease is this candidate's. The request that made it so began at `since`, so nobody can take it before one lease
        /// duration from then.
        case held(since: Duration)
        /// Somebody else holds it.
        case heldByOther(String)
    }

    private struct Observation: Sendable {
        var lease: JSONValue
        var record: LeaseRecord
        var at: Duration
    }

    let api: any KubernetesAPI
    let configuration: LeaderElectionConfiguration
    let time: any MonotonicTime
    let wallClock: @Sendable () -> MicroTimestamp
    private var seen: Observation?

    init(
        api: any KubernetesAPI,
        configuration: LeaderElectionConfiguration,
        time: any MonotonicTime,
        wallClock: @escaping @Sendable () -> MicroTimestamp
    ) {
        self.api = api
        self.configuration = configuration
        self.time = time
        self.wallClock = wallClock
    }

    /// Tries to get the lease, or to keep it.
    ///
    /// - Returns: How it ended, and what the candidate knows after it.
    func attempt() async throws(APIError) -> (Outcome, LeaseCandidate) {
        var next = self
        let outcome = try await next.attemptNow()
        return (outcome, next)
    }

    private mutating func attemptNow() async throws(APIError) -> Outcome {
        // A holder knows what the lease says, unless somebody touched it.
        if let seen, seen.record.holder == configuration.identity {
            do {
                return try await write(over: seen)
            } catch {
                // Whatever the words of a refusal, such as of a lease that was deleted: it is not what was seen, and a read
                // tells what it is.
                guard error.status != nil, !error.isTransient else { throw error }
            }
        }
        let lease: JSONValue
        do {
            lease = try await api.get(.leases, configuration.lease)
        } catch {
            guard error.isNotFound else { throw error }
            return try await create()
        }
        let seen = observe(lease)
        let holder = seen.record.holder
        if !holder.isEmpty, holder != configuration.identity, time.now < seen.at + patience(seen.record) {
            return .heldByOther(holder)
        }
        return try await write(over: seen)
    }

    /// How long a lease must not have changed before it can be taken.
    private func patience(_ record: LeaseRecord) -> Duration {
        record.durationSeconds > 0 ? .seconds(record.durationSeconds) : configuration.leaseDuration
    }

    private mutating func observe(_ lease: JSONValue) -> Observation {
        var observation = Observation(lease: lease, record: LeaseRecord(decoding: lease), at: time.now)
        // The resource version is compared with the rest: a clock that stands still gives equal times.
        if let seen, seen.lease == lease { observation.at = seen.at }
        seen = observation
        return observation
    }

    private mutating func create() async throws(APIError) -> Outcome {
        let record = LeaseRecord(
            heldBy: configuration.identity,
            after: nil,
            duration: configuration.leaseDuration,
            now: wallClock()
        )
        let lease = record.written(
            into: [
                "apiVersion": .string(ResourceType.leases.apiVersion), "kind": .string(ResourceType.leases.kind),
                "metadata": [
                    "name": .string(configuration.lease.name), "namespace": .string(configuration.lease.namespace),
                ],
            ]
        )
        let began = time.now
        _ = observe(try await api.create(.leases, namespace: configuration.lease.namespace, lease))
        return .held(since: began)
    }

    /// Writes this candidate into the lease, unless it has changed since it was seen: the resource version sees to that.
    private mutating func write(over seen: Observation) async throws(APIError) -> Outcome {
        let record = LeaseRecord(
            heldBy: configuration.identity,
            after: seen.record,
            duration: configuration.leaseDuration,
            now: wallClock()
        )
        let began = time.now
        _ = observe(try await api.update(.leases, record.written(into: seen.lease)))
        return .held(since: began)
    }

    /// Gives the lease back, if it is still this candidate's.
    func release() async throws(APIError) {
        var lease = seen?.lease
        // A renewal whose answer was lost makes what was seen outdated.
        if lease == nil || seen?.record.holder != configuration.identity {
            lease = try await api.get(.leases, configuration.lease)
        }
        for isSecond in [false, true] {
            guard let current = lease else { return }
            let record = LeaseRecord(decoding: current)
            guard record.holder == configuration.identity else { return }
            do {
                _ = try await api.update(
                    .leases,
                    LeaseRecord(releasing: record, now: wallClock()).written(into: current)
                )
                return
            } catch {
                guard error.isConflict, !isSecond else { throw error }
                lease = try await api.get(.leases, configuration.lease)
            }
        }
    }
}
