public import HTTP

/// Serves probes as a Kubernetes API server does: `/healthz`, `/livez` and `/readyz`, with `?verbose`, `?exclude=<check>` and
/// one check alone at `/readyz/<check>`.
///
/// Unlike an API server it tells the reason of a failure, which holds nothing secret and is what somebody who looks
/// there wants to know.
public struct ProbeHandler: HTTPHandler {
    private let groups: [String: [HealthCheck]]

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - live: What must hold or the process had better be restarted.
    ///   - ready: What must hold for calls to be sent here.
    public init(live: [HealthCheck], ready: [HealthCheck]) {
        groups = ["healthz": live, "livez": live, "readyz": ready]
    }

    /// Answers a probe.
    public func respond(to request: HTTPRequest) -> HTTPReply {
        let parts = request.path.split(separator: "/").map { String($0) }
        guard let group = parts.first, let checks = groups[group], parts.count <= 2 else {
            return .now(.text("there is /healthz, /livez and /readyz\n", status: 404))
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = HTTPResponse.text("probes are read with GET\n", status: 405)
            response.headers["Allow"] = "GET, HEAD"
            return .now(response)
        }
        guard parts.count == 2 else { return .now(answer(request, group, checks)) }
        guard let check = checks.first(where: { $0.name == parts[1] }) else {
            return .now(.text("\(group) has the checks \(checks.map(\.name).joined(separator: ", "))\n", status: 404))
        }
        return .now(report(group, [check], excluded: [], isVerbose: request.query.contains { $0.name == "verbose" }))
    }

    private func answer(_ request: HTTPRequest, _ group: String, _ checks: [HealthCheck]) -> HTTPResponse {
        let query = request.query
        let excluded = query.filter { $0.name == "exclude" }.flatMap { $0.value.split(separator: ",") }.map {
            String($0)
        }
        return report(group, checks, excluded: excluded, isVerbose: query.contains { $0.name == "verbose" })
    }

    private func report(
        _ group: String,
        _ checks: [HealthCheck],
        excluded: [String],
        isVerbose: Bool
    ) -> HTTPResponse {
        var lines: [String] = []
        var isHealthy = true
        for check in checks {
            guard !excluded.contains(check.name) else {
                lines.append("[+]\(check.name) excluded: ok")
                continue
            }
            switch check.look() {
            case .passed(nil): lines.append("[+]\(check.name) ok")
            case .passed(let note?): lines.append("[+]\(check.name) ok: \(note)")
            case .failed(let reason):
                lines.append("[-]\(check.name) failed: \(reason)")
                isHealthy = false
            }
        }
        for name in excluded where !checks.contains(where: { $0.name == name }) {
            lines.append("warn: no check is called \"\(name)\", so none was excluded")
        }
        var response: HTTPResponse
        if isHealthy && !isVerbose {
            response = .text("ok\n")
        } else {
            lines.append("\(group) check \(isHealthy ? "passed" : "failed")\n")
            response = .text(lines.joined(separator: "\n"), status: isHealthy ? 200 : 500)
        }
        // A browser must not take a warning's text for anything else, nor anybody keep an answer.
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-cache"
        return response
    }
}
