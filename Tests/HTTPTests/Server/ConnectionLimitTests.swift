import Foundation
import Glibc
import Testing

@testable import HTTP
@testable import Transport

@Suite("At its limit on connections, the server")
struct ConnectionLimitTests {
    private static let request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"

    @Test("keeps one more waiting, announces the end of those that stand, and serves it in their place")
    func waiting() async throws {
        let test = try TestServer(tls: false, configuration: HTTPServerConfiguration(loops: 2, connections: 2))
        let port = test.server.port
        let server = test.server
        try await offPool {
            let first = try PlainSocket(port: port)
            let second = try PlainSocket(port: port)
            for held in [first, second] {
                held.send(Self.request)
                #expect(try !held.receiveAnswer().head.contains("Connection: close"))
            }
            let third = try PlainSocket(port: port)
            third.send(Self.request)
            // The third is noticed on another thread; whenever that is, the next answer after it announces the end.
            var head = ""
            while !head.contains("Connection: close") {
                first.send(Self.request)
                head = try first.receiveAnswer().head
            }
            #expect(first.receiveAll() == "")
            #expect(try third.receiveAnswer().body == "hi")
            #expect(server.statistics.connectionLimitReached >= 1)
            #expect(server.statistics.connectionsAccepted == 3)
        }
        await test.stop()
    }

    @Test("closes the connections that have been idle for too long, and serves those waiting")
    func reclaiming() async throws {
        var configuration = HTTPServerConfiguration(loops: 1, connections: 2)
        configuration.timeouts.idleWhenFull = .zero
        configuration.timeouts.head = .zero
        let test = try TestServer(tls: false, configuration: configuration)
        let port = test.server.port
        try await offPool {
            let used = try PlainSocket(port: port)
            let unused = try PlainSocket(port: port)
            let third = try PlainSocket(port: port)
            #expect(unused.receiveAll() == "")
            #expect(used.receiveAll() == "")
            third.closeHalf()
            #expect(third.receiveAll() == "")
        }
        #expect(test.server.statistics.connectionsReclaimed >= 2)
        await test.stop()
    }

    @Test("leaves alone connections that an API server may still use")
    func sparing() async throws {
        let test = try TestServer(tls: false, configuration: HTTPServerConfiguration(loops: 1, connections: 1))
        let port = test.server.port
        try await offPool {
            let held = try PlainSocket(port: port)
            held.send(Self.request)
            _ = try held.receiveAnswer()
            let waiting = try PlainSocket(port: port)
            waiting.send(Self.request)
            held.send(Self.request)
            #expect(try held.receiveAnswer().body == "hi")
        }
        #expect(test.server.statistics.connectionsReclaimed == 0)
        await test.stop()
    }

    /// Sends the same on two connections, of which the server refuses the one that it reads last.
    private static func sendingBoth(
        _ text: String,
        to port: UInt16
    ) throws -> (held: PlainSocket, refused: PlainSocket) {
        var (held, refused) = (try PlainSocket(port: port), try PlainSocket(port: port))
        held.send(text)
        refused.send(text)
        for _ in 0..<1000 where !refused.hasInput(within: 10) { swap(&held, &refused) }
        return (held, refused)
    }

    @Test("has no more of incomplete bodies than its limit, and takes small ones all the same")
    func heldBodies() async throws {
        let test = try TestServer(tls: false, configuration: HTTPServerConfiguration(loops: 2, heldBodyBytes: 1 << 20))
        let (server, port) = (test.server, test.server.port)
        try await offPool {
            let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 700000\r\n\r\n"
            let piece = String(repeating: "x", count: 600_000)
            let (held, refused) = try Self.sendingBoth(head + piece, to: port)
            let answer = try refused.receiveAnswer()
            #expect(answer.head.hasPrefix("HTTP/1.1 503 "), "\(answer)")
            #expect(answer.head.contains("Connection: close"))
            let small = try PlainSocket(port: port)
            small.send(Self.request)
            #expect(try small.receiveAnswer().body == "hi")
            held.send(String(repeating: "x", count: 100_000))
            #expect(try held.receiveAnswer().body.utf8.count == 700_000)
            // Whoever has been answered or refused holds nothing any more.
            let third = try PlainSocket(port: port)
            third.send(head + piece + String(repeating: "x", count: 100_000))
            #expect(try third.receiveAnswer().body.utf8.count == 700_000)
        }
        #expect(server.statistics.requestsRefused == 1)
        await test.stop()
    }

    @Test("counts no body twice that ends as its connection does")
    func bodiesOfBrokenConnections() async throws {
        let test = try TestServer(tls: false, configuration: HTTPServerConfiguration(loops: 1, heldBodyBytes: 1 << 20))
        let port = test.server.port
        try await offPool {
            let head = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 700000\r\n\r\n"
            for _ in 0..<30 {
                let broken = try PlainSocket(port: port)
                broken.send(head + String(repeating: "x", count: 699_999))
                broken.send("x")
                broken.reset()
            }
            let (_, refused) = try Self.sendingBoth(head + String(repeating: "x", count: 600_000), to: port)
            #expect(try refused.receiveAnswer().head.hasPrefix("HTTP/1.1 503 "))
        }
        await test.stop()
    }

    @Test("of the whole process, waits without spinning, and serves again once descriptors are free")
    func outOfDescriptors() async {
        // In a process of its own: the limit counts for all that run in it.
        await #expect(processExitsWith: .success) {
            let server = try HTTPServer(
                configuration: HTTPServerConfiguration(loops: 1),
                handler: ClosureHandler { _ in .now(.text("served")) }
            )
            try server.start()
            let clients = try (0..<3).map { _ in try PlainSocket(port: server.port) }
            // Whoever asks first is served, so that the server is known to be up.
            clients[0].send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try clients[0].receiveAnswer().body == "served")
            var usual = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &usual)
            var low = usual
            low.rlim_cur = 4
            let fourth = try PlainSocket(port: server.port) {
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &low)
            }
            // Not accepted with the limit this low: only its request is on its way.
            fourth.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let before = clock()
            usleep(300_000)
            let spent = Double(clock() - before) / Double(CLOCKS_PER_SEC)
            #expect(spent < 0.2, "the server spins")
            #expect(!fourth.hasInput(within: 0))
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &usual)
            #expect(try fourth.receiveAnswer().body == "served")
            await server.stop(within: .seconds(5))
        }
    }
}
