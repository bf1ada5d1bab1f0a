import Glibc
import Synchronization

/// A server that answers with prepared bytes, however odd: one connection at a time, one request on each.
final class RawServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let departures: Channel<Void>

    /// - Parameters:
    ///   - hangsUp: Whether it ends the connection after its answer, or leaves that to the client.
    ///   - answer: The bytes to send, piece by piece, for a request target.
    init(hangsUp: Bool = true, _ answer: @escaping @Sendable (_ target: String) -> [[UInt8]]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard listener >= 0, bound else { throw ConnectionLost() }
        let departures = Channel<Void>()
        (self.listener, self.departures) = (listener, departures)
        port = UInt16(bigEndian: address.sin_port)
        let thread = ServerThread(listener: listener, departures: departures, hangsUp: hangsUp, answer: answer)
        var handle = pthread_t()
        let context = Unmanaged.passRetained(thread).toOpaque()
        let failure = pthread_create(
            &handle,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<ServerThread>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context
        )
        guard failure == 0 else { throw ConnectionLost() }
        pthread_detach(handle)
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Returns when the client has ended a connection that was left to it.
    func untilClientLeft() async {
        await departures.next()
    }
}

private final class ServerThread: Sendable {
    private let listener: Int32
    private let departures: Channel<Void>
    private let hangsUp: Bool
    private let answer: @Sendable (String) -> [[UInt8]]

    init(
        listener: Int32,
        departures: Channel<Void>,
        hangsUp: Bool,
        answer: @escaping @Sendable (String) -> [[UInt8]]
    ) {
        self.listener = listener
        self.departures = departures
        self.hangsUp = hangsUp
        self.answer = answer
    }

    /// Serves until the listener is shut down.
    func run() {
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            serve(connection)
            close(connection)
        }
        close(listener)
    }

    private func serve(_ connection: Int32) {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            head += buffer[..<count]
        }
        let target = String(decoding: head, as: UTF8.self).split(separator: " ").dropFirst().first ?? ""
        for piece in answer(String(target)) {
            var rest = piece[...]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes {
                    send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { return }
                rest = rest.dropFirst(sent)
            }
        }
        if hangsUp { return }
        while read(connection, &buffer, buffer.count) > 0 {}
        departures.send(())
    }
}
