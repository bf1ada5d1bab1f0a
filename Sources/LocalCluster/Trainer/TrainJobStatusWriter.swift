import JSON
import Kubernetes
import Logging
import OptimizationAPI

/// Writes what the trainer knows into a TrainJob's status.
struct TrainJobStatusWriter: Sendable {
    let api: any KubernetesAPI
    let logger: Logger

    /// How a write came out.
    enum Outcome: Sendable, Equatable {
        case written
        /// The TrainJob is gone, or another one has its name.
        case gone
        /// Nobody could be told, and trying on is pointless.
        case failed
    }

    /// Sets the state, trying again through conflicts and while the API server cannot be reached.
    ///
    /// Reads, changes and writes with the resource version it read, as a merge patch of conditions and `jobsStatus`
    /// alone: `trainerStatus` belongs to the progress server.
    ///
    /// - Parameters:
    ///   - state: What to say.
    ///   - name: Of which TrainJob.
    ///   - uid: Its UID; another TrainJob of that name is left alone.
    ///   - attempts: How often at most, with pauses of 10 ms that double up to 1 s.
    func write(_ state: TrainJobState, of name: NamespacedName, uid: String, attempts: Int = 40) async -> Outcome {
        await persist(attempts, "status not written", ["trainjob": "\(name)", "state": "\(state)"]) {
            () async throws(APIError) in try await writeOnce(state, of: name, uid: uid)
        }
    }

    /// Puts a progress report in the place of the last one, as the progress server does for a trial, trying again as
    /// `write` does.
    func report(_ status: TrainerStatus, of name: NamespacedName, attempts: Int = 40) async -> Outcome {
        let patch = Patch.merge(ProgressReport.patch(replacingWith: status))
        return await persist(attempts, "progress not written", ["trainjob": "\(name)"]) {
            () async throws(APIError) in
            _ = try await api.patch(.trainJobs, name, patch, subresource: "status")
            return .written
        }
    }

    private func persist(
        _ attempts: Int,
        _ failure: Logger.Message,
        _ metadata: Logger.Metadata,
        _ write: () async throws(APIError) -> Outcome
    ) async -> Outcome {
        var pause: Duration = .milliseconds(10)
        for attempt in 1...max(1, attempts) {
            do throws(APIError) {
                return try await write()
            } catch {
                if error.isNotFound { return .gone }
                guard error.isConflict || error.isTransient, attempt < attempts else {
                    if error != .cancelled {
                        logger.error(failure, metadata: metadata.merging(["error": "\(error)"]) { own, _ in own })
                    }
                    return .failed
                }
            }
            guard (try? await Task.sleep(for: pause)) != nil else { return .failed }
            pause = min(pause * 2, .seconds(1))
        }
        return .failed
    }

    private func writeOnce(
        _ state: TrainJobState,
        of name: NamespacedName,
        uid: String
    ) async throws(APIError) -> Outcome {
        let object = try await api.get(.trainJobs, name)
        guard let current = TrainJobRequest(object), current.metadata.uid == uid else { return .gone }
        let conditions = state.applied(
            to: current.conditions,
            generation: current.metadata.generation,
            at: .now()
        )
        let jobs = state.jobsStatus
        // No write without a change: it would wake every watcher, this trainer included.
        if conditions == current.conditions, object["status"]?["jobsStatus"] == jobs { return .written }
        var status: JSONObject = ["jobsStatus": jobs]
        if !conditions.isEmpty { status["conditions"] = .array(conditions.map(\.json)) }
        let patch: JSONValue = [
            "metadata": ["resourceVersion": .string(current.metadata.resourceVersion)], "status": .object(status),
        ]
        _ = try await api.patch(.trainJobs, name, .merge(patch), subresource: "status")
        return .written
    }
}
