import Synchronization
import Transport

/// One request and its response, between the task that asked and the thread that has the connection.
final class Exchange: Sendable {
    /// A body's bytes held for a slow reader before the server has to wait.
    static let highWater = 1 << 20

    private struct State {
        var pieces: [[UInt8]] = []
        var buffered = 0
        /// How the body ended, once it has.
        var end: Result<Void, any Error>?
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var isPaused = false
        var connection: (loop: EventLoop, token: Reactor.Token)?

        /// What the reader gets at once, if anything; otherwise it waits. And the connection that has room again.
        mutating func take(
            or reader: CheckedContinuation<[UInt8]?, any Error>
        ) -> (Result<[UInt8]?, any Error>?, (loop: EventLoop, token: Reactor.Token)?) {
            if !pieces.isEmpty {
                // All at once: a reader that fell behind catches up in one step.
                var all = pieces.removeFirst()
                all.reserveCapacity(buffered)
                for piece in pieces { all += piece }
                pieces = []
                buffered = 0
                let resumes = isPaused ? connection : nil
                isPaused = false
                return (.success(all), resumes)
            }
            switch end {
            case .success: return (.success(nil), nil)
            case .failure(let error): return (.failure(error), nil)
            case nil:
                self.reader = reader
                return (nil, nil)
            }
        }
    }

    let request: HTTPRequest
    let authority: String
    /// The response's head, or why there is none.
    let head = OneShot<ResponseHead>()
    private let state = Mutex(State())

    init(_ request: HTTPRequest, authority: String) {
        self.request = request
        self.authority = authority
    }

    // MARK: - The connection's side

    func began(on loop: EventLoop, _ token: Reactor.Token) {
        state.withLock { $0.connection = (loop, token) }
    }

    /// Hands over a piece of the body.
    ///
    /// - Returns: Whether there is room for more; if not, the connection pauses until `resumeReading`.
    func push(_ piece: [UInt8]) -> Bool {
        guard !piece.isEmpty else { return true }
        let (reader, hasRoom) = state.withLock { state -> (CheckedContinuation<[UInt8]?, any Error>?, Bool) in
            if let reader = state.reader.take() { return (reader, true) }
            state.pieces.append(piece)
            state.buffered += piece.count
            state.isPaused = state.buffered > Exchange.highWater
            return (nil, !state.isPaused)
        }
        reader?.resume(returning: piece)
        return hasRoom
    }

    /// Ends the exchange, well or not. Only the first end counts.
    func end(_ result: Result<Void, any Error>) {
        let reader = state.withLock { state -> CheckedContinuation<[UInt8]?, any Error>? in
            guard state.end == nil else { return nil }
            state.end = result
            state.connection = nil
            return state.reader.take()
        }
        switch result {
        case .success: reader?.resume(returning: nil)
        case .failure(let error):
            head.resume(with: .failure(error))
            reader?.resume(throwing: error)
        }
    }

    // MARK: - The task's side

    /// The next piece of the body, or `nil` at its end.
    func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (result, resumes) = state.withLock { state in state.take(or: continuation) }
                if let resumes {
                    resumes.loop.execute { reactor in ClientConnection.find(resumes.token, in: reactor)?.resumeReading()
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            abandon(CancellationError())
        }
    }

    /// Gives the exchange up: its connection, in the middle of something, cannot be used again.
    func abandon(_ error: any Error) {
        let connection = state.withLock { $0.connection }
        end(.failure(error))
        guard let connection else { return }
        connection.loop.execute { reactor in ClientConnection.find(connection.token, in: reactor)?.abandon(self) }
    }
}

/// Reads a response's body; gives the exchange up when nobody holds it any more.
final class BodyReader: Sendable {
    private let exchange: Exchange

    init(_ exchange: Exchange) {
        self.exchange = exchange
    }

    deinit {
        exchange.abandon(CancellationError())
    }

    func next() async throws -> [UInt8]? {
        try await exchange.next()
    }
}
