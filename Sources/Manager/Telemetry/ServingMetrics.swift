import Certificates
import HTTP
import HostProcess
import Metrics

/// What there is to know of the webhook server and its certificate.
enum ServingMetrics {
    static func register(in registry: MetricsRegistry, webhooks: WebhookServer) {
        registry.observe(
            "optimizationjob_build_info",
            .gauge,
            help: "1, labelled with the version of this program.",
            labels: ["version"]
        ) { [([ProgramVersion.current], 1)] }
        registry.observe(
            "optimizationjob_webhook_certificate_expiry_timestamp_seconds",
            .gauge,
            help: "When the served certificate expires, in seconds since 1970; no value before one is served."
        ) { webhooks.identity.map { [([], Double($0.validity.upperBound))] } ?? [] }

        func observe(
            _ name: String,
            _ kind: MetricKind,
            _ help: String,
            labels: [String] = [],
            read: @escaping @Sendable (HTTPServerStatistics) -> [(labels: [String], value: Double)]
        ) {
            registry.observe(name, kind, help: help, labels: labels) {
                read(webhooks.running?.statistics ?? HTTPServerStatistics())
            }
        }
        observe(
            "optimizationjob_webhook_connections",
            .gauge,
            "Connections to the webhook server that are open now."
        ) { [([], Double($0.connectionsOpen))] }
        observe(
            "optimizationjob_webhook_connections_accepted_total",
            .counter,
            "Connections the webhook server accepted."
        ) { [([], Double($0.connectionsAccepted))] }
        observe(
            "optimizationjob_webhook_connection_limit_reached_total",
            .counter,
            "How often the webhook server had as many connections as it serves at once, and more waited."
        ) { [([], Double($0.connectionLimitReached))] }
        observe(
            "optimizationjob_webhook_tls_handshakes_total",
            .counter,
            "TLS handshakes of the webhook server, by how they ended: full, resumed or failed.",
            labels: ["result"]
        ) { statistics in
            [
                (["failed"], Double(statistics.handshakesFailed)),
                (["full"], Double(statistics.handshakesSucceeded - statistics.handshakesResumed)),
                (["resumed"], Double(statistics.handshakesResumed)),
            ]
        }
        observe(
            "optimizationjob_webhook_requests_refused_total",
            .counter,
            "Requests the webhook server refused because they break HTTP, a limit or a time-out."
        ) { [([], Double($0.requestsRefused))] }
    }
}
