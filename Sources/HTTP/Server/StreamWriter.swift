import Synchronization
import Transport

/// A streaming answer's way from its task to the connection's thread.
final class StreamWriter: HTTPBodyWriter {
    private let loop: EventLoop
    private let token: Reactor.Token
    private let exchange: UInt64
    private let observers = Mutex<UInt64>(0)

    init(loop: EventLoop, token: Reactor.Token, exchange: UInt64) {
        self.loop = loop
        self.token = token
        self.exchange = exchange
    }

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        guard !bytes.isEmpty else { return }
        let (token, exchange) = (token, exchange)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let accepted = loop.execute { reactor in
                guard let connection = ServerConnection.find(token, in: reactor) else {
                    return continuation.resume(throwing: HTTPStreamClosed())
                }
                connection.writeStream(bytes, exchange: exchange, writer: continuation)
            }
            if !accepted { continuation.resume(throwing: HTTPStreamClosed()) }
        }
    }

    func untilClosed() async {
        let id = observers.withLock { count in
            count &+= 1
            return count
        }
        let (token, exchange) = (token, exchange)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A task cancelled before this point would wait for ever: its handler has run already.
                guard !Task.isCancelled else { return continuation.resume() }
                let accepted = loop.execute { reactor in
                    guard let connection = ServerConnection.find(token, in: reactor) else {
                        return continuation.resume()
                    }
                    connection.observeClosing(id, exchange: exchange, observer: continuation)
                }
                if !accepted { continuation.resume() }
            }
        } onCancel: {
            loop.execute { reactor in ServerConnection.find(token, in: reactor)?.stopObserving(id) }
        }
    }
}

/// Tasks that wait for a stream's peer: to take bytes, or to leave.
struct StreamWaiters {
    private var writers: [CheckedContinuation<Void, any Error>] = []
    private var observers: [UInt64: CheckedContinuation<Void, Never>] = [:]
    private var gone: Set<UInt64> = []

    mutating func add(writer: CheckedContinuation<Void, any Error>) {
        writers.append(writer)
    }

    mutating func add(observer: CheckedContinuation<Void, Never>, id: UInt64) {
        // Called off before it arrived here.
        guard gone.remove(id) == nil else { return observer.resume() }
        observers[id] = observer
    }

    mutating func removeObserver(_ id: UInt64) {
        guard let observer = observers.removeValue(forKey: id) else {
            gone.insert(id)
            return
        }
        observer.resume()
    }

    mutating func resumeWriters() {
        let resumed = writers
        writers = []
        for writer in resumed { writer.resume() }
    }

    /// The peer is gone: everybody hears of it.
    mutating func close() {
        let (writers, observers) = (writers, observers)
        self = StreamWaiters()
        for writer in writers { writer.resume(throwing: HTTPStreamClosed()) }
        for observer in observers.values { observer.resume() }
    }
}
