import Controller
import Kubernetes
import Metrics

/// Counts and times what passes a work queue, under the names client-go gives these metrics.
final class WorkQueueMetrics: WorkQueueObserver {
    private let adds: Counter
    private let retries: Counter
    private let waiting: Histogram
    private let working: Histogram

    /// client-go's ranges: from 10 ns on, each ten times the one before.
    private static let buckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000]

    /// - Parameters:
    ///   - registry: Where to count.
    ///   - name: The queue's name.
    ///   - backlog: Looks at the queue; `nil` while there is none.
    init(registry: MetricsRegistry, name: String, backlog: @escaping @Sendable () -> WorkQueueBacklog?) {
        func counter(_ key: String, _ help: String) -> Counter {
            registry.counter("workqueue_\(key)", help: help, labels: ["name", "controller"])[name, name]
        }
        func histogram(_ key: String, _ help: String) -> Histogram {
            registry.histogram(
                "workqueue_\(key)",
                help: help,
                labels: ["name", "controller"],
                buckets: Self.buckets
            )[name, name]
        }
        func gauge(_ key: String, _ help: String, _ read: @escaping @Sendable (WorkQueueBacklog) -> Double) {
            registry.observe("workqueue_\(key)", .gauge, help: help, labels: ["name", "controller"]) {
                backlog().map { [([name, name], read($0))] } ?? []
            }
        }
        adds = counter("adds_total", "Total number of adds handled by workqueue")
        retries = counter("retries_total", "Total number of retries handled by workqueue")
        waiting = histogram(
            "queue_duration_seconds",
            "How long in seconds an item stays in workqueue before being requested"
        )
        working = histogram(
            "work_duration_seconds",
            "How long in seconds processing an item from workqueue takes."
        )
        gauge("depth", "Current depth of workqueue by workqueue and priority") { Double($0.depth) }
        gauge(
            "unfinished_work_seconds",
            "How many seconds of work has been done that is in progress and hasn't been observed by work_duration."
        ) { $0.unfinished.total.inSeconds }
        gauge(
            "longest_running_processor_seconds",
            "How many seconds has the longest running processor for workqueue been running."
        ) { $0.unfinished.longest.inSeconds }
    }

    func added() { adds.increment() }
    func retried() { retries.increment() }
    func taken(after wait: Duration) { waiting.observe(wait) }
    func done(after work: Duration) { working.observe(work) }
}
