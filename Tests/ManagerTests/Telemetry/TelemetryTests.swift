import Admission
import Foundation
import HTTP
import InMemoryLogging
import Logging
import Metrics
import OptimizationAPI
import Testing

@testable import Kubernetes
@testable import Manager

/// Answers with a status, at once or later.
private struct Answering: HTTPHandler {
    var status: Int
    var isLate = false

    func respond(to request: HTTPRequest) -> HTTPReply {
        let response = HTTPResponse.text("x", status: status)
        return isLate ? .later { response } : .now(response)
    }
}

@Suite("Metrics of the webhooks")
struct WebhookMetricsTests {
    private func text(_ registry: MetricsRegistry) -> String { String(decoding: registry.text, as: UTF8.self) }

    @Test("count every call once, under its path and code", arguments: [200, 400], [false, true])
    func counting(_ status: Int, _ isLate: Bool) async {
        let registry = MetricsRegistry()
        let handler = WebhookMetrics(Answering(status: status, isLate: isLate), registry: registry)
        let reply = handler.respond(to: HTTPRequest(method: "POST", target: WebhookPaths.mutate + "?timeout=10s"))
        if case .later(let work) = reply {
            #expect(text(registry).contains("requests_in_flight{webhook=\"\(WebhookPaths.mutate)\"} 1\n"))
            _ = await work()
        }
        let label = "webhook=\"\(WebhookPaths.mutate)\""
        #expect(text(registry).contains("webhook_requests_total{\(label),code=\"\(status)\"} 1\n"))
        #expect(text(registry).contains("webhook_latency_seconds_count{\(label)} 1\n"))
        #expect(text(registry).contains("requests_in_flight{\(label)} 0\n"))
    }

    @Test("have no series for a path that is no webhook's, whatever comes in")
    func unknownPath() {
        let registry = MetricsRegistry()
        let handler = WebhookMetrics(Answering(status: 404), registry: registry)
        let before = text(registry)
        _ = handler.respond(to: HTTPRequest(method: "GET", target: "/some\"thing"))
        #expect(text(registry) == before)
    }
}

@Suite("/metrics")
struct MetricsHandlerTests {
    private func get(_ target: String, headers: HTTPFields = [:]) -> HTTPResponse? {
        let registry = MetricsRegistry()
        registry.counter("a_total", help: "A.")[].increment()
        let reply = MetricsHandler(registry: registry).respond(
            to: HTTPRequest(method: "GET", target: target, headers: headers)
        )
        guard case .now(let response) = reply else { return nil }
        return response
    }

    @Test("is text for Prometheus, compressed if the reader likes")
    func compression() throws {
        let plain = try #require(get("/metrics"))
        #expect(plain.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        let text = try #require(plain.bytes)
        #expect(String(decoding: text, as: UTF8.self).hasSuffix("a_total 1\n"))
        let packed = try #require(get("/metrics", headers: ["Accept-Encoding": "deflate, gzip"]))
        #expect(packed.headers["Content-Encoding"] == "gzip")
        #expect(try Gzip.decompress(try #require(packed.bytes), limit: 1 << 20) == text)
    }

    @Test("is the only page")
    func otherPath() {
        #expect(get("/")?.status == 404)
    }
}

@Suite("Metrics of the process")
struct ProcessMetricsTests {
    private func values() throws -> [String: Double] {
        let registry = MetricsRegistry()
        ProcessMetrics.register(in: registry)
        let lines = String(decoding: registry.text, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
        return Dictionary(
            uniqueKeysWithValues: try lines.map { line in
                let parts = line.split(separator: " ")
                return (String(parts[0]), try #require(Double(parts[1])))
            }
        )
    }

    @Test("are what the kernel says")
    func plausible() throws {
        let values = try values()
        let now = Date().timeIntervalSince1970
        let start = try #require(values["process_start_time_seconds"])
        #expect(start <= now + 1)
        #expect(start > now - 3600)
        #expect(try #require(values["process_cpu_seconds_total"]) > 0)
        #expect(try #require(values["process_resident_memory_bytes"]) > Double(1 << 20))
        #expect(
            try #require(values["process_virtual_memory_bytes"]) > #require(values["process_resident_memory_bytes"])
        )
        #expect(try #require(values["process_threads"]) >= 1)
        #expect(try #require(values["process_open_fds"]) >= 3)
        #expect(try #require(values["process_max_fds"]) >= #require(values["process_open_fds"]))
    }
}

@Suite("What is told of calls to the API server")
struct ClientMetricsTests {
    @Test("is which call was refused for now, and when it may come again")
    func throttled() {
        let log = InMemoryLogHandler()
        let metrics = ClientMetrics(
            registry: MetricsRegistry(),
            host: "api:443",
            logger: Logger(label: "test") { _ in log }
        )
        let request = APIRequestSummary(
            method: "PATCH",
            verb: "patch",
            type: .optimizationJobs,
            subresource: "status",
            status: 429,
            latency: .zero,
            attempt: 1
        )
        metrics.throttled(request, path: "/apis/x/status", retryAfter: .seconds(7))
        metrics.throttled(request, path: "/apis/x/status", retryAfter: nil)
        let told = ["7s", "none"].map { wait in
            InMemoryLogHandler.Entry(
                level: .warning,
                message: "the API server refused a call for now",
                metadata: ["path": "/apis/x/status", "retryAfter": "\(wait)", "verb": "patch"]
            )
        }
        #expect(log.entries == told)
    }
}
