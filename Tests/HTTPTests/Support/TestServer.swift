import Foundation
import Synchronization
import Testing

@testable import HTTP
@testable import Transport

/// A handler made of a closure.
struct ClosureHandler: HTTPHandler {
    let closure: @Sendable (HTTPRequest) -> HTTPReply

    func respond(to request: HTTPRequest) -> HTTPReply { closure(request) }
}

/// Counts across threads, and lets tasks wait for a number.
final class Counter: Sendable {
    private struct State {
        var value = 0
        var waiting: [(value: Int, CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var value: Int { state.withLock { $0.value } }

    func increment() {
        let due = state.withLock { state in
            state.value += 1
            let value = state.value
            defer { state.waiting.removeAll { $0.value <= value } }
            return state.waiting.filter { $0.value <= value }.map(\.1)
        }
        for continuation in due { continuation.resume() }
    }

    /// Returns once the count is `value` or more.
    func reaches(_ value: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.value < value { state.waiting.append((value, continuation)) }
                return state.value >= value
            }
            if isThere { continuation.resume() }
        }
    }
}

/// A server with a handler for every path the tests need, its TLS identity, and clients for it.
final class TestServer: Sendable {
    let server: HTTPServer
    let identity: TestIdentity?
    let client: HTTPClient
    /// How many have begun to read `/stream-for-ever`.
    let arrivals: Counter
    /// Set once the stream at `/stream-for-ever` has noticed that its reader left.
    let readerLeft = OneShot<Void>()

    init(tls: Bool = true, configuration: HTTPServerConfiguration = HTTPServerConfiguration(loops: 2)) throws {
        identity = tls ? try TestIdentity.localhost() : nil
        var configuration = configuration
        configuration.tls = identity?.server
        let left = readerLeft
        let arrivals = Counter()
        self.arrivals = arrivals
        server = try HTTPServer(
            configuration: configuration,
            handler: ClosureHandler { request in
                switch request.path {
                case "/echo":
                    return .now(
                        HTTPResponse(status: 200, headers: ["X-Method": request.method], body: .bytes(request.body))
                    )
                case "/later":
                    return .later {
                        await Task.yield()
                        return HTTPResponse(status: 201, body: .bytes(request.body))
                    }
                case "/stream":
                    return .now(
                        HTTPResponse(
                            status: 200,
                            body: .stream { writer in
                                for number in 0..<1000 { try await writer.write(Array("line \(number)\n".utf8)) }
                            }
                        )
                    )
                case "/stream-cut":
                    return .now(
                        HTTPResponse(
                            status: 200,
                            body: .stream { writer in
                                try await writer.write([1, 2, 3])
                                throw CancellationError()
                            }
                        )
                    )
                case "/stream-for-ever":
                    return .now(
                        HTTPResponse(
                            status: 200,
                            body: .stream { writer in
                                arrivals.increment()
                                // Also when the reader is gone before the first write.
                                defer { left.resume(with: .success(())) }
                                try await writer.write(Array("hello\n".utf8))
                                await writer.untilClosed()
                            }
                        )
                    )
                case "/stream-big":
                    return .now(
                        HTTPResponse(
                            status: 200,
                            body: .stream { writer in
                                for _ in 0..<64 { try await writer.write([UInt8](repeating: 7, count: 256 << 10)) }
                            }
                        )
                    )
                default: return .now(.text("no such path", status: 404))
                }
            }
        )
        try server.start()
        client = try HTTPClient(
            origin: HTTPOrigin(
                host: "127.0.0.1",
                port: server.port,
                tls: identity.map { TLSClientConfiguration(trustRootsPEM: $0.authority) }
            )
        )
    }

    /// Returns once every connection made before has been accepted and has ended. For a server with one loop: it accepts
    /// one after another, so that an answer to one more comes after all of them.
    func untilAcceptedAndLeft() async throws {
        let response = try await client.send(HTTPRequest(method: "GET", target: "/echo"), timeout: .seconds(120))
        #expect(response.status == 200)
        await client.shutdown()
        await server.core.untilEmpty(atMost: .seconds(120))
    }

    func stop() async {
        await client.shutdown()
        await server.stop(within: .seconds(5))
    }

    /// Sends bytes on a plain connection and returns all that comes back until the server closes.
    func raw(_ text: String) async throws -> String {
        let address = try #require(SocketAddress(numeric: "127.0.0.1", port: server.port))
        let loop = try EventLoop(name: "raw")
        let result = OneShot<[UInt8]>()
        let bytes = try await result.wait {
            loop.execute { reactor in
                do throws(ChannelError) {
                    _ = try Channel.connect(
                        to: address,
                        tls: nil,
                        peer: nil,
                        handler: RawHandler(Array(text.utf8), result),
                        on: reactor
                    )
                } catch {
                    result.resume(with: .failure(error))
                }
            }
        }
        loop.stop()
        await loop.ended()
        return String(decoding: bytes, as: UTF8.self)
    }

    private final class RawHandler: ChannelHandler {
        let bytes: [UInt8]
        let result: OneShot<[UInt8]>
        var answer: [UInt8] = []

        init(_ bytes: [UInt8], _ result: OneShot<[UInt8]>) {
            self.bytes = bytes
            self.result = result
        }

        func opened(_ channel: Channel) {
            channel.write(bytes)
            channel.flush()
        }
        func received(_ bytes: UnsafeRawBufferPointer, on channel: Channel) { answer += bytes }
        func inputEnded(on channel: Channel) { channel.finish() }
        func drained(_ channel: Channel) {}
        func timedOut(_ channel: Channel) {}
        func closed(_ channel: Channel, because error: ChannelError?) { result.resume(with: .success(answer)) }
    }
}
