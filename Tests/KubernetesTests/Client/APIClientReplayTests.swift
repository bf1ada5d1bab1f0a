import HTTP
import JSON
import Testing

@testable import Kubernetes

/// Every answer that a real server gave goes through the client.
@Suite("The client, given the answers of a real server,")
struct APIClientReplayTests {
    static let name = NamespacedName(namespace: "ml-team", name: "bert-tuning")
    static let failures = HTTPFixture.all.filter { $0.status >= 400 }
    static let objects = HTTPFixture.all.filter {
        $0.status < 300 && !$0.name.hasPrefix("watch-") && $0.json?.objectValue != nil
    }
    static let lists = objects.filter { $0.json?["items"]?.arrayValue != nil && $0.name.contains("list") }

    private func client(_ fixture: HTTPFixture) -> (APIClient, FakeExchange) {
        let exchange = FakeExchange([.fixture(fixture)])
        return (APIClient.make(exchange, configuration: .init(retry: RetryPolicy(attempts: 1))), exchange)
    }

    @Test("throws the Status of every failure", arguments: failures)
    func failure(fixture: HTTPFixture) async throws {
        let (client, _) = client(fixture)
        let error = await #expect(throws: APIError.self) { try await client.get(.jobs, Self.name) }
        let status = try #require(error?.status)
        #expect(status.code == fixture.status)
        if let value = fixture.json { #expect(status.json == value) }
        #expect(error?.isNotFound == (fixture.status == 404))
        #expect(error?.isAlreadyExists == (status.reason == "AlreadyExists"))
        #expect(error?.isConflict == (fixture.status == 409 && status.reason != "AlreadyExists"))
        #expect(error?.isExpired == (fixture.status == 410))
        #expect(error?.isTransient == [429, 500, 504].contains(fixture.status))
    }

    @Test("passes on every object unchanged", arguments: objects)
    func object(fixture: HTTPFixture) async throws {
        let (client, _) = client(fixture)
        #expect(try await client.get(.jobs, Self.name) == fixture.json)
    }

    @Test("was tried with plenty of them")
    func enough() {
        #expect(Self.failures.count > 45)
        #expect(Self.objects.count > 45)
        #expect(Self.lists.count >= 7)
    }

    @Test("reads every list", arguments: lists)
    func list(fixture: HTTPFixture) async throws {
        let exchange = FakeExchange { request, _ in
            // A page that promises more is followed by the last one.
            request.target.contains("continue=")
                ? .text(#"{"kind":"X","items":[],"metadata":{"resourceVersion":"7"}}"#) : .fixture(fixture)
        }
        let list = try await APIClient.make(exchange).list(.jobs, namespace: "ml-team")
        #expect(list.items == fixture.json?["items"]?.arrayValue)
        let isWhole = (fixture.json?["metadata"]?["continue"]?.stringValue ?? "").isEmpty
        #expect(exchange.requests.count == (isWhole ? 1 : 2))
        #expect(list.resourceVersion == (isWhole ? fixture.json?["metadata"]?["resourceVersion"]?.stringValue : "7"))
    }

    @Test("says what it wants")
    func request() async throws {
        let fixture = try HTTPFixture("get-200")
        let exchange = FakeExchange([.fixture(fixture)])
        let client = APIClient(exchange: exchange, bearerToken: { "secret\n" }, userAgent: "optimizationjob/0.1")
        _ = try await client.get(.jobs, Self.name)
        let request = try #require(exchange.requests.first)
        #expect(request.method == "GET")
        #expect(
            request.target == "/apis/trainer.kubeflow.org/v1alpha1/namespaces/ml-team/optimizationjobs/bert-tuning"
        )
        #expect(request.headers["Accept"] == "application/json")
        #expect(request.headers["User-Agent"] == "optimizationjob/0.1")
        #expect(request.headers["Authorization"] == "Bearer secret")
        #expect(request.body.isEmpty)
    }

    @Test("creates, updates and changes objects where they live")
    func writes() async throws {
        let object = try #require(HTTPFixture("create-201").json)
        let exchange = FakeExchange([.fixture(try HTTPFixture("create-201"))])
        let client = APIClient.make(exchange)
        _ = try await client.create(.jobs, namespace: "ml-team", object)
        _ = try await client.update(.jobs, object)
        _ = try await client.updateStatus(.jobs, object)
        _ = try await client.patch(.jobs, Self.name, .merge(["a": nil]))
        let patch = try JSONPatch(decoding: [["op": "test", "path": "/spec/numTrials", "value": 20]])
        _ = try await client.patch(.jobs, Self.name, .json(patch), subresource: "status")

        let base = "/apis/trainer.kubeflow.org/v1alpha1/namespaces/ml-team/optimizationjobs"
        let requests = exchange.requests
        #expect(requests.map(\.method) == ["POST", "PUT", "PUT", "PATCH", "PATCH"])
        #expect(
            requests.map(\.target) == [
                base, "\(base)/bert-tuning", "\(base)/bert-tuning/status", "\(base)/bert-tuning",
                "\(base)/bert-tuning/status",
            ]
        )
        #expect(
            requests.map { $0.headers["Content-Type"] } == [
                "application/json", "application/json", "application/json", "application/merge-patch+json",
                "application/json-patch+json",
            ]
        )
        #expect(try JSONValue(parsing: requests[0].body) == object)
        #expect(requests[3].body == Array(#"{"a":null}"#.utf8))
        #expect(try JSONValue(parsing: requests[4].body) == patch.json)
    }

    @Test(
        "is content with a deletion, done or held up",
        arguments: ["delete-200-background", "delete-200-foreground", "delete-200-with-finalizer"]
    )
    func delete(fixture: String) async throws {
        let exchange = try FakeExchange(fixture)
        let client = APIClient.make(exchange)
        try await client.delete(.jobs, Self.name)
        try await client.delete(
            .jobs,
            Self.name,
            DeleteOptions(uid: "u", resourceVersion: "1", propagationPolicy: "Background")
        )
        #expect(exchange.requests.map(\.method) == ["DELETE", "DELETE"])
        #expect(exchange.requests[0].body.isEmpty)
        let body = try JSONValue(parsing: exchange.requests[1].body)
        #expect(
            body == [
                "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": ["uid": "u", "resourceVersion": "1"],
                "propagationPolicy": "Background",
            ]
        )
        #expect(
            DeleteOptions(decoding: body)
                == DeleteOptions(uid: "u", resourceVersion: "1", propagationPolicy: "Background")
        )
    }

    @Test(
        "never asks for a collection where one object was meant",
        arguments: [("ns", ""), ("ns", "."), ("ns", ".."), ("", "a")]
    )
    func emptyNames(namespace: String, name: String) async throws {
        let exchange = try FakeExchange("delete-collection-200")
        let client = APIClient.make(exchange)
        let name = NamespacedName(namespace: namespace, name: name)
        await #expect(throws: APIError.self) { try await client.delete(.jobs, name) }
        await #expect(throws: APIError.self) { try await client.get(.jobs, name) }
        await #expect(throws: APIError.self) { try await client.patch(.jobs, name, .merge([:])) }
        await #expect(throws: APIError.self) { try await client.update(.jobs, [:]) }
        await #expect(throws: APIError.self) { try await client.create(.jobs, namespace: "", [:]) }
        #expect(exchange.requests.isEmpty)
    }

    @Test("says so when a success makes no sense", arguments: ["", "[]", "ok", "{", "null"])
    func nonsense(body: String) async {
        let client = APIClient.make(FakeExchange([.text(body)]))
        let error = await #expect(throws: APIError.self) { try await client.get(.jobs, Self.name) }
        guard case .malformed = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
