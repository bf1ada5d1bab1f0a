import HTTP
import JSON
import Synchronization
import Testing

@testable import Kubernetes

@Suite("A call that fails", .timeLimit(.minutes(1)))
struct APIClientRetryTests {
    static let name = NamespacedName(namespace: "ns", name: "a")
    static let success = FakeExchange.Answer.text(#"{"kind":"Thing"}"#)

    private func call(_ method: String, _ client: APIClient) async throws(APIError) {
        switch method {
        case "GET": _ = try await client.get(.jobs, Self.name)
        case "PUT": _ = try await client.update(.jobs, ["metadata": ["namespace": "ns", "name": "a"]])
        case "POST": _ = try await client.create(.jobs, namespace: "ns", [:])
        case "PATCH": _ = try await client.patch(.jobs, Self.name, .merge([:]))
        default: try await client.delete(.jobs, Self.name)
        }
    }

    @Test(
        "with 429 is repeated whatever it was, no sooner than asked",
        arguments: ["GET", "PUT", "POST", "PATCH", "DELETE"]
    )
    func tooMany(method: String) async throws {
        let busy = FakeExchange.Answer.fixture(try HTTPFixture("list-429-storage-initializing"))
        let exchange = FakeExchange([busy, busy, Self.success])
        let time = SkippingTime()
        try await call(method, APIClient.make(exchange, time: time))
        #expect(exchange.requests.count == 3)
        #expect(Set(exchange.requests.map(\.method)) == [method])
        #expect(time.sleeps == [.milliseconds(1250), .milliseconds(1500)])
    }

    static let failures: [(String, FakeExchange.Answer)] = [
        ("502", .text("", status: 502)), ("503", .text("", status: 503)), ("504", .text("", status: 504)),
        ("500 with Retry-After", .text("", status: 500, headers: ["Retry-After": "1"])),
        ("no answer", .failure(ConnectionLost())),
    ]

    @Test(
        "for the server's reasons is repeated if that is safe",
        arguments: failures.map(\.0),
        ["GET", "PUT", "DELETE"]
    )
    func idempotent(failure: String, method: String) async throws {
        let answer = try #require(Self.failures.first { $0.0 == failure }).1
        let exchange = FakeExchange([answer, Self.success])
        try await call(method, APIClient.make(exchange))
        #expect(exchange.requests.count == 2)
    }

    @Test(
        "for the server's reasons is not repeated if it could do its work twice",
        arguments: failures.map(\.0),
        ["POST", "PATCH"]
    )
    func unsafe(failure: String, method: String) async throws {
        let answer = try #require(Self.failures.first { $0.0 == failure }).1
        let exchange = FakeExchange([answer, Self.success])
        let error = await #expect(throws: APIError.self) { try await call(method, APIClient.make(exchange)) }
        #expect(error?.isTransient == true)
        #expect(exchange.requests.count == 1)
    }

    @Test(
        "because there is no connection is repeated whatever it was: nothing was sent",
        arguments: ["GET", "PUT", "POST", "PATCH", "DELETE"]
    )
    func unreachable(method: String) async throws {
        let refused = FakeExchange.Answer.failure(HTTPClientError.cannotConnect(origin: "x", reason: "refused"))
        let noCredentials = FakeExchange.Answer.failure(ConfigurationError(message: "no token"))
        let exchange = FakeExchange([refused, noCredentials, Self.success])
        try await call(method, APIClient.make(exchange))
        #expect(exchange.requests.count == 3)
    }

    @Test("for the caller's reasons is not repeated", arguments: [400, 401, 403, 404, 409, 410, 413, 422, 500])
    func final(code: Int) async {
        let exchange = FakeExchange([.text("", status: code), Self.success])
        let error = await #expect(throws: APIError.self) { try await call("GET", APIClient.make(exchange)) }
        #expect(error?.status?.code == code)
        #expect(exchange.requests.count == 1)
    }

    @Test("waits longer each time, and gives up after six attempts")
    func attempts() async {
        let exchange = FakeExchange([.failure(ConnectionLost())])
        let time = SkippingTime()
        let error = await #expect(throws: APIError.self) { try await call("GET", APIClient.make(exchange, time: time)) }
        #expect(error == .transport("ConnectionLost()"))
        #expect(exchange.requests.count == 6)
        #expect(time.sleeps == [250, 500, 1000, 2000, 4000].map { .milliseconds($0) })
    }

    @Test("is tried as often as another policy says")
    func policy() async {
        let exchange = FakeExchange([.failure(ConnectionLost())])
        let client = APIClient.make(exchange, time: SkippingTime()).retrying(RetryPolicy(attempts: 2))
        await #expect(throws: APIError.self) { try await call("GET", client) }
        #expect(exchange.requests.count == 2)
    }

    @Test("is not repeated past its deadline, and every attempt knows what is left")
    func deadline() async {
        let exchange = FakeExchange([.text("", status: 503, headers: ["Retry-After": "4"])])
        let time = SkippingTime()
        let client = APIClient.make(
            exchange,
            time: time,
            configuration: .init(
                callTimeout: .seconds(10),
                retry: RetryPolicy(backoff: .init(base: .zero, maximum: .zero))
            )
        )
        let error = await #expect(throws: APIError.self) { try await call("GET", client) }
        #expect(error?.status?.code == 503)
        #expect(exchange.timeouts == [.seconds(10), .seconds(6), .seconds(2)])
    }

    @Test("asks for its token anew each time")
    func token() async throws {
        let exchange = FakeExchange([.text("", status: 503), Self.success])
        let tokens = Mutex(["first", "second"][...])
        let client = APIClient(
            exchange: exchange,
            bearerToken: { tokens.withLock { $0.popFirst() ?? "" } },
            time: SkippingTime()
        )
        try await call("GET", client)
        #expect(exchange.requests.map { $0.headers["Authorization"] } == ["Bearer first", "Bearer second"])
        try await call("GET", client)
        #expect(exchange.requests.last?.headers["Authorization"] == nil)
    }

    @Test("because its task was cancelled says so")
    func cancelled() async {
        let exchange = FakeExchange([.silence])
        let task = Task { try await call("GET", APIClient.make(exchange)) }
        while exchange.requests.isEmpty { await Task.yield() }
        task.cancel()
        #expect(await task.result.failure as? APIError == .cancelled)
    }

    @Test("stops waiting when its task is cancelled")
    func cancelledWhileWaiting() async {
        let time = ManualTime()
        let exchange = FakeExchange([.text("", status: 503)])
        let task = Task { try await call("GET", APIClient.make(exchange, time: time)) }
        await time.untilSleeping(for: .milliseconds(250))
        task.cancel()
        #expect(await task.result.failure as? APIError == .cancelled)
        #expect(exchange.requests.count == 1)
    }
}

extension Result {
    var failure: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
