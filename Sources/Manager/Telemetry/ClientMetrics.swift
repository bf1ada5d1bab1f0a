import Kubernetes
import Logging
import Metrics

/// Counts and times the requests to the API server, under the names client-go gives these metrics, and logs what it warns of
/// and which calls it holds off.
struct ClientMetrics: APIClientObserver {
    private let host: String
    private let requests: MetricFamily<Counter>
    private let latency: MetricFamily<Histogram>
    private let logger: Logger

    /// - Parameters:
    ///   - registry: Where to count.
    ///   - host: The API server, as `host:port`.
    ///   - logger: Told of the server's warnings and of calls that it refused for now.
    init(registry: MetricsRegistry, host: String, logger: Logger) {
        self.host = host
        self.logger = logger
        requests = registry.counter(
            "rest_client_requests_total",
            help: "Number of HTTP requests, partitioned by status code, method, and host.",
            labels: ["code", "method", "host"]
        )
        latency = registry.histogram(
            "rest_client_request_duration_seconds",
            help: "Request latency in seconds. Broken down by verb, and host.",
            labels: ["verb", "host"],
            buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]
        )
    }

    func requestEnded(_ request: APIRequestSummary) {
        requests[request.code, request.method, host].increment()
        latency[request.verb, host].observe(request.latency)
    }

    func warned(_ warning: String, by request: APIRequestSummary) {
        logger.warning(
            "the API server warns",
            metadata: ["warning": "\(warning)", "verb": "\(request.verb)", "resource": "\(request.type)"]
        )
    }

    func throttled(_ request: APIRequestSummary, path: String, retryAfter: Duration?) {
        logger.warning(
            "the API server refused a call for now",
            metadata: [
                "verb": "\(request.verb)", "path": "\(path)",
                "retryAfter": "\(retryAfter.map { "\($0.components.seconds)s" } ?? "none")",
            ]
        )
    }
}
