import JSON
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
            case .delayed(let delay):
                remember(name, uid) {
                    $0.delayed(creation.name, delay, at: now(), backoff: options.creationBackoffSeconds)
                }
                logger.warning("trial delayed", metadata: trial.merging([LogKey.error: "\(delay.message)"]) { $1 })
                let event = JobEvent(
                    kind: .warning,
                    reason: EventReason.creationDelayed,
                    action: EventAction.create,
                    note: "\(creation.name) cannot be created yet and will be tried again: \(delay.message)"
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
    func delete(_ deletions: [TrialDeletion], of job: JobSnapshot, _ name: NamespacedName) async -> String? {
        let failures = await concurrently(deletions, atMost: options.maxConcurrentCalls) { [api] deletion -> String? in
            do throws(APIError) {
                let options = DeleteOptions(uid: deletion.uid, propagationPolicy: "Background")
                try await api.delete(.trainJobs, deletion.name, options)
                return nil
            } catch {
                // A conflict may mean that the name has passed to another TrainJob: then the cache will soon show it.
                return error.isNotFound ? nil : "\(error)"
            }
        }
        for (deletion, failure) in zip(deletions, failures) where failure == nil {
            remember(name, job.metadata.uid) { $0.removed(deletion.uid) }
        }
        return failures.compactMap { $0 }.first
    }

    /// Suspends or resumes TrainJobs side by side.
    ///
    /// - Returns: What failed, if anything did.
    func suspend(_ suspensions: [TrialSuspension], of job: JobSnapshot, _ name: NamespacedName) async -> String? {
        typealias Answer = Result<TrainJob?, APIError>
        let answers = await concurrently(suspensions, atMost: options.maxConcurrentCalls) { [api] one -> Answer in
            // The UID makes the API server refuse when the name has passed to another TrainJob.
            let patch: JSONValue = [
                "metadata": [
                    "uid": .string(one.uid),
                    "annotations": [Annotations.suspendedByJob: one.suspends ? "true" : .null],
                ],
                "spec": ["suspend": .bool(one.suspends)],
            ]
            do throws(APIError) {
                return .success(
                    TrainJob(decoding: try await api.patch(.trainJobs, one.name, .merge(patch), subresource: nil))
                )
            } catch {
                return error.isNotFound || error.isConflict || error.isInvalid ? .success(nil) : .failure(error)
            }
        }
        var failure: String?
        for (one, answer) in zip(suspensions, answers) {
            switch answer {
            case .success(let trainJob?):
                remember(name, job.metadata.uid) { $0.changed(trainJob, from: one.version, at: now()) }
            case .success(nil): failure = failure ?? "\(one.name) is not what it was"
            case .failure(.cancelled): failure = failure ?? "cancelled"
            case .failure(let error): failure = failure ?? "\(error)"
            }
        }
        return failure
    }

    /// Deletes a job whose time is over, unless it was changed since it was looked at.
    func delete(_ job: JobSnapshot, _ name: NamespacedName) async -> Next {
        let preconditions = DeleteOptions(
            uid: job.metadata.uid,
            resourceVersion: job.metadata.resourceVersion,
            propagationPolicy: "Background"
        )
        do throws(APIError) {
            try await api.delete(.optimizationJobs, name, preconditions)
            logger.info("job deleted, its time to live is over", metadata: [LogKey.job: "\(name)"])
            return .settled
        } catch {
            return next(after: error, name, job.metadata.uid, "delete")
        }
    }
}
