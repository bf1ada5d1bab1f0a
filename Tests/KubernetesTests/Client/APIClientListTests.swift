import HTTP
import JSON
import Testing

@testable import Kubernetes

@Suite("A list")
struct APIClientListTests {
    private static func page(_ names: [String], at version: Int, next: String = "") -> FakeExchange.Answer {
        let value: JSONValue = [
            "apiVersion": "v1", "kind": "SecretList",
            "metadata": ["resourceVersion": .string(String(version)), "continue": .string(next)],
            "items": .array(names.map { ["metadata": ["name": .string($0)]] }),
        ]
        return .response(HTTPResponse(status: 200, body: .bytes(value.serialized())))
    }

    private func names(_ list: ObjectList) -> [String?] {
        list.items.map { $0["metadata"]?["name"]?.stringValue }
    }

    @Test("is read page by page, with everything it was asked for on each")
    func pages() async throws {
        let exchange = FakeExchange([
            Self.page(["a", "b"], at: 5, next: "t/1="), Self.page(["c"], at: 5, next: "t2"), Self.page(["d"], at: 5),
        ])
        let list = try await APIClient.make(exchange)
            .list(.secrets, namespace: "ns", labelSelector: "a in (b,c)", fieldSelector: "metadata.name!=x")
        #expect(names(list) == ["a", "b", "c", "d"])
        #expect(list.resourceVersion == "5")
        let selectors = "labelSelector=a%20in%20%28b%2Cc%29&fieldSelector=metadata.name%21%3Dx"
        #expect(
            exchange.requests.map(\.target) == [
                "/api/v1/namespaces/ns/secrets?\(selectors)&limit=500",
                "/api/v1/namespaces/ns/secrets?\(selectors)&limit=500&continue=t%2F1%3D",
                "/api/v1/namespaces/ns/secrets?\(selectors)&limit=500&continue=t2",
            ]
        )
    }

    @Test("keeps only what is wanted of each object, also when it begins anew")
    func keeping() async throws {
        let expired = FakeExchange.Answer.fixture(try HTTPFixture("list-410-expired-continue"))
        let exchange = FakeExchange([
            Self.page(["a", "b"], at: 5, next: "t"), expired, Self.page(["a", "c"], at: 9),
        ])
        let list = try await APIClient.make(exchange)
            .list(.secrets, namespace: "ns", labelSelector: nil, fieldSelector: nil) { ObjectMeta($0).name }
        #expect(list.items == ["a", "c"])
        #expect(list.resourceVersion == "9")
    }

    @Test("gives its items the kind that built-in ones lack")
    func kinds() async throws {
        let exchange = FakeExchange([Self.page(["a"], at: 5)])
        let list = try await APIClient.make(exchange).list(.secrets, namespace: nil)
        #expect(list.items.first?["kind"] == "Secret")
        #expect(list.items.first?["apiVersion"] == "v1")
        #expect(exchange.requests.map(\.target) == ["/api/v1/secrets?limit=500"])
    }

    @Test("begins anew, in one piece, when the server forgot its moment")
    func expired() async throws {
        let expired = FakeExchange.Answer.fixture(try HTTPFixture("list-410-expired-continue"))
        let exchange = FakeExchange([
            Self.page(["a", "b"], at: 5, next: "t"), expired, Self.page(["a", "b", "c"], at: 9),
        ])
        let list = try await APIClient.make(exchange).list(.secrets, namespace: "ns")
        #expect(names(list) == ["a", "b", "c"])
        #expect(list.resourceVersion == "9")
        #expect(exchange.requests.last?.target == "/api/v1/namespaces/ns/secrets")
    }

    @Test("does not begin anew for ever")
    func expiredAtOnce() async throws {
        let exchange = try FakeExchange("list-410-expired-continue")
        let error = await #expect(throws: APIError.self) {
            try await APIClient.make(exchange).list(.secrets, namespace: "ns")
        }
        #expect(error?.isExpired == true)
        #expect(exchange.requests.count == 1)
    }

    @Test("that goes in circles is given up")
    func circles() async {
        let exchange = FakeExchange([Self.page(["a"], at: 5, next: "same")])
        await #expect(throws: APIError.malformed("GET /api/v1/namespaces/ns/secrets: the list does not end")) {
            try await APIClient.make(exchange).list(.secrets, namespace: "ns")
        }
        #expect(exchange.requests.count == 2)
    }

    @Test("of null items is empty")
    func null() async throws {
        let exchange = FakeExchange([.text(#"{"items":null,"metadata":{"resourceVersion":"3"}}"#)])
        let list = try await APIClient.make(exchange).list(.secrets, namespace: "ns")
        #expect(list == ObjectList(items: [], resourceVersion: "3"))
    }

    @Test("must be one", arguments: [#"{}"#, #"{"items":{}}"#, #"{"items":[1]}"#, #"[]"#])
    func nonsense(body: String) async {
        let exchange = FakeExchange([.text(body)])
        await #expect(throws: APIError.self) { try await APIClient.make(exchange).list(.secrets, namespace: "ns") }
    }
}
