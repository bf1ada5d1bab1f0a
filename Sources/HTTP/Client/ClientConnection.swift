import Transport

/// One connection to a server: sends requests one after another and reads their responses.
final class ClientConnection: ChannelHandler {
    private enum Phase {
        case opening(OneShot<Reactor.Token>)
        case idle
        /// Keeps the connection afterwards, if the server's head has said so.
        case busy(Exchange, keepsAlive: Bool)
        case closed
    }

    private let pool: ConnectionPool
    private var channel: Channel?
    private var phase: Phase
    private var reader: ResponseReader

    init(pool: ConnectionPool, limits: HTTPLimits, opened: OneShot<Reactor.Token>) {
        self.pool = pool
        reader = ResponseReader(limits: limits)
        phase = .opening(opened)
    }

    /// The connection behind a token, unless it is gone.
    static func find(_ token: Reactor.Token, in reactor: Reactor) -> ClientConnection? {
        (reactor.handler(for: token) as? Channel)?.handler as? ClientConnection
    }

    /// Sends a request; `false` when the connection is not free for one.
    func begin(_ exchange: Exchange) -> Bool {
        guard case .idle = phase, let channel, let token = channel.token else { return false }
        phase = .busy(exchange, keepsAlive: false)
        channel.setDeadline(nil)
        exchange.began(on: channel.reactor.loop, token)
        channel.write { MessageWriter.write(exchange.request, host: exchange.authority, into: &$0) }
        channel.flush()
        return true
    }

    /// Reads on after the exchange had no room.
    func resumeReading() {
        channel?.resumeReading()
    }

    /// Closes, if it is still busy with `exchange`.
    func abandon(_ exchange: Exchange) {
        if case .busy(let current, _) = phase, current === exchange { channel?.abort() }
    }

    /// Closes, whatever it does.
    func close() {
        channel?.finish()
    }

    // MARK: - Channel events

    func opened(_ channel: Channel) {
        self.channel = channel
        guard case .opening(let opened) = phase, let token = channel.token else { return }
        phase = .idle
        // Nobody waits any more if the task was cancelled; the connection serves the next request.
        if !opened.resume(with: .success(token)) { becomeIdle() }
    }

    func received(_ bytes: UnsafeRawBufferPointer, on channel: Channel) {
        do throws(HTTPParseError) {
            var position = 0
            while position < bytes.count {
                switch phase {
                case .busy(let exchange, let keepsAlive):
                    switch try reader.read(bytes, from: &position, to: exchange.request.method) {
                    case .incomplete: return
                    case .head(let head, let isWhole):
                        phase = .busy(exchange, keepsAlive: head.keepsAlive)
                        exchange.head.resume(with: .success(head))
                        if isWhole { end(exchange, keepsAlive: head.keepsAlive) }
                    case .body(let piece, let isWhole):
                        if !exchange.push(piece) { channel.pauseReading() }
                        if isWhole { end(exchange, keepsAlive: keepsAlive) }
                    }
                case .idle, .opening:
                    // A server that speaks unasked is not understood, or means to close (408).
                    return channel.abort()
                case .closed:
                    return
                }
            }
        } catch {
            fail(HTTPClientError.malformed(error.description))
        }
    }

    func inputEnded(on channel: Channel) {
        if case .busy(let exchange, _) = phase, reader.mayEndWithConnection {
            phase = .closed
            exchange.end(.success(()))
        }
        channel.finish()
    }

    func drained(_ channel: Channel) {}

    func timedOut(_ channel: Channel) {
        channel.finish()
    }

    func closed(_ channel: Channel, because error: ChannelError?) {
        if let token = channel.token { pool.forget(token) }
        let last = phase
        phase = .closed
        self.channel = nil
        switch last {
        case .opening(let opened): opened.resume(with: .failure(error ?? ChannelError.loopEnded))
        case .busy(let exchange, _):
            let cut: HTTPClientError = reader.isInBody ? .truncated : .closedBeforeResponse
            exchange.end(.failure(error == .loopEnded ? .shutDown : cut))
        case .idle, .closed: break
        }
    }

    // MARK: - Reading

    private func end(_ exchange: Exchange, keepsAlive: Bool) {
        phase = .idle
        channel?.resumeReading()
        if keepsAlive {
            becomeIdle()
        } else {
            channel?.finish()
        }
        // Last, so that whoever waits for the end finds the connection free.
        exchange.end(.success(()))
    }

    private func becomeIdle() {
        guard let channel, let token = channel.token else { return }
        guard pool.keep(token) else { return channel.finish() }
        channel.setDeadline(pool.idle)
    }

    private func fail(_ error: HTTPClientError) {
        if case .busy(let exchange, _) = phase { exchange.end(.failure(error)) }
        phase = .closed
        channel?.abort()
    }
}
