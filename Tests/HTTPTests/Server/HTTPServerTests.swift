import Foundation
import Synchronization
import Testing

@testable import HTTP
@testable import Transport

@Suite("The HTTP server")
struct HTTPServerTests {
    @Test("answers over TLS, at once or later, and keeps the connection", arguments: ["/echo", "/later"])
    func roundTrip(path: String) async throws {
        let test = try TestServer()
        for count in [0, 1, 5_000, 1_000_000] {
            let body = [UInt8](repeating: 9, count: count)
            let response = try await test.client.send(
                HTTPRequest(method: "POST", target: path, body: body),
                timeout: .seconds(120)
            )
            #expect(response.status == (path == "/echo" ? 200 : 201))
            #expect(response.bytes == body)
        }
        #expect(test.server.statistics.connectionsOpen == 1)
        await test.stop()
    }

    @Test("streams in chunks, whole")
    func streams() async throws {
        let test = try TestServer()
        let response = try await test.client.stream(
            HTTPRequest(method: "GET", target: "/stream"),
            headTimeout: .seconds(120)
        )
        #expect(response.headers["Transfer-Encoding"] == "chunked")
        var text: [UInt8] = []
        for try await piece in response.body { text += piece }
        let expected = (0..<1000).map { "line \($0)\n" }.joined()
        #expect(String(decoding: text, as: UTF8.self) == expected)
        await test.stop()
    }

    @Test("lets a stream that fails be seen as cut, never as whole")
    func cutStream() async throws {
        let test = try TestServer()
        await #expect(throws: HTTPClientError.truncated) {
            try await test.client.send(HTTPRequest(method: "GET", target: "/stream-cut"), timeout: .seconds(120))
        }
        await test.stop()
    }

    @Test("tells a stream that its reader left")
    func readerLeaves() async throws {
        let test = try TestServer()
        do {
            let response = try await test.client.stream(
                HTTPRequest(method: "GET", target: "/stream-for-ever"),
                headTimeout: .seconds(120)
            )
            var pieces = response.body.makeAsyncIterator()
            #expect(try await pieces.next() == Array("hello\n".utf8))
        }
        try await test.readerLeft.wait()
        await test.stop()
    }

    @Test("makes a fast writer wait for a slow reader, and loses nothing")
    func backPressure() async throws {
        let test = try TestServer()
        let response = try await test.client.stream(
            HTTPRequest(method: "GET", target: "/stream-big"),
            headTimeout: .seconds(120)
        )
        var count = 0
        for try await piece in response.body {
            count += piece.count
            await Task.yield()
        }
        #expect(count == 16 << 20)
        await test.stop()
    }

    @Test("answers pipelined requests in order, late answers included")
    func pipelining() async throws {
        let test = try TestServer(tls: false)
        let answer = try await test.raw(
            "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
                + "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
                + "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        let order = ["HTTP/1.1 201", "\r\n\r\none", "HTTP/1.1 200", "\r\n\r\ntwo", "HTTP/1.1 404", "Connection: close"]
        var rest = answer[...]
        for part in order {
            let found = try #require(rest.range(of: part), "\(part) in \(answer)")
            rest = rest[found.upperBound...]
        }
        await test.stop()
    }

    @Test("says 100 Continue to a client that waits for it")
    func expectContinue() async throws {
        let test = try TestServer(tls: false)
        let answer = try await test.raw(
            "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"
        )
        #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nhi"))
        let refused = try await test.raw(
            "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\n"
        )
        #expect(refused.hasPrefix("HTTP/1.1 417 "))
        await test.stop()
    }

    @Test("answers HEAD without a body, and HTTP/1.0 without chunks")
    func oldAndHead() async throws {
        let test = try TestServer(tls: false)
        let head = try await test.raw("HEAD /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(head.hasSuffix("\r\n\r\n"))
        let old = try await test.raw("GET /stream HTTP/1.0\r\n\r\n")
        #expect(old.contains("Connection: close"))
        #expect(!old.contains("chunked"))
        #expect(old.hasSuffix("line 998\nline 999\n"))
        await test.stop()
    }

    @Test("answers a client that closed its half")
    func halfClosed() async throws {
        let test = try TestServer(tls: false)
        let answer = try await test.raw("GET /nowhere HTTP/1.0\r\n\r\n")
        #expect(answer.contains("404"))
        await test.stop()
    }

    @Test("refuses a malformed request with its reason, and closes")
    func malformed() async throws {
        let test = try TestServer(tls: false)
        let answer = try await test.raw("GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.contains("Connection: close\r\n"))
        await test.stop()
    }

    @Test("unpacks gzip bodies, and refuses codings it does not know")
    func codings() async throws {
        let test = try TestServer()
        let packed = try Gzip.compress(Array("plain".utf8))
        let response = try await test.client.send(
            HTTPRequest(method: "POST", target: "/echo", headers: ["Content-Encoding": "gzip"], body: packed),
            timeout: .seconds(120)
        )
        #expect(response.bytes == Array("plain".utf8))
        let unknown = try await test.client.send(
            HTTPRequest(method: "POST", target: "/echo", headers: ["Content-Encoding": "br"], body: packed),
            timeout: .seconds(120)
        )
        #expect(unknown.status == 415)
        await test.stop()
    }

    @Test("gives up on a client that is slow with its head or its body, and says so")
    func slowClients() async throws {
        let timeouts = HTTPServerConfiguration.Timeouts(
            idle: .milliseconds(300),
            head: .milliseconds(100),
            body: .milliseconds(100)
        )
        let test = try TestServer(
            tls: false,
            configuration: HTTPServerConfiguration(loops: 1, timeouts: timeouts)
        )
        #expect(try await test.raw("GET / HT").hasPrefix("HTTP/1.1 408 "))
        #expect(
            try await test.raw("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab").hasPrefix(
                "HTTP/1.1 408 "
            )
        )
        #expect(try await test.raw("") == "")
        await test.stop()
    }

    @Test("serves many clients at once on every loop")
    func concurrency() async throws {
        let test = try TestServer()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let body = Array("request \(number)".utf8)
                    let response = try await test.client.send(
                        HTTPRequest(method: "PUT", target: number % 2 == 0 ? "/echo" : "/later", body: body),
                        timeout: .seconds(60)
                    )
                    #expect(response.bytes == body)
                }
            }
            try await group.waitForAll()
        }
        await test.stop()
    }

    /// Answers of one turn go out together, which must not keep the first one waiting for a slow last one.
    @Test("does not keep an answer back while it works on the next request")
    func promptAnswers() async throws {
        let (isHeld, held) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let answered = DispatchSemaphore(value: 0)
        let (works, keptBack) = (Counter(), Counter())
        let handler = ClosureHandler { request in
            if request.path == "/hold" {
                isHeld.signal()
                held.wait()
            } else if request.path == "/work" {
                works.increment()
                if works.value == 1 {
                    usleep(2_000)  // longer than an answer may wait for others
                } else if answered.wait(timeout: .now() + 20) == .timedOut {
                    keptBack.increment()
                }
            }
            return .now(HTTPResponse(status: 200))
        }
        let server = try HTTPServer(configuration: HTTPServerConfiguration(loops: 1), handler: handler)
        try server.start()
        let port = server.port
        try await offPool {
            let clients = try (0..<3).map { _ in try PlainSocket(port: port) }
            for client in clients {
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try client.receiveAnswer()
            }
            clients[0].send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
            isHeld.wait()
            for client in clients[1...] { client.send("GET /work HTTP/1.1\r\nHost: x\r\n\r\n") }
            held.signal()
            // Whichever of the two was first, and then the other.
            var waiting = clients[1...].map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
            #expect(poll(&waiting, nfds_t(waiting.count), 20_000) > 0)
            answered.signal()
            for client in clients { _ = try client.receiveAnswer() }
        }
        #expect(keptBack.value == 0)
        await server.stop(within: .seconds(5))
    }

    @Test("closes what is idle when it stops, and ends streams")
    func stops() async throws {
        let test = try TestServer()
        let response = try await test.client.stream(
            HTTPRequest(method: "GET", target: "/stream-for-ever"),
            headTimeout: .seconds(120)
        )
        await test.server.stop(within: .milliseconds(50))
        await #expect(throws: HTTPClientError.truncated) { for try await _ in response.body {} }
        await #expect(throws: HTTPClientError.self) {
            try await test.client.send(HTTPRequest(method: "GET", target: "/echo"), timeout: .seconds(120))
        }
        await test.client.shutdown()
    }

    @Test("asks for a client certificate when told whom to trust")
    func mutualTLS() async throws {
        let identity = try TestIdentity.localhost()
        var tls = identity.server
        tls.clientCA = identity.authority
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(tls: tls),
            handler: ClosureHandler { _ in .now(.text("hello")) }
        )
        try server.start()
        let stranger = try HTTPClient(
            origin: HTTPOrigin(
                host: "localhost",
                port: server.port,
                tls: TLSClientConfiguration(trustRootsPEM: identity.authority)
            )
        )
        await #expect(throws: HTTPClientError.self) {
            try await stranger.send(HTTPRequest(method: "GET", target: "/"), timeout: .seconds(120))
        }
        let known = try HTTPClient(
            origin: HTTPOrigin(
                host: "localhost",
                port: server.port,
                tls: TLSClientConfiguration(
                    trustRootsPEM: identity.authority,
                    clientCertificatePEM: identity.clientCertificate,
                    clientKeyPEM: identity.clientKey
                )
            )
        )
        let response = try await known.send(HTTPRequest(method: "GET", target: "/"), timeout: .seconds(120))
        #expect(response.status == 200)
        await stranger.shutdown()
        await known.shutdown()
        await server.stop(within: .seconds(5))
    }
}
