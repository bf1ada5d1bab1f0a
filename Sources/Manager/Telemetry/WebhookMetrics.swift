import Admission
public import HTTP
public import Metrics

/// Counts and times calls of the webhooks, under the names controller-runtime gives these metrics.
public struct WebhookMetrics: HTTPHandler {
    private let next: any HTTPHandler
    /// Two: comparing their paths is quicker than hashing one.
    private let webhooks: [Webhook]

    /// What is counted of one webhook; looked up once, so that a call only counts.
    private struct Webhook: Sendable {
        let path: String
        let requests: MetricFamily<Counter>
        /// Nearly every call ends so.
        let succeeded: Counter
        let inFlight: Gauge
        let latency: Histogram

        func count(_ status: Int, since start: ContinuousClock.Instant) {
            latency.observe(ContinuousClock.now - start)
            inFlight.add(-1)
            // Codes come from our own handler, so there are few.
            (status == 200 ? succeeded : requests[path, "\(status)"]).increment()
        }
    }

    /// Makes a handler in front of another.
    public init(_ next: any HTTPHandler, registry: MetricsRegistry) {
        self.next = next
        let requests = registry.counter(
            "controller_runtime_webhook_requests_total",
            help: "Total number of admission requests by HTTP status code.",
            labels: ["webhook", "code"]
        )
        let latency = registry.histogram(
            "controller_runtime_webhook_latency_seconds",
            help: "Histogram of the latency of processing admission requests",
            labels: ["webhook"]
        )
        let inFlight = registry.gauge(
            "controller_runtime_webhook_requests_in_flight",
            help: "Current number of admission requests being served.",
            labels: ["webhook"]
        )
        webhooks = [WebhookPaths.mutate, WebhookPaths.validate].map { path in
            // controller-runtime shows 0 for these from the beginning, and alerts compare them.
            _ = requests[path, "500"]
            return Webhook(
                path: path,
                requests: requests,
                succeeded: requests[path, "200"],
                inFlight: inFlight[path],
                latency: latency[path]
            )
        }
    }

    /// Lets the other handler answer, and counts it.
    public func respond(to request: HTTPRequest) -> HTTPReply {
        let path = request.path
        guard let webhook = webhooks.first(where: { $0.path == path }) else { return next.respond(to: request) }
        let start = ContinuousClock.now
        webhook.inFlight.add(1)
        switch next.respond(to: request) {
        case .now(let response):
            webhook.count(response.status, since: start)
            return .now(response)
        case .later(let work):
            return .later {
                let response = await work()
                webhook.count(response.status, since: start)
                return response
            }
        }
    }
}
