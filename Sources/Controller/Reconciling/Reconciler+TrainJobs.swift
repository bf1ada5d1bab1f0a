import Kubernetes
import Logging
import OptimizationAPI

extension Reconciler {
    /// Creates TrainJobs side by side and remembers what came of each; the next look at the job notes it.
    func create(_ creations: [TrialCreation], for job: JobSnapshot, _ name: NamespacedName) async {
        let uid = job.metadata.uid
        let creator = TrainJobCreator(api: api, job: name, uid: uid)
        let outcomes = await concurrently(creations, atMost: options.maxConcurrentCalls) { creation in
            await creator.create(creation)
        }
        for (creation, outcome) in zip(creations, outcomes) {
            let trial: Logger.Metadata = [LogKey.job: "\(name)", LogKey.trial: "\(creation.name)"]
            switch outcome {
            case .exists(let trainJob):
                remember(name, uid) { $0.saw(trainJob, at: now()) }
                logger.info("trial created", metadata: trial)
            case .refused(let refusal):
                remember(name, uid) { $0.refusals[creation.name] = refusal }
                logger.warning("trial refused", metadata: trial.merging([LogKey.error: "\(refusal)"]) { $1 })
            case .delayed(let message, let retryAfter):
                remember(name, uid) {
                    $0.delayed(
                        creation.name,
                        message,
                        retryAfter: retryAfter,
                        at: now(),
                        backoff: options.creationBackoffSeconds
                    )
                }
                logger.warning("trial delayed", metadata: trial.merging([LogKey.error: "\(message)"]) { $1 })
                let event = JobEvent(
                    kind: .warning,
                    reason: EventReason.creationDelayed,
                    action: EventAction.create,
                    note: "\(creation.name) cannot be created yet and will be tried again: \(message)"
                )
                await tell(event, job)
            case .cancelled:
                break
            }
        }
    }

    /// Deletes TrainJobs side by side.
    ///
    /// - Returns: What failed, if anything did.
    func delete(_ deletions: [TrialDeletion]) async -> String? {
        let failures = await concurrently(deletions, atMost: options.maxConcurrentCalls) { [api] deletion -> String? in
            do throws(APIError) {
                let options = DeleteOptions(uid: deletion.uid, propagationPolicy: "Background")
                try await api.delete(.trainJobs, deletion.name, options)
                return nil
            } catch {
                // 409: the name has passed to another TrainJob, which is not ours to delete.
                return error.isNotFound || error.isConflict ? nil : "\(error)"
            }
        }
        return failures.compactMap { $0 }.first
    }
}
