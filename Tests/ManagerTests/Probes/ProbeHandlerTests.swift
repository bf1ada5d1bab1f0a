import HTTP
import Testing

@testable import Manager

@Suite("Probes")
struct ProbeHandlerTests {
    private func get(_ target: String, method: String = "GET", ready: [HealthCheck]) -> (status: Int, text: String) {
        let handler = ProbeHandler(live: [.ping], ready: ready)
        guard case .now(let response) = handler.respond(to: HTTPRequest(method: method, target: target)) else {
            return (0, "")
        }
        return (response.status, String(decoding: response.bytes ?? [], as: UTF8.self))
    }

    private let good = HealthCheck("good") { .passed }
    private let noted = HealthCheck("noted") { .passed(note: "not looked at") }
    private let bad = HealthCheck("bad") { .failed("it is broken; mend it") }

    @Test("say ok, and no more unless asked")
    func passing() {
        #expect(get("/readyz", ready: [good, noted]) == (200, "ok\n"))
        #expect(
            get("/readyz?verbose", ready: [good, noted])
                == (200, "[+]good ok\n[+]noted ok: not looked at\nreadyz check passed\n")
        )
    }

    @Test("name what failed and why, without being asked")
    func failing() {
        #expect(
            get("/readyz", ready: [good, bad])
                == (500, "[+]good ok\n[-]bad failed: it is broken; mend it\nreadyz check failed\n")
        )
    }

    @Test("leave out what is excluded, and say when there was nothing to leave out")
    func excluding() {
        #expect(get("/readyz?exclude=bad", ready: [good, bad]) == (200, "ok\n"))
        #expect(
            get("/readyz?verbose&exclude=bad&exclude=goood", ready: [good, bad])
                == (
                    200,
                    """
                    [+]good ok
                    [+]bad excluded: ok
                    warn: no check is called "goood", so none was excluded
                    readyz check passed

                    """
                )
        )
    }

    @Test("look at one check alone")
    func single() {
        #expect(get("/readyz/good", ready: [good, bad]) == (200, "ok\n"))
        #expect(get("/readyz/bad", ready: [good, bad]).status == 500)
        #expect(get("/readyz/other", ready: [good, bad]) == (404, "readyz has the checks good, bad\n"))
    }

    @Test("of life do not ask whether the process is ready", arguments: ["/healthz", "/livez", "/healthz/ping"])
    func live(_ target: String) {
        #expect(get(target, ready: [bad]) == (200, "ok\n"))
    }

    @Test("are read only, and nowhere else")
    func others() {
        #expect(get("/readyz", method: "POST", ready: []).status == 405)
        #expect(get("/readyz", method: "HEAD", ready: []).status == 200)
        #expect(get("/", ready: []).status == 404)
        #expect(get("/readyz/a/b", ready: []).status == 404)
    }
}
