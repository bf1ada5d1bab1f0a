import Transport

/// One connection to a server: sends requests one after another and reads their responses.
final class ClientConnection: ChannelHandler {
    private enum Phase {
        case opening(OneShot<Reactor.Token>)
        case idle
        case head(Exchange)
        case body(Exchange, BodyDecoder, keepsAlive: Bool)
        case closed
    }

    private let pool: ConnectionPool
    private let limits: HTTPLimits
    private var channel: Channel?
    private var phase: Phase
    private var collector: HeadCollector

    init(pool: ConnectionPool, limits: HTTPLimits, opened: OneShot<Reactor.Token>) {
        self.pool = pool
        self.limits = limits
        collector = HeadCollector(limit: limits.headBytes)
        phase = .opening(opened)
    }

    /// The connection behind a token, unless it is gone.
    static func find(_ token: Reactor.Token, in reactor: Reactor) -> ClientConnection? {
        (reactor.handler(for: token) as? Channel)?.handler as? ClientConnection
    }

    /// Sends a request; `false` when the connection is not free for one.
    func begin(_ exchange: Exchange) -> Bool {
        guard case .idle = phase, let channel, let token = channel.token else { return false }
        phase = .head(exchange)
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
        switch phase {
        case .head(let current) where current === exchange: channel?.abort()
        case .body(let current, _, _) where current === exchange: channel?.abort()
        default: break
        }
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
                let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
                switch phase {
                case .head(let exchange):
                    let (taken, isComplete) = try collector.take(rest)
                    position += taken
                    if isComplete { try beginBody(of: exchange) }
                case .body(let exchange, let decoder, let keepsAlive):
                    position += try continueBody(of: exchange, decoder, keepsAlive: keepsAlive, with: rest)
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
        if case .body(let exchange, let decoder, _) = phase, decoder.mayEndWithConnection {
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
        case .head(let exchange):
            exchange.end(.failure(error == .loopEnded ? HTTPClientError.shutDown : .closedBeforeResponse))
        case .body(let exchange, _, _):
            exchange.end(.failure(error == .loopEnded ? HTTPClientError.shutDown : .truncated))
        case .idle, .closed: break
        }
    }

    // MARK: - Reading

    private func beginBody(of exchange: Exchange) throws(HTTPParseError) {
        let head = try ResponseHead(collector, limits: limits)
        collector.reset()
        // Interim answers precede the real one (RFC 9110 §15.2). A change of protocol was never asked for.
        guard head.status >= 200 else {
            guard head.status != 101 else {
                throw .malformed("the server changes to a protocol that was not asked for")
            }
            return
        }
        let framing = try BodyFraming.ofResponse(
            status: head.status,
            to: exchange.request.method,
            head.headers,
            isHTTP10: head.isHTTP10
        )
        let decoder = try BodyDecoder(framing, limit: .max)
        phase = .body(exchange, decoder, keepsAlive: head.keepsAlive)
        exchange.head.resume(with: .success(head))
        if decoder.isComplete { endBody(of: exchange, keepsAlive: head.keepsAlive) }
    }

    private func continueBody(
        of exchange: Exchange,
        _ decoder: BodyDecoder,
        keepsAlive: Bool,
        with input: UnsafeRawBufferPointer
    ) throws(HTTPParseError) -> Int {
        var decoder = decoder
        var piece: [UInt8] = []
        piece.reserveCapacity(input.count)
        let taken = try decoder.decode(input, into: &piece)
        phase = .body(exchange, decoder, keepsAlive: keepsAlive)
        if !exchange.push(piece) { channel?.pauseReading() }
        if decoder.isComplete { endBody(of: exchange, keepsAlive: keepsAlive) }
        return taken
    }

    private func endBody(of exchange: Exchange, keepsAlive: Bool) {
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
        switch phase {
        case .head(let exchange), .body(let exchange, _, _): exchange.end(.failure(error))
        case .opening, .idle, .closed: break
        }
        phase = .closed
        channel?.abort()
    }
}
