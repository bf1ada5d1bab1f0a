import Foundation
import HTTP
import JSON
import Testing

@testable import Kubernetes

/// The bytes of a real server over a real socket: framing, compression and all.
@Suite("The client on a socket, given the bytes of a real server,", .timeLimit(.minutes(2)))
struct WireReplayTests {
    /// A client of a server that answers a request for the plural `NAME` with the bytes of `NAME.http`.
    private static func make(cutEvery size: Int? = nil) throws -> (APIClient, HTTPClient, RawServer) {
        let server = try RawServer { target in
            let name = target.split(separator: "?")[0].split(separator: "/")[2]
            let file = HTTPFixture.folder.appendingPathComponent("\(name).http")
            guard let data = try? Data(contentsOf: file) else { return [] }
            let bytes = [UInt8](data)
            guard let size else { return [bytes] }
            return stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        }
        let http = try HTTPClient(origin: HTTPOrigin(host: "127.0.0.1", port: server.port, tls: nil))
        let client = APIClient(exchange: http, configuration: .init(retry: RetryPolicy(attempts: 1)))
        return (client, http, server)
    }

    private static func type(_ fixture: HTTPFixture) -> ResourceType {
        ResourceType(group: "", version: "v1", plural: fixture.name, kind: "Any", isNamespaced: false)
    }

    private static let object = NamespacedName(namespace: "", name: "object")

    @Test("reads them all the same", arguments: [nil, 700])
    func all(size: Int?) async throws {
        let (client, http, server) = try Self.make(cutEvery: size)
        for fixture in HTTPFixture.all where !fixture.name.hasPrefix("watch-") {
            do throws(APIError) {
                let object = try await client.get(Self.type(fixture), Self.object)
                #expect(object == fixture.json, "\(fixture.name)")
            } catch {
                if let status = error.status {
                    #expect(status.code == fixture.status, "\(fixture.name): \(error)")
                    if let value = fixture.json { #expect(status.json == value, "\(fixture.name)") }
                } else {
                    // The two answers that are plain text.
                    #expect(fixture.status == 200 && fixture.json?.objectValue == nil, "\(fixture.name): \(error)")
                }
            }
        }
        await http.shutdown()
        withExtendedLifetime(server) {}
    }

    @Test("unpacks a compressed list")
    func gzip() async throws {
        let (client, http, server) = try Self.make()
        let type = ResourceType(group: "", version: "v1", plural: "list-gzip", kind: "Any", isNamespaced: false)
        let list = try await client.list(type, namespace: nil)
        #expect(list.items.count == 9)
        #expect(list.items.allSatisfy { $0["kind"] == "OptimizationJob" })
        await http.shutdown()
        withExtendedLifetime(server) {}
    }

    @Test("follows every watch", arguments: WatchTests.recorded.map(\.0))
    func watch(name: String) async throws {
        let (client, http, server) = try Self.make(cutEvery: 1500)
        let fixture = try HTTPFixture(name)
        let stream = try await client.watch(Self.type(fixture), namespace: nil, options: WatchOptions())
        var events: [JSONValue] = []
        for try await event in stream { events.append(event.json) }
        let lines = try fixture.body.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: Array($0)) }
        #expect(events == lines)
        await http.shutdown()
        withExtendedLifetime(server) {}
    }

    @Test("tells a watch that was cut from one that ended")
    func cut() async throws {
        let bytes = [UInt8](try Data(contentsOf: HTTPFixture.folder.appendingPathComponent("watch-events.http")))
        let server = try RawServer { _ in [Array(bytes.dropLast(100))] }
        let http = try HTTPClient(origin: HTTPOrigin(host: "127.0.0.1", port: server.port, tls: nil))
        let stream = try await APIClient(exchange: http).watch(.jobs, namespace: nil, options: WatchOptions())
        var count = 0
        let error = await #expect(throws: APIError.self) {
            for try await _ in stream { count += 1 }
        }
        #expect(count == 4)
        #expect(error?.isTransient == true)
        await http.shutdown()
        withExtendedLifetime(server) {}
    }

    @Test("refused by nobody being there, says so")
    func nobody() async throws {
        let port = try RawServer { _ in [] }.port  // Closed again by now, or about to be.
        let http = try HTTPClient(origin: HTTPOrigin(host: "127.0.0.1", port: port, tls: nil))
        let client = APIClient(exchange: http, configuration: .init(retry: RetryPolicy(attempts: 1)))
        let error = await #expect(throws: APIError.self) {
            try await client.get(.jobs, NamespacedName(namespace: "a", name: "b"))
        }
        guard case .transport = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await http.shutdown()
    }

    @Test("lets go of a watch at once when its task is cancelled")
    func cancelled() async throws {
        let event = #"{"type":"ADDED","object":{}}"# + "\n"
        let chunk = String(event.utf8.count, radix: 16) + "\r\n" + event + "\r\n"
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        let server = try RawServer(hangsUp: false) { _ in [Array((head + chunk).utf8)] }
        let http = try HTTPClient(origin: HTTPOrigin(host: "127.0.0.1", port: server.port, tls: nil))
        let client = APIClient(exchange: http)
        let events = Channel<WatchEvent>()
        let task = Task {
            for try await event in try await client.watch(.jobs, namespace: nil, options: WatchOptions()) {
                events.send(event)
            }
        }
        #expect(await events.next() == .added([:]))
        task.cancel()
        #expect(await task.result.failure as? APIError == .cancelled)
        await server.untilClientLeft()
        await http.shutdown()
    }

    @Test("lets go of a watch that nobody reads any more")
    func abandoned() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        let server = try RawServer(hangsUp: false) { _ in [Array(head.utf8)] }
        let http = try HTTPClient(origin: HTTPOrigin(host: "127.0.0.1", port: server.port, tls: nil))
        do {
            let stream = try await APIClient(exchange: http).watch(.jobs, namespace: nil, options: WatchOptions())
            withExtendedLifetime(stream.makeAsyncIterator()) {}
        }
        await server.untilClientLeft()
        await http.shutdown()
    }
}
