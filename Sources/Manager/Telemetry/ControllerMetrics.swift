import Controller
import Metrics
import Synchronization

/// Counts and times the controller's work, under the names controller-runtime gives these metrics, and tells how many jobs
/// and trials there are.
final class ControllerMetrics: ReconcileObserver {
    /// The controller's name in the labels.
    static let controller = "optimizationjob"

    private let results: [ReconcileResult: Counter]
    private let errors: Counter
    private let time: Histogram
    private let active: Gauge
    private let current: Current
    /// Counts what passes the controller's queue.
    let queue: WorkQueueMetrics

    /// The controller that runs now, if one does.
    private final class Current: Sendable {
        let controller = Mutex<OptimizationController?>(nil)

        var census: ControllerCensus? { controller.withLock { $0 }?.census }
        var lateReports: Int? { controller.withLock { $0 }?.lateReports }
        var backlog: WorkQueueBacklog? { controller.withLock { $0 }?.backlog }
    }

    /// controller-runtime's ranges.
    private static let buckets = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5,
        1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
    ]

    init(registry: MetricsRegistry, workers: Int) {
        let name = Self.controller
        let current = Current()
        self.current = current
        queue = WorkQueueMetrics(registry: registry, name: name) { current.backlog }
        let results = registry.counter(
            "controller_runtime_reconcile_total",
            help: "Total number of reconciliations per controller",
            labels: ["controller", "result"]
        )
        self.results = Dictionary(
            uniqueKeysWithValues: ReconcileResult.allCases.map { ($0, results[name, $0.rawValue]) }
        )
        errors =
            registry.counter(
                "controller_runtime_reconcile_errors_total",
                help: "Total number of reconciliation errors per controller",
                labels: ["controller"]
            )[name]
        time =
            registry.histogram(
                "controller_runtime_reconcile_time_seconds",
                help: "Length of time per reconciliation per controller",
                labels: ["controller"],
                buckets: Self.buckets
            )[name]
        active =
            registry.gauge(
                "controller_runtime_active_workers",
                help: "Number of currently used workers per controller",
                labels: ["controller"]
            )[name]
        registry.gauge(
            "controller_runtime_max_concurrent_reconciles",
            help: "Maximum number of concurrent reconciles per controller",
            labels: ["controller"]
        )[name].set(Double(workers))
        registry.observe(
            "optimizationjob_jobs",
            .gauge,
            help: "OptimizationJobs by state, as the leader sees them.",
            labels: ["state"]
        ) { Self.series(current.census?.jobs) }
        registry.observe(
            "optimizationjob_trials",
            .gauge,
            help: "Trials of all OptimizationJobs by state, as the leader sees them.",
            labels: ["state"]
        ) { Self.series(current.census?.trials) }
        registry.observe(
            "optimizationjob_late_reports_total",
            .counter,
            help: "Reports ignored because the trial's record was terminal already, on the leader."
        ) { current.lateReports.map { [([], Double($0))] } ?? [] }
    }

    /// Tells about this controller from now on; `nil` about none, since another process leads.
    func follow(_ controller: OptimizationController?) {
        current.controller.withLock { $0 = controller }
    }

    func reconcileBegan() {
        active.add(1)
    }

    func reconcileEnded(_ result: ReconcileResult, after duration: Duration) {
        active.add(-1)
        time.observe(duration)
        results[result]?.increment()
        if result == .error { errors.increment() }
    }

    private static func series(_ counts: [String: Int]?) -> [(labels: [String], value: Double)] {
        (counts ?? [:]).sorted { $0.key < $1.key }.map { ([$0.key], Double($0.value)) }
    }
}
