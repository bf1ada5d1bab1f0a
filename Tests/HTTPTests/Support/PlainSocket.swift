import Glibc
import Testing

@testable import Transport

/// A client made of bare system calls, to misbehave with. Its calls block: use it within `offPool`.
final class PlainSocket {
    /// Bounds the wait for something that never comes; a test that gets here has failed.
    private static let patience = timeval(tv_sec: 20, tv_usec: 0)

    let number: Int32
    private var isOpen = true
    private var received: [UInt8] = []

    /// Connects to a port on loopback.
    ///
    /// - Parameters:
    ///   - window: The size of the receive buffer, to be slow with.
    ///   - prepare: Called when the socket is there and before it connects.
    init(port: UInt16, window: Int32? = nil, prepare: () -> Void = {}) throws {
        number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var patience = PlainSocket.patience
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if var window { setsockopt(number, SOL_SOCKET, SO_RCVBUF, &window, socklen_t(MemoryLayout<Int32>.size)) }
        let address = try #require(SocketAddress(numeric: "127.0.0.1", port: port))
        prepare()
        let number = self.number
        let result = address.withSockaddr { connect(number, $0, $1) }
        guard result == 0 else { throw SyscallError(call: "connect", code: errno) }
    }

    deinit {
        close()
    }

    /// Sends all of it, or as much as an unwilling peer takes.
    @discardableResult
    func send(_ bytes: some Collection<UInt8>) -> Bool {
        let bytes = Array(bytes)
        return Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// One more piece of what the peer sends; `nil` at the end, or when the peer resets the connection.
    func receive(atMost count: Int = 64 << 10) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: count)
        let received = recv(number, &buffer, count, 0)
        return received > 0 ? Array(buffer[..<received]) : nil
    }

    /// Reads until `end` has come, and returns all up to it; what follows is left for the next call.
    func receive(through end: String) throws -> String {
        while true {
            let text = String(decoding: received, as: UTF8.self)
            if let range = text.utf8.firstRange(of: Array(end.utf8)) {
                let taken = String(text[..<range.upperBound])
                received.removeFirst(taken.utf8.count)
                return taken
            }
            let piece = try #require(receive(), "only \"\(text)\" came before the end")
            received += piece
        }
    }

    /// One answer with a `Content-Length`: its head and its body.
    func receiveAnswer() throws -> (head: String, body: String) {
        let head = try receive(through: "\r\n\r\n")
        let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }?.dropFirst(16)
        let count = try #require(length.flatMap { Int($0) })
        while received.count < count { received += try #require(receive()) }
        defer { received.removeFirst(count) }
        return (head, String(decoding: received.prefix(count), as: UTF8.self))
    }

    /// Reads until the peer closes.
    func receiveAll() -> String {
        while let piece = receive() { received += piece }
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Whether the peer closes or resets the connection; what it sent stays unread.
    func hungUp(within milliseconds: Int32 = 20_000) -> Bool {
        wait(for: 0x2000, milliseconds)  // POLLRDHUP, which Glibc's module leaves out
    }

    /// Whether there is something to read, an end included.
    func hasInput(within milliseconds: Int32) -> Bool {
        wait(for: Int16(POLLIN), milliseconds)
    }

    private func wait(for events: Int16, _ milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: number, events: events, revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Sends no more.
    func closeHalf() {
        shutdown(number, Int32(SHUT_WR))
    }

    /// Closes with a reset, as a client that crashes or gives up does.
    func reset() {
        var immediately = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &immediately, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        if isOpen { _ = Glibc.close(number) }
        isOpen = false
    }
}

/// Runs blocking work on a thread of its own: Swift's own few threads are needed by the handlers under test.
func offPool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    let result = OneShot<Result>()
    return try await result.wait {
        do throws(SyscallError) {
            try BlockingThread.start(named: "client") { result.resume(with: Swift.Result { try body() }) }
        } catch {
            result.resume(with: .failure(error))
        }
    }
}
