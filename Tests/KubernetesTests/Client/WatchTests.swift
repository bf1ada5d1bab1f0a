import HTTP
import JSON
import Testing

@testable import Kubernetes

@Suite("A watch", .timeLimit(.minutes(1)))
struct WatchTests {
    static let recorded: [(String, [String])] = [
        ("watch-410-too-old", ["ERROR"]),
        ("watch-big-event", ["ADDED"]),
        ("watch-burst", Array(repeating: "ADDED", count: 30)),
        ("watch-events", ["ADDED", "MODIFIED", "MODIFIED", "DELETED", "BOOKMARK"]),
        ("watch-from-0", ["ADDED", "ADDED", "ADDED"]),
        ("watch-from-unset", ["ADDED", "ADDED", "ADDED"]),
        ("watch-idle-minute-bookmarks", ["BOOKMARK", "BOOKMARK", "BOOKMARK"]),
        ("watch-idle-no-bookmarks", []),
        ("watch-label-selector-leaving", ["ADDED", "DELETED"]),
        ("watch-list-send-initial-events", ["ADDED", "ADDED", "ADDED", "BOOKMARK", "MODIFIED", "BOOKMARK"]),
        ("watch-partial-object-metadata", ["ADDED", "ADDED", "ADDED"]),
        ("watch-too-large-resource-version", []),
        ("watch-while-crd-changes", []),
    ]

    private func events(
        _ exchange: FakeExchange,
        limit: Int = 1 << 20,
        time: any MonotonicTime = ManualTime()
    ) async throws -> [WatchEvent] {
        let client = APIClient.make(exchange, time: time, configuration: .init(watchLineLimit: limit))
        var events: [WatchEvent] = []
        for try await event in try await client.watch(.jobs, namespace: "ml-team", options: WatchOptions()) {
            events.append(event)
        }
        return events
    }

    @Test("brings every event of a real server, however it is cut", arguments: recorded, [0, 1, 7, 1000])
    func replay(recorded: (String, [String]), size: Int) async throws {
        let fixture = try HTTPFixture(recorded.0)
        let bytes = fixture.body
        let pieces =
            size == 0
            ? fixture.pieces
            : stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        let exchange = FakeExchange([.pieces(status: 200, headers: fixture.headers, pieces)])
        let events = try await events(exchange)
        #expect(events.map { $0.json["type"]?.stringValue ?? "" } == recorded.1)
        let lines = try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: Array($0)) }
        #expect(events.map(\.json) == lines)
    }

    @Test("covers every one that was recorded")
    func complete() {
        let names = HTTPFixture.all.filter { $0.name.hasPrefix("watch-") && $0.status == 200 }.map(\.name)
        #expect(names == Self.recorded.map(\.0))
    }

    @Test("says what it wants")
    func request() async throws {
        let exchange = try FakeExchange("watch-idle-no-bookmarks")
        let client = APIClient.make(exchange)
        _ = try await client.watch(.jobs, namespace: nil, options: WatchOptions(allowBookmarks: false))
        let options = WatchOptions(
            resourceVersion: "852",
            labelSelector: "a=b",
            fieldSelector: "metadata.name=x",
            timeoutSeconds: 12
        )
        _ = try await client.watch(.jobs, namespace: "ml-team", options: options)
        let base = "/apis/trainer.kubeflow.org/v1alpha1"
        #expect(
            exchange.requests.map(\.target) == [
                "\(base)/optimizationjobs?watch=true",
                "\(base)/namespaces/ml-team/optimizationjobs?watch=true&labelSelector=a%3Db"
                    + "&fieldSelector=metadata.name%3Dx&resourceVersion=852&timeoutSeconds=12&allowWatchBookmarks=true",
            ]
        )
    }

    @Test(
        "that is refused throws the server's reason",
        arguments: ["watch-403", "watch-422-send-initial-events-without-match", "watch-500-garbage-resource-version"]
    )
    func refused(fixture: String) async throws {
        let exchange = try FakeExchange(fixture)
        let error = await #expect(throws: APIError.self) { try await events(exchange) }
        #expect(error?.status?.json == (try HTTPFixture(fixture).json))
        #expect(exchange.requests.count == 1)
    }

    @Test("is asked for again when the server is busy")
    func busy() async throws {
        let exchange = try FakeExchange("list-429-storage-initializing", "watch-label-selector-leaving")
        #expect(try await events(exchange, time: SkippingTime()).count == 2)
        #expect(exchange.requests.count == 2)
    }

    @Test("gives what came before the connection broke, then says so")
    func broken() async throws {
        let line = Array(#"{"type":"ADDED","object":{"a":1}}"#.utf8) + [10]
        let pieces: [[UInt8]] = [line, Array(line.prefix(9))]
        let body = HTTPBodyStream {
            let rest = Rest(pieces)
            return { try await rest.next() }
        }
        let exchange = BrokenStream(body: body)
        let stream = try await APIClient(exchange: exchange).watch(.jobs, namespace: nil, options: WatchOptions())
        var iterator = stream.makeAsyncIterator()
        #expect(try await iterator.next() == .added(["a": 1]))
        await #expect(throws: APIError.transport("ConnectionLost()")) { try await iterator.next() }
        #expect(try await iterator.next() == nil)
    }

    @Test("takes a last event without a newline")
    func noNewline() async throws {
        let exchange = FakeExchange([.text(#"{"type":"DELETED","object":{}}"#)])
        #expect(try await events(exchange) == [.deleted([:])])
    }

    @Test(
        "of nonsense says so, and is over",
        arguments: [
            "x\n", "{}\n", #"{"type":"ADDED"}"#, #"{"type":"ADDED","object":3}"# + "\n",
            #"{"type":"added","object":{}}"#,
            #"[]"#, #"{"type":"ADDED","object":{"#, "<html>\n</html>",
        ]
    )
    func nonsense(body: String) async throws {
        let client = APIClient.make(FakeExchange([.text(body)]))
        var iterator = try await client.watch(.jobs, namespace: nil, options: WatchOptions()).makeAsyncIterator()
        let error = await #expect(throws: APIError.self) { try await iterator.next() }
        guard case .malformed = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await iterator.next() == nil)
    }

    @Test("refuses an event that is too long")
    func tooLong() async throws {
        let error = await #expect(throws: APIError.self) {
            try await events(try FakeExchange("watch-big-event"), limit: 50_000)
        }
        #expect(error == .malformed("an event of a watch is longer than 50000 bytes"))
    }

    @Test("with an ERROR of an unknown kind is still an error")
    func unknownError() async throws {
        let exchange = FakeExchange([.text(#"{"type":"ERROR","object":{}}"#)])
        guard case .error(let status) = try await events(exchange).first else {
            Issue.record("no error")
            return
        }
        #expect(status.code == 500)
    }
}

private actor Rest {
    private var pieces: ArraySlice<[UInt8]>

    init(_ pieces: [[UInt8]]) { self.pieces = pieces[...] }

    func next() throws -> [UInt8]? {
        guard let piece = pieces.popFirst() else { throw ConnectionLost() }
        return piece
    }
}

private struct BrokenStream: HTTPExchanging {
    let body: HTTPBodyStream

    func send(_ request: HTTPRequest, timeout: Duration) async throws -> HTTPResponse { throw ConnectionLost() }
    func stream(_ request: HTTPRequest, headTimeout: Duration) async throws -> HTTPResponseStream {
        HTTPResponseStream(status: 200, headers: [:], body: body)
    }
}
