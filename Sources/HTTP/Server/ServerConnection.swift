import Transport

/// One client's connection to a server: reads requests one after another and answers each before the next.
final class ServerConnection: AdmittedHandler {
    private enum Phase {
        /// Between requests.
        case idle
        case reading
        /// The handler is at work, a stream is being written, or the peer is slow to take the last answer.
        case answering
        /// Nothing more is read.
        case ending
    }

    /// Pipelined input held while a request is being answered, before the peer has to wait.
    private static let backlogLimit = 64 << 10
    /// Output held for a slow peer before the writer of a stream has to wait.
    private static let streamLimit = 256 << 10
    /// Output held before the next pipelined request has to wait: who asks and does not read shall cost little.
    private static let outputLimit = 32 << 10
    /// Bytes a second that a peer has to take for its connection not to count as stuck.
    private static let slowestReader: UInt64 = 1 << 10

    private let core: ServerCore
    private let usesTLS: Bool
    private var channel: Channel?
    private var phase = Phase.idle
    private var reader: RequestReader
    private var backlog: [UInt8] = []

    /// Counts requests, so that an answer that comes late finds whether it is still wanted.
    private var exchange: UInt64 = 0
    private var terms: ReceivedRequest.Terms?
    private var task: Task<Void, Never>?
    private var streamWaiters = StreamWaiters()
    private var isStreaming = false
    private var waitsForDrain = false
    private var inputHasEnded = false
    /// Whether `process` is at work, which goes on with the input it has.
    private var isProcessing = false
    /// Bytes of the body at hand that are counted as held.
    private var heldBody = 0
    private var outputAtDeadline = 0
    /// Since when no request is at hand, on the reactor's clock.
    private var idleSince: UInt64 = 0

    init(core: ServerCore, usesTLS: Bool) {
        self.core = core
        self.usesTLS = usesTLS
        reader = RequestReader(limits: core.limits)
    }

    /// The connection behind a token, unless it is gone.
    static func find(_ token: Reactor.Token, in reactor: Reactor) -> ServerConnection? {
        (reactor.handler(for: token) as? Channel)?.handler as? ServerConnection
    }

    // MARK: - Channel events

    func opened(_ channel: Channel) {
        self.channel = channel
        if usesTLS {
            core.counters.handshakesSucceeded.increment()
            if channel.resumedTLS { core.counters.handshakesResumed.increment() }
        }
        becomeIdle(channel)
    }

    var handshakeLimit: Duration { core.timeLimits.handshake }

    func couldNotOpen(_ error: ChannelError) {
        if usesTLS { core.counters.handshakesFailed.increment() }
        core.returnPlace()
    }

    func receivedPlainText(on channel: Channel) {
        refuse(HTTPParseError(status: 400, "this port speaks HTTPS, and the request came in plain HTTP"), on: channel)
    }

    func received(_ bytes: UnsafeRawBufferPointer, on channel: Channel) {
        process(bytes)
        channel.flushSoon()
    }

    func inputEnded(on channel: Channel) {
        inputHasEnded = true
        // A client may close its half once it has asked, and still wants its answer. A stream has no end to wait for.
        if case .answering = phase, !isStreaming { return }
        channel.finish()
    }

    func drained(_ channel: Channel) {
        streamWaiters.resumeWriters()
        guard waitsForDrain else {
            if isStreaming { channel.setDeadline(nil) }
            return
        }
        waitsForDrain = false
        next()
        // Not at once: where the peer is fast and has asked for much, this would come back here again and again.
        channel.flushSoon()
    }

    func timedOut(_ channel: Channel) {
        if channel.pendingOutput > 0 {
            // Slow is not dead: as long as the peer takes a fair piece, it gets more time.
            let fair = core.timeLimits.write / 1_000_000_000 * ServerConnection.slowestReader
            guard outputAtDeadline - channel.pendingOutput > Int(clamping: fair) else { return channel.reset() }
            return watchOutput(of: channel)
        }
        switch phase {
        case .reading:
            refuse(HTTPParseError(status: 408, "the \(reader.isInBody ? "body" : "head") took too long"), on: channel)
        case .idle, .answering, .ending: channel.finish()
        }
    }

    func closed(_ channel: Channel, because error: ChannelError?) {
        if usesTLS, self.channel == nil { core.counters.handshakesFailed.increment() }
        phase = .ending
        task?.cancel()
        streamWaiters.close()
        self.channel = nil
        core.held.change(from: heldBody, to: 0)
        heldBody = 0  // `process` may be at work, and settles what it holds once it is done
        core.returnPlace()
    }

    // MARK: - Closing

    /// Closes now if idle; otherwise the answer at hand is the last.
    func closeIfIdle() {
        if case .idle = phase { channel?.finish() }
    }

    /// Closes if idle for so long that no client that counts on this connection would be hurt.
    func closeIfStale() {
        guard case .idle = phase, let channel else { return }
        let limit = exchange == 0 ? core.timeLimits.head : core.timeLimits.idleWhenFull
        guard channel.reactor.now &- idleSince >= limit else { return }
        core.counters.reclaimed.increment()
        channel.finish()
    }

    private func becomeIdle(_ channel: Channel) {
        phase = .idle
        idleSince = channel.reactor.now
        channel.setDeadline(nanoseconds: core.timeLimits.idle)
    }

    // MARK: - Reading

    private func process(_ input: UnsafeRawBufferPointer) {
        guard let channel else { return }
        isProcessing = true
        defer {
            isProcessing = false
            holdBody()
        }
        var position = 0
        do throws(HTTPParseError) {
            while position < input.count {
                switch phase {
                case .idle:
                    phase = .reading
                    channel.setDeadline(nanoseconds: core.timeLimits.head)
                case .reading:
                    switch try reader.read(input, from: &position) {
                    case .incomplete: return
                    case .bodyFollows(let isAwaited):
                        if isAwaited { channel.write(ServerConnection.goOn) }
                        channel.setDeadline(nanoseconds: core.timeLimits.body)
                    case .complete(let received): dispatch(received, on: channel)
                    }
                case .answering:
                    backlog += UnsafeRawBufferPointer(rebasing: input[position...])
                    if backlog.count > ServerConnection.backlogLimit { channel.pauseReading() }
                    return
                case .ending:
                    return
                }
            }
        } catch {
            refuse(error, on: channel)
        }
    }

    /// Counts what there is of an incomplete body among those of all connections, and refuses it when they become too much.
    private func holdBody() {
        let bytes = reader.heldBytes > core.heldBodyAllowance ? reader.heldBytes : 0
        guard bytes != heldBody else { return }
        let isTooMuch = !core.held.change(from: heldBody, to: bytes)
        heldBody = bytes
        guard isTooMuch, bytes > 0, let channel else { return }
        refuse(HTTPParseError(status: 503, "too many large bodies are under way; try again"), on: channel)
    }

    private static let goOn = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    // MARK: - Answering

    private func dispatch(_ received: ReceivedRequest, on channel: Channel) {
        terms = received.terms
        exchange &+= 1
        phase = .answering
        channel.setDeadline(nil)
        switch core.handler.respond(to: received.request) {
        case .now(let response): answer(response)
        case .later(let work): answerLater(work)
        }
    }

    private func answerLater(_ work: @escaping @Sendable () async -> HTTPResponse) {
        guard let channel, let token = channel.token else { return }
        let loop = channel.reactor.loop
        let exchange = self.exchange
        task = Task {
            let response = await work()
            loop.execute { reactor in
                guard let connection = ServerConnection.find(token, in: reactor), connection.exchange == exchange else {
                    return
                }
                connection.task = nil
                connection.answer(response)
                connection.channel?.flushSoon()
            }
        }
    }

    private func answer(_ response: HTTPResponse) {
        guard let channel, let terms else { return }
        let closes = !terms.keepsAlive || core.announcesClosing
        core.counters.countResponse(response.status)
        switch response.body {
        case .bytes(let bytes):
            channel.write { output in
                MessageWriter.writeHead(
                    status: response.status,
                    headers: response.headers,
                    framing: .length(bytes.count),
                    closes: closes,
                    isHTTP10: terms.isHTTP10,
                    into: &output
                )
                if !terms.isHead { output += bytes }
            }
            endAnswer(closes: closes)
        case .stream(let produce):
            let framing = terms.isHTTP10 ? BodyFraming.untilClose : .chunked
            channel.write { output in
                MessageWriter.writeHead(
                    status: response.status,
                    headers: response.headers,
                    framing: framing,
                    closes: closes || terms.isHTTP10,
                    isHTTP10: terms.isHTTP10,
                    into: &output
                )
            }
            guard !terms.isHead else { return endAnswer(closes: closes) }
            stream(produce, closes: closes || terms.isHTTP10)
        }
    }

    /// The answer is written; goes on with what came in the meantime, unless the peer has to take some first.
    private func endAnswer(closes: Bool) {
        guard let channel else { return }
        isStreaming = false
        terms = nil
        guard !closes else {
            phase = .ending
            watchOutput(of: channel)
            return channel.finish()
        }
        guard channel.pendingOutput <= ServerConnection.outputLimit else {
            waitsForDrain = true
            return watchOutput(of: channel)
        }
        next()
    }

    private func next() {
        guard let channel else { return }
        becomeIdle(channel)
        guard !isProcessing else { return }
        let waiting = backlog
        backlog = []
        waiting.withUnsafeBytes { process($0) }
        switch phase {
        case .idle, .reading:
            // What is missing of a request will not come any more.
            if inputHasEnded { return channel.finish() }
        case .answering, .ending: break
        }
        if backlog.count <= ServerConnection.backlogLimit { channel.resumeReading() }
    }

    private func watchOutput(of channel: Channel) {
        outputAtDeadline = channel.pendingOutput
        channel.setDeadline(nanoseconds: core.timeLimits.write)
    }

    /// Answers a request that cannot be understood, and closes: where the next one would begin is unknown.
    private func refuse(_ error: HTTPParseError, on channel: Channel) {
        phase = .ending
        reader = RequestReader(limits: core.limits)
        holdBody()
        core.counters.requestsRefused.increment()
        core.counters.countResponse(error.status)
        channel.write { output in
            let text = Array((error.description + "\n").utf8)
            MessageWriter.writeHead(
                status: error.status,
                headers: ["Content-Type": "text/plain; charset=utf-8"],
                framing: .length(text.count),
                closes: true,
                isHTTP10: false,
                into: &output
            )
            output += text
        }
        watchOutput(of: channel)
        channel.finish()
    }

    // MARK: - Streaming

    private func stream(_ produce: @escaping @Sendable (any HTTPBodyWriter) async throws -> Void, closes: Bool) {
        guard let channel, let token = channel.token else { return }
        isStreaming = true
        let loop = channel.reactor.loop
        let exchange = self.exchange
        let writer = StreamWriter(loop: loop, token: token, exchange: exchange)
        task = Task {
            var isWhole = true
            do { try await produce(writer) } catch { isWhole = false }
            loop.execute { [isWhole] reactor in
                guard let connection = ServerConnection.find(token, in: reactor) else { return }
                connection.endStream(exchange, isWhole: isWhole, closes: closes)
            }
        }
    }

    private func endStream(_ exchange: UInt64, isWhole: Bool, closes: Bool) {
        guard let channel, isStreaming, exchange == self.exchange else { return }
        task = nil
        streamWaiters.close()
        streamWaiters = StreamWaiters()
        // Without the last chunk the client knows that the body was cut.
        guard isWhole else { return channel.abort() }
        if let terms, !terms.isHTTP10 { channel.write(MessageWriter.lastChunk) }
        endAnswer(closes: closes)
        channel.flushSoon()
    }

    /// Writes a piece of a stream; the writer goes on once the peer has taken enough.
    func writeStream(_ bytes: [UInt8], exchange: UInt64, writer: CheckedContinuation<Void, any Error>) {
        guard let channel, isStreaming, exchange == self.exchange, !channel.isClosed else {
            return writer.resume(throwing: HTTPStreamClosed())
        }
        if terms?.isHTTP10 == true {
            channel.write(bytes)
        } else {
            channel.write { MessageWriter.writeChunk(bytes, into: &$0) }
        }
        channel.flush()
        guard channel.pendingOutput > 0 else { return writer.resume() }
        watchOutput(of: channel)
        if channel.pendingOutput <= ServerConnection.streamLimit {
            writer.resume()
        } else {
            streamWaiters.add(writer: writer)
        }
    }

    /// Has `observer` resumed when the stream's peer is gone.
    func observeClosing(_ id: UInt64, exchange: UInt64, observer: CheckedContinuation<Void, Never>) {
        guard isStreaming, exchange == self.exchange else { return observer.resume() }
        streamWaiters.add(observer: observer, id: id)
    }

    func stopObserving(_ id: UInt64) {
        streamWaiters.removeObserver(id)
    }
}
