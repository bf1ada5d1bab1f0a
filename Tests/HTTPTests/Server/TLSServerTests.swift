import Testing

@testable import HTTP
@testable import Transport

@Suite("The HTTPS server")
struct TLSServerTests {
    @Test(
        "answers plain HTTP with a word about it, and closes",
        arguments: [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + String(repeating: "a", count: 100_000),
        ]
    )
    func plainText(request: String) async throws {
        let test = try TestServer()
        let port = test.server.port
        let answer = try await offPool {
            let socket = try PlainSocket(port: port)
            socket.send(request)
            return socket.receiveAll()
        }
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.contains("Connection: close\r\n"))
        #expect(answer.contains("this port speaks HTTPS"))
        #expect(test.server.statistics.requestsRefused == 1)
        await test.server.core.untilEmpty(atMost: .seconds(120))
        #expect(test.server.statistics.handshakesFailed == 1)
        await test.stop()
    }

    @Test("without TLS answers a TLS client's first message at once")
    func tlsOnPlainPort() async throws {
        let test = try TestServer(tls: false)
        let port = test.server.port
        let answer = try await offPool {
            let socket = try PlainSocket(port: port)
            socket.send([22, 3, 1])
            return socket.receiveAll()
        }
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.contains("this port speaks plain HTTP, without TLS"))
        await test.stop()
    }

    @Test("resumes sessions, until its identity is replaced", arguments: TLSVersion.allCases)
    func resumption(version: TLSVersion) async throws {
        let test = try TestServer()
        let (server, port) = (test.server, test.server.port)
        let ticket = try await offPool {
            let first = try TLSPeer(port: port, version: version)
            #expect(!first.isResumed)
            #expect(first.version == "TLSv\(version.rawValue)")
            #expect(try first.ask().hasPrefix("HTTP/1.1 404"))
            let second = try TLSPeer(port: port, version: version, resuming: first.ticket)
            #expect(second.isResumed)
            #expect(try second.ask().hasPrefix("HTTP/1.1 404"))
            return second.ticket ?? first.ticket
        }
        #expect(server.statistics.handshakesSucceeded == 2)
        #expect(server.statistics.handshakesResumed == 1)
        try server.replaceIdentity(TestIdentity.localhost().server)
        try await offPool {
            // Not resumed, since the client has to see the new certificate; and not failed either.
            let third = try TLSPeer(port: port, version: version, resuming: ticket)
            #expect(!third.isResumed)
            #expect(try third.ask().hasPrefix("HTTP/1.1 404"))
        }
        await test.stop()
    }

    @Test("resumes a client's session that it has authenticated", arguments: TLSVersion.allCases)
    func clientAuthority(version: TLSVersion) async throws {
        let identity = try TestIdentity.localhost()
        var tls = identity.server
        tls.clientCA = identity.authority
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(tls: tls),
            handler: ClosureHandler { _ in .now(.text("hello")) }
        )
        try server.start()
        let port = server.port
        await #expect(throws: TLSPeer.Failure.self) {
            try await offPool { _ = try TLSPeer(port: port, version: version).ask() }
        }
        await server.core.untilEmpty(atMost: .seconds(120))
        #expect(server.statistics.handshakesSucceeded == 0)
        #expect(server.statistics.handshakesFailed == 1)
        await server.stop(within: .seconds(5))
    }

    @Test("refuses to renegotiate, and lives on")
    func renegotiation() async throws {
        let test = try TestServer()
        let port = test.server.port
        try await offPool {
            let peer = try TLSPeer(port: port, version: .tls12)
            #expect(try peer.ask().hasPrefix("HTTP/1.1 404"))
            #expect {
                try peer.renegotiate()
            } throws: {
                ($0 as? TLSPeer.Failure)?.reasons.contains { $0.contains("no renegotiation") } == true
            }
            #expect(try TLSPeer(port: port).ask().hasPrefix("HTTP/1.1 404"))
        }
        await test.stop()
    }

    @Test(
        "speaks no cipher without authentication of the text and forward secrecy",
        arguments: ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "AES128-GCM-SHA256"]
    )
    func ciphers(name: String) async throws {
        let test = try TestServer()
        let port = test.server.port
        await #expect(throws: TLSPeer.Failure.self) {
            try await offPool { _ = try TLSPeer(port: port, version: .tls12, ciphers: name) }
        }
        try await offPool {
            let peer = try TLSPeer(port: port, version: .tls12)
            #expect(peer.cipher.contains("GCM") || peer.cipher.contains("CHACHA20"))
        }
        await test.stop()
    }

    @Test("speaks no version older than told")
    func minimumVersion() async throws {
        let identity = try TestIdentity.localhost()
        var tls = identity.server
        tls.minimumVersion = .tls13
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(tls: tls),
            handler: ClosureHandler { _ in .now(.text("hello")) }
        )
        try server.start()
        let port = server.port
        await #expect(throws: TLSPeer.Failure.self) {
            try await offPool { _ = try TLSPeer(port: port, version: .tls12) }
        }
        #expect(try await offPool { try TLSPeer(port: port, version: .tls13).version } == "TLSv1.3")
        await server.stop(within: .seconds(5))
    }

    @Test("changes its identity under load without losing a call or a connection")
    func replacement() async throws {
        let test = try TestServer()
        let original = try #require(test.identity)
        let (calls, ends) = (Counter(), Counter())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    // Connections that stand go on under the identity they were made with.
                    let client = try HTTPClient(
                        origin: HTTPOrigin(
                            host: "localhost",
                            port: test.server.port,
                            tls: TLSClientConfiguration(trustRootsPEM: original.authority)
                        )
                    )
                    while ends.value == 0 {
                        let request = HTTPRequest(method: "POST", target: "/echo", body: [1, 2, 3])
                        #expect(try await client.send(request, timeout: .seconds(60)).bytes == [1, 2, 3])
                        calls.increment()
                    }
                    await client.shutdown()
                }
            }
            await calls.reaches(40)
            for _ in 0..<10 {
                let next = try TestIdentity.localhost()
                try test.server.replaceIdentity(next.server)
                await calls.reaches(calls.value + 20)
                let client = try HTTPClient(
                    origin: HTTPOrigin(
                        host: "localhost",
                        port: test.server.port,
                        tls: TLSClientConfiguration(trustRootsPEM: next.authority)
                    )
                )
                let request = HTTPRequest(method: "GET", target: "/echo")
                #expect(try await client.send(request, timeout: .seconds(60)).status == 200)
                await client.shutdown()
            }
            ends.increment()
            try await group.waitForAll()
        }
        // Four that stood all the time, and one for each new identity.
        #expect(test.server.statistics.connectionsAccepted == 14)
        await test.stop()
    }

    @Test("keeps the identity it has when the new one is of no use")
    func uselessIdentity() async throws {
        let test = try TestServer()
        let other = try TestIdentity.localhost()
        let original = try #require(test.identity)
        #expect(throws: TLSError.self) {
            try test.server.replaceIdentity(
                TLSServerConfiguration(
                    certificateChainPEM: original.server.certificateChainPEM,
                    privateKeyPEM: other.server.privateKeyPEM
                )
            )
        }
        let response = try await test.client.send(HTTPRequest(method: "GET", target: "/echo"), timeout: .seconds(60))
        #expect(response.status == 200)
        await test.stop()
    }
}
