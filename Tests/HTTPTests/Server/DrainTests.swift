import Foundation
import Synchronization
import Testing

@testable import HTTP
@testable import Transport

@Suite("A server that drains")
struct DrainTests {
    private static let clients = 8
    private static let request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"

    @Test("announces the end with every answer, accepts for a while, and waits for connections without a request")
    func order() async throws {
        let test = try TestServer(tls: false)
        let (server, port) = (test.server, test.server.port)
        try await offPool {
            let idle = try PlainSocket(port: port)
            idle.send(Self.request)
            #expect(try !idle.receiveAnswer().head.contains("Connection: close"))
            let drained = DispatchSemaphore(value: 0)
            let late = try PlainSocket(port: port)
            let accepted = Counter()
            Task {
                await server.drain(acceptingUntil: { await accepted.reaches(1) }, within: .seconds(60))
                drained.signal()
            }
            var head = ""
            while !head.contains("Connection: close") {
                // A connection of its own for each: those made before and after the drain began are served alike.
                let fresh = try PlainSocket(port: port)
                fresh.send(Self.request)
                head = try fresh.receiveAnswer().head
            }
            accepted.increment()
            late.send(Self.request)
            #expect(try late.receiveAnswer().head.contains("Connection: close"))
            #expect(late.receiveAll() == "")
            // The one without a request is not closed under its client, also once the port has been given up.
            while (try? PlainSocket(port: port)) != nil {}
            idle.send(Self.request)
            let answer = try idle.receiveAnswer()
            #expect(answer.head.contains("Connection: close"))
            #expect(answer.body == "hi")
            #expect(idle.receiveAll() == "")
            idle.close()
            late.close()
            #expect(drained.wait(timeout: .now() + 30) == .success)
        }
        await test.stop()
    }

    @Test("stops at the deadline, whoever is still there")
    func deadline() async throws {
        let test = try TestServer(tls: false)
        let (server, port) = (test.server, test.server.port)
        let clients = Counter()
        async let rest: String = offPool {
            let idle = try PlainSocket(port: port)
            idle.send(Self.request)
            _ = try idle.receiveAnswer()
            clients.increment()
            return idle.receiveAll()
        }
        await clients.reaches(1)
        await server.drain(acceptingFor: .zero, within: .milliseconds(50))
        #expect(server.statistics.connectionsOpen == 0)
        #expect(try await rest == "")
        await test.stop()
    }

    @Test("in a rolling restart under load loses no call", arguments: [1, 2])
    func rollingRestart(loops: Int) async throws {
        let identity = try TestIdentity.localhost()
        let service = Service(try start(identity, loops: loops))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<Self.clients {
                group.addTask {
                    try await service.callUntilOver(number % 2 == 0 ? "/now" : "/later", trusting: identity)
                }
            }
            for _ in 0..<5 {
                await service.calls.reaches(service.calls.value + 40)
                let old = service.server
                let successor = try start(identity, loops: loops)
                await old.drain(
                    acceptingUntil: {
                        // Endpoints lag behind: calls still come, on old connections and on new ones.
                        await service.calls.reaches(service.calls.value + 20)
                        let moved = service.move(to: successor)
                        await moved.reaches(Self.clients)
                    },
                    within: .seconds(60)
                )
                #expect(old.statistics.connectionsOpen == 0)
            }
            service.isOver = true
            try await group.waitForAll()
        }
        #expect(service.failures == [])
        #expect(service.calls.value > 240)
        await service.server.stop(within: .seconds(5))
    }

    private func start(_ identity: TestIdentity, loops: Int) throws -> HTTPServer {
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(tls: identity.server, loops: loops),
            handler: ClosureHandler { request in
                request.target == "/later" ? .later { HTTPResponse(status: 200) } : .now(HTTPResponse(status: 200))
            }
        )
        try server.start()
        return server
    }
}

/// Does what a Service does: says where new connections go, while old ones stay where they are.
private final class Service: Sendable {
    private struct State {
        var server: HTTPServer
        /// Counts the clients that call `server`.
        var arrivals = Counter()
        var isOver = false
        var failures: [String] = []
    }

    let calls = Counter()
    private let state: Mutex<State>

    init(_ server: HTTPServer) {
        state = Mutex(State(server: server))
    }

    var server: HTTPServer { state.withLock { $0.server } }

    /// Sends new connections to another server.
    ///
    /// - Returns: Counts the clients that have come to it.
    func move(to server: HTTPServer) -> Counter {
        state.withLock { state in
            state.server = server
            state.arrivals = Counter()
            return state.arrivals
        }
    }

    var isOver: Bool {
        get { state.withLock { $0.isOver } }
        set { state.withLock { $0.isOver = newValue } }
    }

    var failures: [String] { state.withLock { $0.failures } }

    /// Calls over and over on one connection, and opens the next only when the end of that one was announced.
    func callUntilOver(_ target: String, trusting identity: TestIdentity) async throws {
        while !isOver {
            let (server, arrivals) = state.withLock { ($0.server, $0.arrivals) }
            let client = try HTTPClient(
                origin: HTTPOrigin(
                    host: "127.0.0.1",
                    port: server.port,
                    tls: TLSClientConfiguration(trustRootsPEM: identity.authority)
                )
            )
            var isAnnounced = false
            var calls = 0
            while !isAnnounced, !isOver {
                do {
                    // A POST is never sent twice: a call that meets a closed connection fails.
                    let request = HTTPRequest(method: "POST", target: target)
                    let response = try await client.send(request, timeout: .seconds(60))
                    isAnnounced = response.headers.list("Connection", contains: "close")
                    self.calls.increment()
                    calls += 1
                    if calls == 1 { arrivals.increment() }
                } catch {
                    state.withLock { $0.failures.append("\(error)") }
                    isAnnounced = true
                }
            }
            await client.shutdown()
        }
    }
}
