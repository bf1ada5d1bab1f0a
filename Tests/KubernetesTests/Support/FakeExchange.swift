import HTTP
import Synchronization

@testable import Kubernetes

/// Answers requests from a script, and remembers them.
final class FakeExchange: HTTPExchanging {
    enum Answer: Sendable {
        case response(HTTPResponse)
        case pieces(status: Int, headers: HTTPFields, [[UInt8]])
        case failure(any Error)
        /// Never; until cancelled.
        case silence
    }

    private let script: @Sendable (HTTPRequest, _ number: Int) -> Answer
    private let state = Mutex<(requests: [HTTPRequest], timeouts: [Duration])>(([], []))

    /// - Parameter script: The answer to a request, of which it is the `number`th, counted from 0.
    init(_ script: @escaping @Sendable (HTTPRequest, _ number: Int) -> Answer) {
        self.script = script
    }

    /// One answer after another; the last one for ever.
    convenience init(_ answers: [Answer]) {
        self.init { _, number in answers[min(number, answers.count - 1)] }
    }

    convenience init(_ fixtures: String...) throws {
        self.init(try fixtures.map { .fixture(try HTTPFixture($0)) })
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }
    var timeouts: [Duration] { state.withLock { $0.timeouts } }

    private func answer(_ request: HTTPRequest, _ timeout: Duration) -> Answer {
        let number = state.withLock { state in
            state.requests.append(request)
            state.timeouts.append(timeout)
            return state.requests.count - 1
        }
        return script(request, number)
    }

    func send(_ request: HTTPRequest, timeout: Duration) async throws -> HTTPResponse {
        switch answer(request, timeout) {
        case .response(let response): return response
        case .pieces(let status, let headers, let pieces):
            return HTTPResponse(status: status, headers: headers, body: .bytes(pieces.flatMap { $0 }))
        case .failure(let error): throw error
        case .silence:
            try await Task.sleep(for: .seconds(3600))
            throw CancellationError()
        }
    }

    func stream(_ request: HTTPRequest, headTimeout: Duration) async throws -> HTTPResponseStream {
        switch answer(request, headTimeout) {
        case .response(let response):
            return HTTPResponseStream(
                status: response.status,
                headers: response.headers,
                body: HTTPBodyStream(pieces: [response.bytes ?? []])
            )
        case .pieces(let status, let headers, let pieces):
            return HTTPResponseStream(status: status, headers: headers, body: HTTPBodyStream(pieces: pieces))
        case .failure(let error): throw error
        case .silence:
            try await Task.sleep(for: .seconds(3600))
            throw CancellationError()
        }
    }
}

extension FakeExchange.Answer {
    static func fixture(_ fixture: HTTPFixture) -> FakeExchange.Answer {
        .pieces(status: fixture.status, headers: fixture.headers, fixture.pieces)
    }

    static func text(_ text: String, status: Int = 200, headers: HTTPFields = [:]) -> FakeExchange.Answer {
        .response(HTTPResponse(status: status, headers: headers, body: .bytes(Array(text.utf8))))
    }
}

/// A failure of the connection.
struct ConnectionLost: Error {}

extension APIClient {
    /// A client whose waits pass at once, and are recorded by `time`.
    static func make(
        _ exchange: FakeExchange,
        time: any MonotonicTime = SkippingTime(),
        configuration: Configuration = Configuration()
    ) -> APIClient {
        APIClient(exchange: exchange, userAgent: "test", configuration: configuration, time: time, jitter: { 1 })
    }
}
