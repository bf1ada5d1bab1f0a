import Synchronization
import Testing

@testable import Kubernetes

@Suite("The credentials of a plugin")
struct ExecCredentialsTests {
    /// A plugin whose runs the test answers.
    private final class Plugin: Sendable {
        let runs = Channel<Channel<Result<ExecCredential, ConfigurationError>>>()
        private let clock = Mutex(Timestamp(secondsSinceEpoch: 1000))

        func credentials() -> ExecCredentials {
            ExecCredentials(ExecPlugin(command: "p"), now: { self.clock.withLock { $0 } }) { _ in
                let answer = Channel<Result<ExecCredential, ConfigurationError>>()
                self.runs.send(answer)
                guard let result = await answer.next() else { throw CancellationError() }
                return try result.get()
            }
        }

        func answer(_ token: String, until seconds: Int64? = nil) async {
            let expiration = seconds.map { Timestamp(secondsSinceEpoch: $0) }
            await runs.next()?.send(.success(ExecCredential(token: token, expiration: expiration)))
        }

        func fail(_ message: String) async {
            await runs.next()?.send(.failure(ConfigurationError(message: message)))
        }

        func setClock(_ seconds: Int64) { clock.withLock { $0 = Timestamp(secondsSinceEpoch: seconds) } }
    }

    private let plugin = Plugin()

    private func token(_ credentials: ExecCredentials, refused: Credential? = nil) async throws -> String? {
        try await credentials.credential(configured: nil, refused: refused).authorization
    }

    @Test("are kept until they expire")
    func expiry() async throws {
        let credentials = plugin.credentials()
        async let first = token(credentials)
        await plugin.answer("a", until: 2000)
        #expect(try await first == "Bearer a")
        plugin.setClock(1999)
        #expect(try await token(credentials) == "Bearer a")
        plugin.setClock(2000)
        async let second = token(credentials)
        await plugin.answer("b")
        #expect(try await second == "Bearer b")
        plugin.setClock(1_000_000)
        #expect(try await token(credentials) == "Bearer b")
    }

    @Test("are asked for once, however many wait for them")
    func shared() async throws {
        let credentials = plugin.credentials()
        let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try await token(credentials) } }
            await plugin.answer("a")
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(tokens == Array(repeating: "Bearer a", count: 20))
    }

    @Test("are asked for again when a server refused them, and only then")
    func refused() async throws {
        let credentials = plugin.credentials()
        async let first = token(credentials)
        await plugin.answer("a")
        _ = try await first
        let old = Credential(authorization: "Bearer a", certificate: nil)
        async let second = token(credentials, refused: old)
        await plugin.answer("b")
        #expect(try await second == "Bearer b")
        // Another request that was refused with the old ones: the new ones are there already.
        #expect(try await token(credentials, refused: old) == "Bearer b")
    }

    @Test("are asked for again after a failure, which everybody who waited hears of")
    func failure() async throws {
        let credentials = plugin.credentials()
        let failing = Task { try await token(credentials) }
        await plugin.fail("no")
        await #expect(throws: ConfigurationError(message: "no")) { try await failing.value }
        async let second = token(credentials)
        await plugin.answer("a")
        #expect(try await second == "Bearer a")
    }

    @Test("do not hold up a task that is cancelled, and are there for the next")
    func cancelled() async throws {
        let credentials = plugin.credentials()
        let waiting = Task { try await token(credentials) }
        let run = try #require(await plugin.runs.next())
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        async let next = token(credentials)
        run.send(.success(ExecCredential(token: "a")))
        #expect(try await next == "Bearer a")
    }
}
