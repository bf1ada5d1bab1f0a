import HTTP
import JSON
import Kubernetes
import Logging
import Synchronization

@testable import LocalCluster

/// A server without sockets, whose time stands still until a test moves it.
struct TestCluster: Sendable {
    static let token = "secret-token"

    let server: LocalAPIServer
    let time: ManualTime
    let webhooks: ScriptedWebhooks

    init(history: ChangeHistory.Bounds = ChangeHistory.Bounds()) async {
        let time = ManualTime()
        let webhooks = ScriptedWebhooks()
        self.time = time
        self.webhooks = webhooks
        server = LocalAPIServer(
            kinds: ServedKind.standard,
            token: Self.token,
            webhooks: webhooks,
            clock: APIServerClock(time: time, date: { time.date }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            identifiers: .system,
            history: history
        )
    }

    /// Sends a request as the one user there is.
    func send(
        _ method: String,
        _ target: String,
        _ body: JSONValue? = nil,
        headers: HTTPFields = [:]
    ) async -> Answer {
        await send(method, target, bytes: body?.serialized() ?? [], headers: headers)
    }

    func send(_ method: String, _ target: String, bytes: [UInt8], headers: HTTPFields = [:]) async -> Answer {
        var fields: HTTPFields = ["Authorization": "Bearer \(Self.token)"]
        for (name, value) in headers { fields[name] = value }
        return await send(HTTPRequest(method: method, target: target, headers: fields, body: bytes))
    }

    func send(_ request: HTTPRequest) async -> Answer {
        switch server.respond(to: request) {
        case .now(let response): Answer(response)
        case .later(let response): Answer(await response())
        }
    }

    /// Begins to watch; the answer must be a stream.
    func watch(_ target: String, headers: HTTPFields = [:]) async -> WatchedStream? {
        let answer = await send("GET", target, headers: headers)
        guard case .stream(let body) = answer.response.body else { return nil }
        return WatchedStream(body)
    }

    func merge(_ target: String, _ patch: JSONValue) async -> Answer {
        await send("PATCH", target, patch, headers: ["Content-Type": "application/merge-patch+json"])
    }
}

/// A response, taken apart.
struct Answer: Sendable {
    let response: HTTPResponse

    init(_ response: HTTPResponse) { self.response = response }

    var status: Int { response.status }
    var text: String { String(decoding: response.bytes ?? [], as: UTF8.self) }
    var json: JSONValue { (try? JSONValue(parsing: response.bytes ?? [])) ?? .null }
    var warnings: [String] { response.headers.values(of: "Warning") }
    var metadata: ObjectMeta { ObjectMeta(json) }
    var message: String { json["message"]?.stringValue ?? "" }
    var reason: String { json["reason"]?.stringValue ?? "" }
    /// Of a list.
    var names: [String] {
        (json["items"]?.arrayValue ?? []).compactMap { $0["metadata"]?["name"]?.stringValue }
    }
}

/// Time that moves when a test says so.
final class ManualTime: MonotonicTime {
    private struct State {
        var now: Duration = .zero
        var sleepers: [Int: (wake: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var cancelled: Set<Int> = []
        var next = 0
    }

    private let state = Mutex(State())
    /// What `date` says when nothing has passed yet: 2026-11-23T22:30:36Z.
    private static let start: Int64 = 1_795_473_036

    var now: Duration { state.withLock { $0.now } }
    var date: Timestamp { Timestamp(secondsSinceEpoch: Self.start + now.components.seconds) }
    var sleepers: Int { state.withLock { $0.sleepers.count } }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    guard duration > .zero else { return .success(()) }
                    state.sleepers[id] = (state.now + duration, continuation)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.wake <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Waits, without time passing, until so many wait for time to pass.
    func untilAsleep(_ count: Int = 1) async {
        while sleepers < count { await Task.yield() }
    }
}

/// Webhooks that answer what a test has written down, and remember what they were asked.
final class ScriptedWebhooks: WebhookCaller {
    struct Call: Sendable {
        let url: String
        let caBundle: [UInt8]
        let review: JSONValue
        let body: [UInt8]
        let timeout: Duration

        var request: JSONValue { review["request"] ?? .null }
    }

    typealias Script = @Sendable (Call) async throws -> HTTPResponse

    private let script = Mutex<Script>({ _ in throw WebhookCallFailure("connection refused") })
    private let recorded = Mutex<[Call]>([])

    var calls: [Call] { recorded.withLock { $0 } }

    func answer(_ script: @escaping Script) {
        self.script.withLock { $0 = script }
    }

    func call(url: String, caBundle: [UInt8], body: [UInt8], timeout: Duration) async throws -> HTTPResponse {
        let call = Call(
            url: url,
            caBundle: caBundle,
            review: (try? JSONValue(parsing: body)) ?? .null,
            body: body,
            timeout: timeout
        )
        recorded.withLock { $0.append(call) }
        return try await script.withLock { $0 }(call)
    }

    /// An answer to a call.
    static func response(to call: Call, _ response: JSONObject) -> HTTPResponse {
        var response = response
        response["uid"] = call.request["uid"]
        let review: JSONValue = [
            "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": .object(response),
        ]
        return HTTPResponse(status: 200, body: .bytes(review.serialized()))
    }
}
