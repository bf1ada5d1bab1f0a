public import Kubernetes

/// Told of the controller's work, for those who count and time it. Its functions are called often and must be quick.
public protocol ReconcileObserver: Sendable {
    /// A worker begins to look at a job.
    func reconcileBegan()
    /// It is done with it.
    ///
    /// - Parameters:
    ///   - result: How it ended.
    ///   - duration: How long it took.
    func reconcileEnded(_ result: ReconcileResult, after duration: Duration)
}

/// How a look at a job ended, in controller-runtime's words.
public enum ReconcileResult: String, Sendable, CaseIterable {
    /// Nothing more to do until something changes.
    case success
    /// There is more to do at once.
    case requeue
    /// There is something to do later.
    case requeueAfter = "requeue_after"
    /// Something failed, and is tried again.
    case error
}

extension ReconcileResult {
    init(_ next: Reconciler.Next) {
        self =
            switch next {
            case .settled: .success
            case .after: .requeueAfter
            case .again: .requeue
            case .retry: .error
            }
    }
}

/// What waits in the controller's queue, and what is being worked at.
public struct WorkQueueBacklog: Sendable, Equatable {
    /// Jobs that wait to be looked at.
    public let depth: Int
    /// How long workers have been at the jobs they look at.
    public let unfinished: UnfinishedWork
}
