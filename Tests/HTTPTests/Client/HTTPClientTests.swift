import Testing

@testable import HTTP
@testable import Transport

@Suite("The HTTP client")
struct HTTPClientTests {
    @Test("gives up when the time is over, and frees the connection")
    func timeout() async throws {
        let test = try TestServer()
        // On a busy machine the time can be over before the request has arrived, and then there is nothing to free.
        while test.arrivals.value == 0 {
            await #expect(throws: HTTPClientError.timedOut(.milliseconds(50))) {
                try await test.client.send(
                    HTTPRequest(method: "GET", target: "/stream-for-ever"),
                    timeout: .milliseconds(50)
                )
            }
        }
        try await test.readerLeft.wait()
        await test.stop()
    }

    @Test("stops at once when its task is cancelled")
    func cancellation() async throws {
        let test = try TestServer()
        let task = Task {
            try await test.client.send(HTTPRequest(method: "GET", target: "/stream-for-ever"), timeout: .seconds(60))
        }
        await Task.yield()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await test.stop()
    }

    @Test("names the origin it cannot reach")
    func unreachable() async throws {
        let test = try TestServer()
        await test.server.stop(within: .seconds(1))
        await #expect {
            try await test.client.send(HTTPRequest(method: "GET", target: "/"), timeout: .seconds(120))
        } throws: {
            "\($0)".contains("cannot connect to https://127.0.0.1:") && "\($0)".contains("refused")
        }
        await test.client.shutdown()
    }

    @Test("opens a new connection when the server has closed the one it kept")
    func staleConnection() async throws {
        let test = try TestServer()
        let request = HTTPRequest(method: "GET", target: "/echo")
        #expect(try await test.client.send(request, timeout: .seconds(60)).status == 200)
        let port = test.server.port
        await test.server.stop(within: .seconds(5))
        let successor = try HTTPServer(
            configuration: HTTPServerConfiguration(port: port, tls: test.identity?.server, loops: 1),
            handler: ClosureHandler { _ in .now(.text("the next server")) }
        )
        try successor.start()
        let answer = try await test.client.send(request, timeout: .seconds(60))
        #expect(answer.bytes == Array("the next server".utf8))
        await test.client.shutdown()
        await successor.stop(within: .seconds(5))
    }
}
