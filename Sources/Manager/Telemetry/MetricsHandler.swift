public import HTTP
public import Metrics

/// Serves `/metrics`, compressed for those who ask for it.
public struct MetricsHandler: HTTPHandler {
    private let registry: MetricsRegistry

    /// Makes a handler.
    public init(registry: MetricsRegistry) {
        self.registry = registry
    }

    /// Answers a scrape.
    public func respond(to request: HTTPRequest) -> HTTPReply {
        guard request.path == "/metrics" else { return .now(.text("metrics are at /metrics\n", status: 404)) }
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = HTTPResponse.text("metrics are read with GET\n", status: 405)
            response.headers["Allow"] = "GET, HEAD"
            return .now(response)
        }
        let text = registry.text
        var response = HTTPResponse(
            status: 200,
            headers: ["Content-Type": MetricsRegistry.contentType, "Vary": "Accept-Encoding"],
            body: .bytes(text)
        )
        if request.headers.list("Accept-Encoding", contains: "gzip"), let compressed = try? Gzip.compress(text) {
            response.headers["Content-Encoding"] = "gzip"
            response.body = .bytes(compressed)
        }
        return .now(response)
    }
}
