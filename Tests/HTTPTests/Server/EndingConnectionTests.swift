import Foundation
import Glibc
import Testing

@testable import HTTP
@testable import Transport

@Suite("A connection that ends")
struct EndingConnectionTests {
    /// How far a client goes before it leaves.
    private static let stages: [(String, String)] = [
        ("at once", ""),
        ("in the request line", "GET /ec"),
        ("in the head", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Le"),
        ("before the body", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"),
        ("in the body", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123"),
        ("in a chunk's size", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1"),
        ("in the trailers", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: "),
        ("before an answer", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"),
        ("before a late answer", "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"),
        ("in a stream", "GET /stream-for-ever HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("in a large stream", "GET /stream-big HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("after a refusal", "GET / HTTP/1.1\r\nBad Header: x\r\n\r\n"),
        ("with more requests behind", String(repeating: "GET /later HTTP/1.1\r\nHost: x\r\n\r\n", count: 50)),
    ]

    @Test(
        "at any stage, by any means, leaves nothing behind",
        arguments: stages,
        [Departure.closing, .closingHalf, .resetting]
    )
    func leaves(stage: (name: String, sent: String), departure: Departure) async throws {
        let test = try TestServer(tls: false, configuration: HTTPServerConfiguration(loops: 1))
        let port = test.server.port
        try await offPool {
            let socket = try PlainSocket(port: port)
            socket.send(stage.sent)
            switch departure {
            case .closing: socket.close()
            case .resetting: socket.reset()
            case .closingHalf:
                socket.closeHalf()
                _ = socket.receiveAll()
                socket.close()
            }
        }
        try await test.untilAcceptedAndLeft()
        #expect(test.server.statistics.connectionsOpen == 0)
        await test.stop()
    }

    @Test(
        "in the middle of a TLS handshake leaves nothing behind",
        arguments: [Departure.closing, .closingHalf, .resetting]
    )
    func handshakes(departure: Departure) async throws {
        let test = try TestServer(configuration: HTTPServerConfiguration(loops: 1))
        let (server, port) = (test.server, test.server.port)
        // The beginning of a client's first message, which says that 508 bytes follow.
        let hello: [UInt8] = [22, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + [UInt8](repeating: 7, count: 32)
        try await offPool {
            for count in [0, 1, 5, 9, hello.count] {
                let socket = try PlainSocket(port: port)
                socket.send(hello.prefix(count))
                switch departure {
                case .closing: socket.close()
                case .resetting: socket.reset()
                case .closingHalf:
                    socket.closeHalf()
                    _ = socket.receiveAll()
                }
            }
        }
        try await test.untilAcceptedAndLeft()
        #expect(server.statistics.connectionsOpen == 0)
        #expect(server.statistics.handshakesFailed == 5)
        #expect(server.statistics.handshakesSucceeded == 1)
        await test.stop()
    }

    enum Departure: Sendable, CaseIterable {
        case closing, closingHalf, resetting
    }

    @Test("after many requests at once answers them all, however slowly the answers are taken")
    func pipelined() async throws {
        let answer = [UInt8](repeating: 97, count: 2000)
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(loops: 1),
            handler: ClosureHandler { _ in .now(HTTPResponse(status: 200, headers: [:], body: .bytes(answer))) }
        )
        try server.start()
        let port = server.port
        try await offPool {
            let socket = try PlainSocket(port: port, window: 4096)
            socket.send(String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: 1000))
            socket.closeHalf()
            for _ in 0..<1000 { #expect(try socket.receiveAnswer().body.utf8.count == answer.count) }
            #expect(socket.receiveAll() == "")
        }
        await server.stop(within: .seconds(5))
    }

    @Test("gives its descriptor back, thousands of times")
    func descriptors() async {
        // In a process of its own: the others' descriptors come and go.
        await #expect(processExitsWith: .success) {
            let test = try TestServer(tls: false, configuration: HTTPServerConfiguration(loops: 1))
            let secure = try TestServer(configuration: HTTPServerConfiguration(loops: 1))
            // Swift's runtime opens descriptors too, for its timers and wake-ups; sockets are ours alone.
            func openSockets() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
                    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
                    return target?.hasPrefix("socket:") == true
                }
            }
            func visit(_ count: Int) async throws {
                let (plain, encrypted) = (test.server.port, secure.server.port)
                try await offPool {
                    for number in 0..<count {
                        let socket = try PlainSocket(port: number % 4 == 0 ? encrypted : plain)
                        let stage = EndingConnectionTests.stages[number % EndingConnectionTests.stages.count].1
                        if !stage.contains("stream") { socket.send(stage) }
                        if number % 3 == 0 { socket.reset() } else { socket.close() }
                    }
                }
                // Accepted after all the others, of which none is left waiting in the kernel once these are answered.
                try await offPool {
                    let last = "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                    let socket = try PlainSocket(port: plain)
                    socket.send(last)
                    #expect(socket.receiveAll().hasPrefix("HTTP/1.1 200"))
                    #expect(try TLSPeer(port: encrypted).ask(last).hasPrefix("HTTP/1.1 200"))
                }
                await test.server.core.untilEmpty(atMost: .seconds(60))
                await secure.server.core.untilEmpty(atMost: .seconds(60))
            }
            try await visit(50)
            let before = try openSockets()
            // `make soak` asks for more.
            let count = ProcessInfo.processInfo.environment["SOAK_CONNECTIONS"].flatMap { Int($0) } ?? 4_000
            try await visit(count)
            #expect(try openSockets() == before)
            await test.stop()
            await secure.stop()
        }
    }
}
