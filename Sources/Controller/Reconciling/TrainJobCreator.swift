import Kubernetes
import OptimizationAPI

/// Creates a trial's TrainJob, or finds that it exists.
struct TrainJobCreator: Sendable {
    let api: any KubernetesAPI
    let job: NamespacedName
    let uid: String

    func create(_ creation: TrialCreation) async -> CreationOutcome {
        do throws(APIError) {
            return made(TrainJob(decoding: try await api.create(.trainJobs, namespace: job.namespace, creation.object)))
        } catch {
            if let outcome = CreationError.outcome(of: error) { return outcome }
            return await existing(creation.name)
        }
    }

    /// Something of this name exists: our own, made by an attempt whose answer was lost, or somebody else's.
    private func existing(_ name: String) async -> CreationOutcome {
        let found: TrainJob
        do throws(APIError) {
            found = TrainJob(
                decoding: try await api.get(.trainJobs, NamespacedName(namespace: job.namespace, name: name))
            )
        } catch {
            if case .cancelled = error { return .cancelled }
            // Gone in between, or not readable now: either way the next attempt knows more.
            return .delayed(
                CreationDelay(kind: "existed", message: "a TrainJob of this name existed a moment ago: \(error)")
            )
        }
        if found.metadata.isControlled(by: uid) { return made(found) }
        let owner = found.metadata.ownerReferences.first { $0.controller }
        if found.metadata.deletionTimestamp != nil {
            return .delayed(
                CreationDelay(kind: "deleting", message: "the TrainJob that has this name is being deleted")
            )
        }
        if let owner, owner.kind == ResourceType.optimizationJobs.kind, owner.name == job.name {
            // Of an earlier job with our name: the garbage collector is about to take it.
            return .delayed(
                CreationDelay(
                    kind: "earlier",
                    message: "the TrainJob of an earlier OptimizationJob of this name is not gone yet"
                )
            )
        }
        return .refused(.nameTaken(owner: owner.map { "\($0.kind) \"\($0.name)\"" }))
    }

    private func made(_ trainJob: TrainJob) -> CreationOutcome {
        guard !trainJob.metadata.uid.isEmpty else {
            return .delayed(CreationDelay(kind: "answer", message: "the API server answered without a UID"))
        }
        return .exists(trainJob)
    }
}
