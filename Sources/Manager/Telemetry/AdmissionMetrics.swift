import Admission
import Metrics

/// Counts what the webhooks decided.
final class AdmissionMetrics: Sendable {
    private let decisions: MetricFamily<Counter>
    /// The counters of what is usually asked, looked up once, so that a call only counts.
    private let usual: [AdmissionDecision: Counter]

    init(registry: MetricsRegistry) {
        let decisions = registry.counter(
            "optimizationjob_admission_decisions_total",
            help: "Admission calls answered, by webhook, operation and whether the request was allowed.",
            labels: ["webhook", "operation", "allowed"]
        )
        var usual: [AdmissionDecision: Counter] = [:]
        for webhook in [WebhookPaths.mutate, WebhookPaths.validate] {
            for operation in ["CREATE", "UPDATE"] {
                for isAllowed in [true, false] {
                    let decision = AdmissionDecision(webhook: webhook, operation: operation, isAllowed: isAllowed)
                    usual[decision] = decisions[Self.labels(of: decision)]
                }
            }
        }
        self.decisions = decisions
        self.usual = usual
    }

    func count(_ decision: AdmissionDecision) {
        (usual[decision] ?? decisions[Self.labels(of: decision)]).increment()
    }

    private static func labels(of decision: AdmissionDecision) -> [String] {
        [decision.webhook, decision.operation, decision.isAllowed ? "true" : "false"]
    }
}
