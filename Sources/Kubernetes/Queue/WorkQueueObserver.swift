/// Told of what happens in a `WorkQueue`, for metrics: those of client-go's `workqueue`.
///
/// The gauges `workqueue_depth`, `workqueue_unfinished_work_seconds` and `workqueue_longest_running_processor_seconds` are asked
/// of the queue: `count` and `unfinishedWork`. Called from whoever uses the queue, so it must be quick.
public protocol WorkQueueObserver: Sendable {
    /// A key was added that did not wait already: `workqueue_adds_total`.
    func added()
    /// A key is to come again after a failure: `workqueue_retries_total`.
    func retried()
    /// A worker got a key that had waited so long: `workqueue_queue_duration_seconds`.
    func taken(after wait: Duration)
    /// A worker was done with a key after so long: `workqueue_work_duration_seconds`.
    func done(after work: Duration)
}

/// What workers are at.
public struct UnfinishedWork: Sendable, Equatable {
    /// How long all of them have been at it, together.
    public var total: Duration
    /// How long the longest has been at it: a worker that hangs shows here.
    public var longest: Duration
}
