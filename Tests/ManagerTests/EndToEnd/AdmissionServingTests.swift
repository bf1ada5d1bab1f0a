import Certificates
import Foundation
import HTTP
import JSON
import Synchronization
import Testing
import Transport

/// The program as a Deployment runs it, but for a cluster: real sockets, real TLS, real signals.
@Suite("optimizationjob controller --enable-controller=false", .serialized)
struct AdmissionServingTests {
    private func start(_ folder: Folder, _ more: [String] = []) throws -> Program {
        try Program(
            [
                "--enable-controller=false", "--cert-dir", folder.path, "-webhook-port=0", "--webhook-host=127.0.0.1",
                "--metrics-addr=127.0.0.1:0", "--healthz-addr", "127.0.0.1:0", "--log-format=json",
            ] + more
        )
    }

    @Test("serves admission, probes and metrics, and logs denials with their uid")
    func serving() async throws {
        let folder = try Folder()
        let certificate = try ServingCertificate.make()
        try folder.mount(certificate)
        let program = try start(folder)
        defer { program.end() }
        let probes = try await program.port(of: "probes")
        let metrics = try await program.port(of: "metrics")
        let client = try Calls.webhookClient(port: try await program.port(of: "admission"), trusting: certificate)

        #expect(Calls.isAllowed(try await client.send(Calls.review(), timeout: .seconds(20))) == true)
        var bad = Calls.job
        bad["spec"]?["numTrials"] = 0
        let uid = "7\n{\"level\":\"info\"}\u{2028}"
        let denied = try await client.send(Calls.review(bad, uid: uid), timeout: .seconds(20))
        #expect(Calls.isAllowed(denied) == false)
        #expect(try await program.record("denied")["uid"]?.stringValue == uid)
        #expect(program.lines.allSatisfy { (try? JSONValue(parsing: Array($0.utf8))) != nil })

        #expect(await Calls.text("/healthz", port: probes) == "ok\n")
        #expect(
            await Calls.text("/readyz?verbose", port: probes) == """
                [+]certificate ok
                [+]listener ok
                [+]ca-bundle ok: not checked, since no API server is configured
                [+]shutdown ok
                readyz check passed

                """
        )
        let text = await Calls.text("/metrics", port: metrics)
        let path = "/validate-trainer-kubeflow-org-v1alpha1-optimizationjob"
        for line in [
            "controller_runtime_webhook_requests_total{webhook=\"\(path)\",code=\"200\"} 2",
            "controller_runtime_webhook_latency_seconds_count{webhook=\"\(path)\"} 2",
            "optimizationjob_admission_decisions_total{webhook=\"\(path)\",operation=\"CREATE\",allowed=\"true\"} 1",
            "optimizationjob_admission_decisions_total{webhook=\"\(path)\",operation=\"CREATE\",allowed=\"false\"} 1",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        await client.shutdown()
    }

    @Test("waits for a certificate, says so, and then serves with it")
    func waiting() async throws {
        let folder = try Folder()
        let program = try start(folder)
        defer { program.end() }
        let probes = try await program.port(of: "probes")
        let answer = try await Calls.get("/readyz", port: probes)
        #expect(answer.status == 500)
        let text = String(decoding: answer.bytes ?? [], as: UTF8.self)
        #expect(text.contains("[-]certificate failed: no certificate in \(folder.path)"))
        #expect(text.contains("cert-generator"))
        #expect(await Calls.text("/healthz", port: probes) == "ok\n")

        let certificate = try ServingCertificate.make()
        try folder.mount(certificate)
        let client = try Calls.webhookClient(port: try await program.port(of: "admission"), trusting: certificate)
        #expect(Calls.isAllowed(try await client.send(Calls.review(), timeout: .seconds(20))) == true)
        await client.shutdown()
        #expect(await Calls.text("/readyz", port: probes) == "ok\n")
    }

    @Test("serves a renewed certificate from the next handshake on, and keeps the connections it has")
    func renewal() async throws {
        let folder = try Folder()
        let (old, new) = (try ServingCertificate.make(), try ServingCertificate.make())
        try folder.mount(old)
        let program = try start(folder)
        defer { program.end() }
        let port = try await program.port(of: "admission")
        let standing = try Calls.webhookClient(port: port, trusting: old)
        #expect(Calls.isAllowed(try await standing.send(Calls.review(), timeout: .seconds(20))) == true)

        try folder.mount(new)
        try await eventually("the new certificate is served", program) {
            let client = try Calls.webhookClient(port: port, trusting: new)
            let answer = try? await client.send(Calls.review(), timeout: .seconds(20))
            await client.shutdown()
            return answer.flatMap(Calls.isAllowed) == true
        }
        // It does not trust the new authority, so it has not connected again.
        #expect(Calls.isAllowed(try await standing.send(Calls.review(), timeout: .seconds(20))) == true)
        await standing.shutdown()
    }

    @Test("lets only callers in that an authority vouches for, if told so")
    func clientAuthority() async throws {
        let folder = try Folder()
        let certificate = try ServingCertificate.make()
        try folder.mount(certificate)
        try folder.write(certificate.authorityPEM, to: "client-ca.crt")
        let program = try start(folder, ["--webhook-client-ca=\(folder.path)/client-ca.crt"])
        defer { program.end() }
        let port = try await program.port(of: "admission")
        let anonymous = try Calls.webhookClient(port: port, trusting: certificate)
        await #expect(throws: (any Error).self) { try await anonymous.send(Calls.review(), timeout: .seconds(20)) }
        await anonymous.shutdown()
        // Read again by itself; what cannot be read changes nothing.
        try folder.write(Array("none".utf8), to: "client-ca.crt")
        _ = try await program.record("client authorities cannot be read again")
        try folder.write(try ServingCertificate.make().authorityPEM, to: "client-ca.crt")
        _ = try await program.record("asking callers for another authority")
    }

    @Test("ends at once at the second signal")
    func secondSignal() async throws {
        let folder = try Folder()
        try folder.mount(try ServingCertificate.make())
        let program = try start(folder, ["--drain-delay=1h", "--drain-deadline=2h"])
        defer { program.end() }
        _ = try await program.port(of: "admission")
        program.send(SIGTERM)
        _ = try await program.record("asked to stop")
        program.send(SIGTERM)
        #expect(try await program.exitStatus() == 128 + SIGTERM)
    }
}
