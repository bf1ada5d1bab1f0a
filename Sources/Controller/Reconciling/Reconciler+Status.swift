import JSON
import Kubernetes
import Logging
import OptimizationAPI

extension Reconciler {
    struct Failure: Error {
        var next: Next
    }

    /// Writes the status if the job is still at the version the plan was made from.
    func write(
        _ status: OptimizationJobStatus,
        of job: JobSnapshot,
        _ name: NamespacedName
    ) async -> Result<JobSnapshot, Failure> {
        let patch: JSONValue = [
            "metadata": ["resourceVersion": .string(job.metadata.resourceVersion)],
            "status": Self.patch(making: status.json, of: job.status.json),
        ]
        do throws(APIError) {
            let answer = try await api.patch(.optimizationJobs, name, .merge(patch), subresource: "status")
            let written = JobSnapshot(answer)
            remember(name, job.metadata.uid) { $0.replace(job, by: written) }
            return .success(written)
        } catch {
            return .failure(Failure(next: next(after: error, name, job.metadata.uid, "status write")))
        }
    }

    /// A merge patch replaces lists and merges objects: what is absent now must be taken away explicitly.
    private static func patch(making new: JSONValue, of old: JSONValue) -> JSONValue {
        guard let before = old.objectValue, var content = new.objectValue else { return new }
        for (member, value) in before {
            content[member] = content[member].map { patch(making: $0, of: value) } ?? .null
        }
        return .object(content)
    }

    /// Reads the job: `nil` when it is still at this version, else its newer one.
    func read(_ job: JobSnapshot, _ name: NamespacedName) async -> Result<JobSnapshot?, Failure> {
        do throws(APIError) {
            let live = JobSnapshot(try await api.get(.optimizationJobs, name))
            guard live.metadata.uid == job.metadata.uid else {
                return .failure(Failure(next: .retry("the job was replaced by another of the same name")))
            }
            if live.metadata.resourceVersion == job.metadata.resourceVersion { return .success(nil) }
            remember(name, job.metadata.uid) { $0.replace(job, by: live) }
            return .success(live)
        } catch {
            return .failure(Failure(next: next(after: error, name, job.metadata.uid, "read")))
        }
    }

    func next(after error: APIError, _ name: NamespacedName, _ uid: String, _ what: String) -> Next {
        // Stopped, or not sure for a moment to be the leader: who goes on leading has this job to look at still.
        if case .cancelled = error { return .retry("\(what): \(error)") }
        // Gone: the cache will say so, and then everything is forgotten.
        if error.isNotFound { return .settled }
        remember(name, uid) { $0.distrust() }
        if !error.isConflict {
            logger.warning(
                "API call failed",
                metadata: [LogKey.job: "\(name)", "call": "\(what)", LogKey.error: "\(error)"]
            )
        }
        return .retry("\(what): \(error)")
    }

    /// Forgets what the written records settle.
    func settle(_ job: JobSnapshot, _ name: NamespacedName) {
        let running = job.status.trials.filter { $0.state == .running }
        remember(name, job.metadata.uid) { $0.keep(names: Set(running.map(\.trainJobName))) }
        // A record without UID may have a TrainJob already, whose reports must not be lost.
        if running.allSatisfy({ $0.trainJobUID != nil }) {
            trials.keep(Set(running.compactMap(\.trainJobUID)), of: job.metadata.uid)
        }
    }
}
