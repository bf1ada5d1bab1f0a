import JSON
import Kubernetes
import OptimizationAPI

/// What the reconciler reads: the watch caches in production, anything in tests. May lag behind the API server.
protocol ClusterView: Sendable {
    /// The job as last seen.
    func job(_ name: NamespacedName) async -> JobSnapshot?
    /// The TrainJobs whose controller has this UID, as last seen.
    func trainJobs(controlledBy uid: String) async -> [TrainJob]
}

/// An OptimizationJob at one resource version.
///
/// Decoded far enough to be reported on even when its spec cannot be understood: such a job must be told so in its
/// status rather than be skipped in silence.
struct JobSnapshot: Sendable {
    let metadata: ObjectMeta
    let status: OptimizationJobStatus
    let content: Content

    enum Content: Sendable {
        case readable(OptimizationJob)
        /// Why the spec cannot be understood, and whom it says the job is for.
        case unreadable(String, managedBy: String?)
    }

    init(_ object: JSONValue) {
        do {
            let job = try OptimizationJob(decoding: object)
            metadata = job.metadata
            status = job.status
            content = .readable(job)
        } catch {
            metadata = ObjectMeta(object)
            status = OptimizationJobStatus(decoding: object["status"] ?? .null)
            content = .unreadable("\(error)", managedBy: object["spec"]?["managedBy"]?.stringValue)
        }
    }
}
