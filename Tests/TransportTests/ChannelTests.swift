import Foundation
import Synchronization
import Testing

@testable import Transport

/// Channels over real sockets on loopback, with and without TLS.
@Suite("A channel")
struct ChannelTests {
    @Test("carries bytes both ways", arguments: [false, true])
    func echo(overTLS: Bool) async throws {
        let server = try EchoServer(identity: overTLS ? .localhost() : nil)
        let sent = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let received = try await server.exchange(sent, trusting: server.identity)
        #expect(received == sent)
        await server.stop()
    }

    @Test("refuses a server that an unknown authority vouches for")
    func untrusted() async throws {
        let server = try EchoServer(identity: .localhost())
        let stranger = try TestIdentity.localhost()
        await #expect {
            try await server.exchange([1], trusting: stranger)
        } throws: {
            "\($0)".contains("certificate verify failed")
        }
        await server.stop()
    }

    @Test("refuses a certificate for another name", arguments: ["elsewhere.example", "127.0.0.2"])
    func wrongName(name: String) async throws {
        let server = try EchoServer(identity: .localhost())
        await #expect {
            try await server.exchange([1], trusting: server.identity, as: name)
        } throws: {
            "\($0)".contains("mismatch")
        }
        await server.stop()
    }

    @Test("of which the server closes at once brings all that was sent before")
    func finishDelivers() async throws {
        let server = try EchoServer(identity: .localhost(), finishesAfterEcho: true)
        let sent = [UInt8](repeating: 42, count: 500_000)
        #expect(try await server.exchange(sent, trusting: server.identity) == sent)
        await server.stop()
    }

    @Test("tells its handler once when the loop ends")
    func loopEnd() async throws {
        let server = try EchoServer(identity: nil)
        let client = Collector(sending: [1, 2, 3], expecting: 1_000)
        let result = Task { try await server.connect(client, trusting: nil, as: "127.0.0.1") }
        await server.untilReceived(3)
        await server.stop()
        await #expect(throws: (any Error).self) { try await result.value }
        #expect(client.timesClosed == 1)
    }

    @Test("to a port where nobody listens fails, naming the call")
    func refused() async throws {
        let server = try EchoServer(identity: nil)
        let address = server.address
        await server.stop()
        let loop = try EventLoop(name: "test")
        let client = Collector(sending: [1], expecting: 1)
        await #expect {
            try await client.run(to: address, tls: nil, peer: nil, on: loop)
        } throws: {
            "\($0)".contains("connect: Connection refused")
        }
        loop.stop()
        await loop.ended()
    }

    @Test("cannot share its port with a second server")
    func portInUse() async throws {
        let server = try EchoServer(identity: nil)
        let loop = try EventLoop(name: "test")
        #expect {
            _ = try Listener(
                on: server.address,
                loops: [loop],
                gate: OpenGate(tls: nil) { fatalError("nobody connects") }
            )
        } throws: {
            "\($0)".contains("Address already in use")
        }
        loop.stop()
        await server.stop()
    }
}

@Suite("The timer queue")
struct TimerQueueTests {
    @Test("gives what is due in the order of the deadlines, and never what was called off")
    func order() {
        var queue = TimerQueue()
        var fired: [Int] = []
        var ids: [TimerQueue.ID] = []
        for number in [5, 1, 4, 2, 3, 9] {
            ids.append(queue.add(deadline: UInt64(number)) { fired.append(number) })
        }
        queue.cancel(ids[2])
        for action in queue.takeDue(at: 5) { action() }
        #expect(fired == [1, 2, 3, 5])
        #expect(queue.earliest == 9)
    }

    @Test("stays small when timers are always called off")
    func cancellation() {
        var queue = TimerQueue()
        for number in 0..<10_000 { queue.cancel(queue.add(deadline: UInt64(number)) {}) }
        #expect(queue.entries <= 65)
    }
}
