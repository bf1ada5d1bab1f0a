import Testing

@testable import HTTP
@testable import Transport

@Suite("A client that takes its time")
struct TimeLimitTests {
    private static func server(_ change: (inout HTTPServerConfiguration.Timeouts) -> Void) throws -> TestServer {
        var configuration = HTTPServerConfiguration(loops: 1)
        change(&configuration.timeouts)
        return try TestServer(tls: false, configuration: configuration)
    }

    /// Sends one byte after another until the server has had enough.
    private static func trickle(_ start: String, then byte: String, port: UInt16) throws -> String {
        let socket = try PlainSocket(port: port)
        socket.send(start)
        // A server whose patience is renewed by each byte would take these 40 s.
        for _ in 0..<4_000 {
            socket.send(byte)
            if socket.hasInput(within: 10) { break }
        }
        return try socket.receiveAnswer().head
    }

    @Test("gains nothing with the head by sending a little now and then")
    func head() async throws {
        let test = try Self.server { $0.head = .milliseconds(200) }
        let port = test.server.port
        let answer = try await offPool { try Self.trickle("GET /echo HTTP/1.1\r\nX: ", then: "a", port: port) }
        #expect(answer.hasPrefix("HTTP/1.1 408 "))
        #expect(answer.contains("Connection: close\r\n"))
        await test.stop()
    }

    @Test(
        "gains nothing with the body by sending a little now and then",
        arguments: [("Content-Length: 100000", "a"), ("Transfer-Encoding: chunked", "1\r\na\r\n")]
    )
    func body(field: String, piece: String) async throws {
        let test = try Self.server { $0.body = .milliseconds(200) }
        let port = test.server.port
        let answer = try await offPool {
            try Self.trickle("POST /echo HTTP/1.1\r\nHost: x\r\n\(field)\r\n\r\n", then: piece, port: port)
        }
        #expect(answer.hasPrefix("HTTP/1.1 408 "))
        #expect(test.server.statistics.requestsRefused == 1)
        await test.stop()
    }

    @Test("with the answer, taking next to nothing, is cut", arguments: [0, 1])
    func answer(bytesAtATime: Int) async throws {
        var configuration = HTTPServerConfiguration(loops: 1)
        configuration.timeouts.write = .milliseconds(300)
        // More than the kernel's buffers hold.
        let answer = [UInt8](repeating: 1, count: 16 << 20)
        let server = try HTTPServer(
            configuration: configuration,
            handler: ClosureHandler { _ in .now(HTTPResponse(status: 200, body: .bytes(answer))) }
        )
        try server.start()
        let port = server.port
        let isCut = try await offPool {
            let socket = try PlainSocket(port: port, window: 4096)
            socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            guard bytesAtATime > 0 else { return socket.hungUp() }
            for _ in 0..<2_000 {
                if socket.hungUp(within: 10) { return true }
                _ = socket.receive(atMost: bytesAtATime)
            }
            return false
        }
        #expect(isCut)
        await server.core.untilEmpty(atMost: .seconds(120))
        #expect(server.statistics.connectionsOpen == 0)
        await server.stop(within: .seconds(5))
    }

    @Test("over the handshake is cut, however it trickles", arguments: [false, true])
    func handshake(trickles: Bool) async throws {
        var configuration = HTTPServerConfiguration(loops: 1)
        configuration.timeouts.handshake = .milliseconds(200)
        let test = try TestServer(configuration: configuration)
        let port = test.server.port
        try await offPool {
            let socket = try PlainSocket(port: port)
            if trickles {
                // A record of 16,000 bytes is announced.
                socket.send([22, 3, 1, 0x3E, 0x80])
                for _ in 0..<4_000 where !socket.hasInput(within: 10) {
                    if !socket.send([1]) { break }
                }
            }
            #expect(socket.receiveAll() == "")
        }
        await test.server.core.untilEmpty(atMost: .seconds(120))
        #expect(test.server.statistics.handshakesFailed == 1)
        #expect(test.server.statistics.connectionsOpen == 0)
        await test.stop()
    }

    @Test("between requests is left alone until the idle time is over")
    func idle() async throws {
        let test = try Self.server { $0.idle = .milliseconds(100) }
        let port = test.server.port
        let rest = try await offPool {
            let socket = try PlainSocket(port: port)
            socket.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try socket.receiveAnswer().head.contains("HTTP/1.1 200 OK"))
            return socket.receiveAll()
        }
        #expect(rest == "")
        await test.stop()
    }
}
