import HTTP
import JSON
import Synchronization
import Testing

@testable import Kubernetes

@Suite("A write")
struct WriteOptionsTests {
    private static let name = NamespacedName(namespace: "ns", name: "a")
    private static let object: JSONValue = ["metadata": ["name": "a", "namespace": "ns"]]

    @Test("carries its options with every verb that has them")
    func options() async throws {
        let exchange = try FakeExchange("create-201-dry-run")
        let client = APIClient.make(exchange).writing(
            with: WriteOptions(isDryRun: true, fieldManager: "m", fieldValidation: .strict)
        )
        _ = try await client.create(.jobs, namespace: "ns", Self.object)
        _ = try await client.update(.jobs, Self.object)
        _ = try await client.patch(.jobs, Self.name, .merge([:]), subresource: "status")
        try await client.delete(.jobs, Self.name)
        _ = try await client.get(.jobs, Self.name)
        let queries = exchange.requests.map { $0.target.split(separator: "?").dropFirst().first ?? "" }
        let all: Substring = "dryRun=All&fieldManager=m&fieldValidation=Strict"
        #expect(queries == [all, all, all, "dryRun=All", ""])
    }

    @Test("has none unless told")
    func none() async throws {
        let exchange = try FakeExchange("create-201")
        _ = try await APIClient.make(exchange).create(.jobs, namespace: "ns", Self.object)
        #expect(exchange.requests.first?.target.contains("?") == false)
    }

    @Test("of an unknown field is refused when that was asked for")
    func strict() async throws {
        let client = APIClient.make(try FakeExchange("create-400-strict-field-validation"))
            .writing(with: WriteOptions(fieldValidation: .strict))
        let error = await #expect(throws: APIError.self) {
            try await client.create(.jobs, namespace: "ns", Self.object)
        }
        #expect(error?.isInvalid == true)
        #expect(error?.status?.message.contains("unknown field") == true)
    }
}

@Suite("The observer of a client")
struct APIClientObserverTests {
    private final class Observer: APIClientObserver {
        let requests = Mutex<[APIRequestSummary]>([])
        let warnings = Mutex<[String]>([])
        let refusals = Mutex<[String]>([])

        func requestEnded(_ request: APIRequestSummary) { requests.withLock { $0.append(request) } }
        func warned(_ warning: String, by request: APIRequestSummary) {
            warnings.withLock { $0.append("\(request.verb) \(request.type): \(warning)") }
        }
        func throttled(_ request: APIRequestSummary, path: String, retryAfter: Duration?) {
            let wait = retryAfter.map { "\($0.components.seconds)" } ?? "?"
            refusals.withLock { $0.append("\(request.attempt) \(request.verb) \(path) \(wait)") }
        }
    }

    private let observer = Observer()

    private func client(_ exchange: FakeExchange, time: any MonotonicTime = ManualTime()) -> APIClient {
        APIClient(exchange: exchange, observer: observer, time: time, jitter: { 1 })
    }

    @Test("hears the server's warnings")
    func warnings() async throws {
        let exchange = try FakeExchange("create-201-warn-field-validation")
        _ = try await client(exchange).create(.jobs, namespace: "ns", [:])
        #expect(
            observer.warnings.withLock { $0 } == [
                #"create optimizationjobs.trainer.kubeflow.org: unknown field "spec.unknownField""#
            ]
        )
    }

    @Test(
        "hears them however they are written",
        arguments: [
            (["299 - \"a\""], ["a"]),
            (["299 - \"a\", 299 - \"b\""], ["a", "b"]),
            (["299 - \"a\" \"Sat, 25 Aug 2012 23:34:45 GMT\",299 h \"b\\\"c\\\\\""], ["a", "b\"c\\"]),
            (["199 - \"stale\"", "299 - \"a\""], ["a"]),
            (["299 - \"\""], []),
            (["299 -"], []), (["299"], []), ([""], []), (["299 - \"open"], []), (["299 - \"open\\"], []),
            (["299 - \"a\" junk"], ["a"]),
        ]
    )
    func syntax(_ fields: [String], _ expected: [String]) {
        var headers = HTTPFields()
        for field in fields { headers.append(name: "Warning", value: field) }
        #expect(WarningHeader.texts(in: headers) == expected)
    }

    @Test("hears of every attempt, what it was for and how it ended")
    func requests() async throws {
        let exchange = FakeExchange([
            .failure(ConnectionLost()), .text("", status: 503), .text(#"{"items":[]}"#),
        ])
        _ = try await client(exchange, time: SkippingTime()).list(.jobs, namespace: nil)
        let seen = observer.requests.withLock { $0 }
        #expect(seen.map(\.code) == ["<error>", "503", "200"])
        #expect(seen.map(\.attempt) == [1, 2, 3])
        #expect(seen.allSatisfy { $0.verb == "list" && $0.method == "GET" && $0.type == .jobs })
    }

    @Test("hears once of a call that is refused with 429, however often, and when to come again")
    func throttled() async throws {
        let refusal = FakeExchange.Answer.text("", status: 429)
        let busy = FakeExchange([
            .text("", status: 503), .text("", status: 429, headers: ["Retry-After": "7"]), refusal,
            .text(#"{"items":[]}"#),
        ])
        _ = try await client(busy, time: SkippingTime()).list(.jobs, namespace: "ns")
        let path = ResourceType.jobs.path(namespace: "ns")
        #expect(observer.refusals.withLock { $0 } == ["2 list \(path) 7"])
        let error = await #expect(throws: APIError.self) {
            try await client(FakeExchange([refusal]), time: SkippingTime()).create(.jobs, namespace: "ns", [:])
        }
        #expect(error?.status?.code == 429)
        #expect(observer.refusals.withLock { $0 } == ["2 list \(path) 7", "1 create \(path) ?"])
    }

    @Test("hears of verbs in Kubernetes' words")
    func verbs() async throws {
        let client = client(try FakeExchange("create-201"))
        let object = try #require(HTTPFixture("create-201").json)
        let name = ObjectMeta(object).namespacedName
        _ = try await client.get(.jobs, name)
        _ = try await client.create(.jobs, namespace: "ml-team", object)
        _ = try await client.updateStatus(.jobs, object)
        _ = try await client.patch(.jobs, name, .merge([:]))
        try await client.delete(.jobs, name)
        _ = try await client.watch(.jobs, namespace: nil, options: WatchOptions())
        let seen = observer.requests.withLock { $0 }
        #expect(seen.map(\.verb) == ["get", "create", "update", "patch", "delete", "watch"])
        #expect(seen.map(\.subresource) == [nil, nil, "status", nil, nil, nil])
    }
}
