import Foundation
import Synchronization
import Testing

@testable import Transport

/// A CA and a serving certificate for `localhost` and `127.0.0.1`.
struct TestIdentity: Sendable {
    let authority: [UInt8]
    let certificate: [UInt8]
    let key: [UInt8]

    static func localhost() throws -> TestIdentity {
        let now = Int64(Date().timeIntervalSince1970)
        let caKey = try PrivateKey.generateP256()
        let ca = try CertificateRequest(
            commonName: "test authority",
            purpose: .authority,
            notBefore: now - 60,
            notAfter: now + 3600
        ).certificate(for: caKey)
        let key = try PrivateKey.generateP256()
        let leaf = try CertificateRequest(
            commonName: "localhost",
            hosts: ["localhost", "127.0.0.1"],
            purpose: .server,
            notBefore: now - 60,
            notAfter: now + 3600
        ).certificate(for: key, signedBy: (ca, caKey))
        return TestIdentity(authority: try ca.pem(), certificate: try leaf.pem(), key: try key.pem())
    }

    var server: TLSServerConfiguration {
        TLSServerConfiguration(certificateChainPEM: certificate, privateKeyPEM: key)
    }
}

/// Sends back what it receives.
final class EchoServer: Sendable {
    let identity: TestIdentity?
    let address: SocketAddress
    let loop: EventLoop
    private let clientLoop: EventLoop
    let listener: Listener
    private let received = Mutex<(count: Int, waiting: (Int, CheckedContinuation<Void, Never>)?)>((0, nil))

    init(identity: TestIdentity?, finishesAfterEcho: Bool = false) throws {
        self.identity = identity
        loop = try EventLoop(name: "echo")
        clientLoop = try EventLoop(name: "client")
        let context = try identity.map { try TLSContext(server: $0.server) }
        let any = try #require(SocketAddress(numeric: "127.0.0.1", port: 0))
        let box = WeakBox()
        let gate = OpenGate(tls: context) {
            EchoHandler(finishesAt: finishesAfterEcho ? 500_000 : nil) { box.server?.note($0) }
        }
        listener = try Listener(on: any, loops: [loop], gate: gate)
        address = listener.address
        box.server = self
    }

    func exchange(_ bytes: [UInt8], trusting identity: TestIdentity?, as name: String = "127.0.0.1") async throws
        -> [UInt8]
    {
        try await connect(Collector(sending: bytes, expecting: bytes.count), trusting: identity, as: name)
    }

    func connect(_ client: Collector, trusting identity: TestIdentity?, as name: String) async throws -> [UInt8] {
        let context = try identity.map { try TLSContext(client: TLSClientConfiguration(trustRootsPEM: $0.authority)) }
        return try await client.run(to: address, tls: context, peer: name, on: clientLoop)
    }

    func untilReceived(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = received.withLock { received in
                if received.count < count { received.waiting = (count, continuation) }
                return received.count >= count
            }
            if isThere { continuation.resume() }
        }
    }

    private func note(_ count: Int) {
        let waiting = received.withLock { received in
            received.count += count
            guard let waiting = received.waiting, received.count >= waiting.0 else {
                return nil as CheckedContinuation<Void, Never>?
            }
            received.waiting = nil
            return waiting.1
        }
        waiting?.resume()
    }

    func stop() async {
        await listener.stop()
        loop.stop()
        clientLoop.stop()
        await loop.ended()
        await clientLoop.ended()
    }

    private final class WeakBox: Sendable {
        private let storage = Mutex<Weak>(Weak())
        var server: EchoServer? {
            get { storage.withLock { $0.server } }
            set { storage.withLock { $0.server = newValue } }
        }
        struct Weak { weak var server: EchoServer? }
    }
}

/// Serves everybody.
struct OpenGate: ConnectionGate {
    let tls: TLSContext?
    let makeHandler: @Sendable () -> any AdmittedHandler

    func takePlace() -> Bool { true }
    func returnPlace() {}
    func keepWaiting(on reactor: Reactor) -> Bool { false }
    func serve(on reactor: Reactor) -> (handler: any AdmittedHandler, tls: TLSContext?) { (makeHandler(), tls) }
}

private final class EchoHandler: AdmittedHandler {
    private var left: Int?
    private let note: (Int) -> Void

    init(finishesAt count: Int?, note: @escaping (Int) -> Void) {
        left = count
        self.note = note
    }

    let handshakeLimit: Duration = .seconds(20)

    func couldNotOpen(_ error: ChannelError) {}
    func receivedPlainText(on channel: Channel) {}
    func opened(_ channel: Channel) {}
    func received(_ bytes: UnsafeRawBufferPointer, on channel: Channel) {
        channel.write(Array(bytes))
        channel.flush()
        note(bytes.count)
        if let before = left {
            left = before - bytes.count
            if before <= bytes.count { channel.finish() }
        }
    }
    func inputEnded(on channel: Channel) { channel.finish() }
    func drained(_ channel: Channel) {}
    func timedOut(_ channel: Channel) {}
    func closed(_ channel: Channel, because error: ChannelError?) {}
}

/// Sends bytes and collects the answer until it has as many as expected.
final class Collector: Sendable {
    private struct State {
        var answer: [UInt8] = []
        var waiting: CheckedContinuation<[UInt8], any Error>?
        var timesClosed = 0
    }

    struct Cut: Error {}

    private let bytes: [UInt8]
    private let expected: Int
    private let state = Mutex(State())

    init(sending bytes: [UInt8], expecting count: Int) {
        self.bytes = bytes
        expected = count
    }

    var timesClosed: Int { state.withLock { $0.timesClosed } }

    func run(to address: SocketAddress, tls: TLSContext?, peer: String?, on loop: EventLoop) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { $0.waiting = continuation }
            loop.execute { reactor in
                do throws(ChannelError) {
                    _ = try Channel.connect(
                        to: address,
                        tls: tls,
                        peer: peer,
                        handler: Handler(collector: self),
                        on: reactor
                    )
                } catch {
                    self.end(with: .failure(error))
                }
            }
        }
    }

    private func end(with result: Result<[UInt8], any Error>) {
        state.withLock { $0.waiting.take() }?.resume(with: result)
    }

    private final class Handler: ChannelHandler {
        let collector: Collector

        init(collector: Collector) {
            self.collector = collector
        }

        func opened(_ channel: Channel) {
            channel.write(collector.bytes)
            channel.flush()
        }

        func received(_ bytes: UnsafeRawBufferPointer, on channel: Channel) {
            let complete = collector.state.withLock { state -> [UInt8]? in
                state.answer += bytes
                return state.answer.count >= collector.expected ? state.answer : nil
            }
            if let complete {
                collector.end(with: .success(complete))
                channel.finish()
            }
        }

        func inputEnded(on channel: Channel) { channel.finish() }
        func drained(_ channel: Channel) {}
        func timedOut(_ channel: Channel) {}

        func closed(_ channel: Channel, because error: ChannelError?) {
            collector.state.withLock { $0.timesClosed += 1 }
            collector.end(with: .failure(error ?? Cut() as any Error))
        }
    }
}
