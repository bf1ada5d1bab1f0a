import Certificates
import Foundation
import HTTP
import Synchronization
import Testing

/// A rolling restart, as seen by those who call: they stop only some time after readiness has failed.
@Suite("A process that is asked to stop")
struct DrainTests {
    /// Callers that keep their connections, as an API server does, and what became of their calls.
    private final class Load: Sendable {
        struct State {
            var isStopping = false
            var isWithdrawn = false
            var sent = 0
            var allowed = 0
            var afterSignal = 0
            var failures: [String] = []
        }

        let state = Mutex(State())

        /// Calls until the process is withdrawn.
        func call(_ port: UInt16, trusting certificate: ServingCertificate) async throws {
            let client = try Calls.webhookClient(port: port, trusting: certificate)
            while let isLate = begin() {
                do {
                    let response = try await client.send(Calls.review(), timeout: .seconds(20))
                    let isAllowed = Calls.isAllowed(response) == true
                    state.withLock { state in
                        if isAllowed { state.allowed += 1 }
                        if isLate { state.afterSignal += 1 }
                    }
                } catch {
                    state.withLock { $0.failures.append("\(error)") }
                }
            }
            await client.shutdown()
        }

        private func begin() -> Bool? {
            state.withLock { state in
                guard !state.isWithdrawn else { return nil }
                state.sent += 1
                return state.isStopping
            }
        }
    }

    @Test("loses no call that is under way, or made by those who have not heard yet")
    func losesNothing() async throws {
        let folder = try Folder()
        let certificate = try ServingCertificate.make()
        try folder.mount(certificate)
        let program = try Program([
            "controller", "--enable-controller=false", "--cert-dir", folder.path, "--webhook-port=0",
            "--webhook-host=127.0.0.1", "--metrics-addr=0", "--health-probe-addr=127.0.0.1:0", "--log-format=json",
            // Longer than a busy machine takes from the signal to the last call, which must fall within it.
            "--drain-delay=20s", "--drain-deadline=40s",
        ])
        defer { program.end() }
        let probes = try await program.port(of: "probes")
        let port = try await program.port(of: "admission")
        let load = Load()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { try await load.call(port, trusting: certificate) } }
            try await eventually("there is load", program) { load.state.withLock { $0.allowed > 200 } }
            program.send(SIGTERM)
            load.state.withLock { $0.isStopping = true }
            try await eventually("readiness fails", program) {
                await Calls.text("/readyz", port: probes).contains("[-]shutdown failed")
            }
            // Callers hear of it late.
            try await eventually("they go on calling", program) { load.state.withLock { $0.afterSignal > 20 } }
            load.state.withLock { $0.isWithdrawn = true }
            try await group.waitForAll()
        }
        let result = load.state.withLock { $0 }
        #expect(result.failures == [])
        #expect(result.allowed == result.sent)
        #expect(try await program.exitStatus() == 0)
    }

    @Test("without a certificate has nothing to wait for", arguments: [SIGTERM, SIGINT])
    func withoutCertificate(_ signal: Int32) async throws {
        let folder = try Folder()
        let program = try Program([
            "--enable-controller=false", "--cert-dir", folder.path, "--webhook-port=0", "--webhook-host=127.0.0.1",
            "--metrics-addr=0", "--health-probe-addr=127.0.0.1:0", "--log-format=json", "--drain-delay=1h",
            "--drain-deadline=1h",
        ])
        defer { program.end() }
        _ = try await program.port(of: "probes")
        program.send(signal)
        #expect(try await program.exitStatus() == 0)
    }
}
