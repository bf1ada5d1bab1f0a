import CLinux
import Dispatch
import Glibc
import Testing

@testable import Transport

@Suite("A listener that stops")
struct ListenerTests {
    @Test("serves the connections that had arrived before", arguments: [Duration.zero, .milliseconds(1)])
    func queue(grace: Duration) async throws {
        let server = try EchoServer(identity: nil)
        // The loop is busy while clients connect, so that the kernel queues them.
        let queued = DispatchSemaphore(value: 0)
        server.loop.execute { _ in queued.wait() }
        let clients = try (0..<20).map { _ in try connectedSocket(to: server.address) }
        async let stopped: Void = server.listener.stop(grace: grace)
        queued.signal()
        await stopped
        for client in clients {
            #expect(send(client, "hi", 2, Int32(MSG_NOSIGNAL)) == 2)
            var answer = [UInt8](repeating: 0, count: 2)
            #expect(recv(client, &answer, 2, Int32(MSG_WAITALL)) == 2)
            #expect(answer == Array("hi".utf8))
            close(client)
        }
        #expect(throws: SyscallError(call: "connect", code: ECONNREFUSED)) {
            try connectedSocket(to: server.address)
        }
        await server.stop()
    }

    @Test("lets a connection under way complete, and nobody begin another")
    func newConnections() async throws {
        let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(listening) }
        let any = try #require(SocketAddress(numeric: "127.0.0.1", port: 0))
        #expect(any.withSockaddr { bind(listening, $0, $1) } == 0)
        #expect(listen(listening, 8) == 0)
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let address = try #require(
            withUnsafeMutableBytes(of: &storage) { raw in
                raw.withMemoryRebound(to: sockaddr.self) { getsockname(listening, $0.baseAddress, &length) } == 0
                    ? SocketAddress(copying: UnsafeRawBufferPointer(raw)) : nil
            }
        )
        let before = try connectedSocket(to: address)
        defer { close(before) }
        #expect(optimizationjob_refuse_new_connections(listening) == 0)
        // Not refused, but unheard: a non-blocking attempt stays under way.
        let after = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(after) }
        #expect(address.withSockaddr { connect(after, $0, $1) } == -1 && errno == EINPROGRESS)
        var entry = pollfd(fd: after, events: Int16(POLLOUT), revents: 0)
        #expect(poll(&entry, 1, 50) == 0)
        // The one that stood still works.
        let accepted = accept4(listening, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
        defer { close(accepted) }
        #expect(send(before, "x", 1, 0) == 1)
        var byte: UInt8 = 0
        #expect(recv(accepted, &byte, 1, 0) == 1)
    }
}

private func connectedSocket(to address: SocketAddress) throws -> Int32 {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    guard address.withSockaddr({ connect(number, $0, $1) }) == 0 else {
        defer { close(number) }
        throw SyscallError(call: "connect", code: errno)
    }
    return number
}
