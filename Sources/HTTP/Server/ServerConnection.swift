import Transport

/// One client's connection to a server: reads requests one after another and answers each before the next.
final class ServerConnection: AdmittedHandler {
    private enum Phase {
        /// Between requests.
        case idle
        case head
        case body(RequestHead, BodyDecoder)
        /// The handler is at work, a stream is being written, or the peer is slow to take the last answer.
        case answering
        /// Nothing more is read.
        case ending
    }

    /// Pipelined input held while a request is being answered, before the peer has to wait.
    private static let backlogLimit = 64 << 10
    /// Output held for a slow peer before writers, and further requests, have to wait.
    private static let outputLimit = 256 << 10

    private let core: ServerCore
    private var channel: Channel?
    private var phase = Phase.idle
    private var collector: HeadCollector
    private var body: [UInt8] = []
    private var backlog: [UInt8] = []

    /// Counts requests, so that an answer that comes late finds whether it is still wanted.
    private var exchange: UInt64 = 0
    private var current: RequestHead?
    private var task: Task<Void, Never>?
    private var streamWaiters = StreamWaiters()
    private var isStreaming = false
    private var waitsForDrain = false
    private var inputHasEnded = false
    private var outputAtDeadline = 0

    init(core: ServerCore) {
        self.core = core
        collector = HeadCollector(limit: core.limits.headBytes)
    }

    /// The connection behind a token, unless it is gone.
    static func find(_ token: Reactor.Token, in reactor: Reactor) -> ServerConnection? {
        (reactor.handler(for: token) as? Channel)?.handler as? ServerConnection
    }

    // MARK: - Channel events

    func opened(_ channel: Channel) {
        self.channel = channel
        if let token = channel.token { core.opened(token, on: channel.reactor.loop) }
        channel.setDeadline(core.timeouts.idle)
    }

    func couldNotOpen(_ error: ChannelError) {
        core.closed(nil)
    }

    func received(_ bytes: UnsafeRawBufferPointer, on channel: Channel) {
        process(bytes)
        channel.flush()
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
        channel.flush()
    }

    func timedOut(_ channel: Channel) {
        if channel.pendingOutput > 0 {
            // Slow is not dead: as long as the peer took something, it gets more time.
            guard channel.pendingOutput < outputAtDeadline else { return channel.abort() }
            return watchOutput(of: channel)
        }
        switch phase {
        case .head: refuse(HTTPParseError(status: 408, "the header fields took too long"))
        case .body: refuse(HTTPParseError(status: 408, "the body took too long"))
        case .idle, .answering, .ending: channel.finish()
        }
    }

    func closed(_ channel: Channel, because error: ChannelError?) {
        phase = .ending
        task?.cancel()
        streamWaiters.close()
        self.channel = nil
        core.closed(channel.token)
    }

    /// Closes now if idle, or once the request at hand is answered.
    func drain() {
        if case .idle = phase { channel?.finish() }
    }

    // MARK: - Reading

    private func process(_ input: UnsafeRawBufferPointer) {
        var position = 0
        do throws(HTTPParseError) {
            while position < input.count {
                let rest = UnsafeRawBufferPointer(rebasing: input[position...])
                switch phase {
                case .idle:
                    phase = .head
                    channel?.setDeadline(core.timeouts.head)
                case .head:
                    let (taken, isComplete) = try collector.take(rest)
                    position += taken
                    if isComplete { try beginBody() }
                case .body(let head, var decoder):
                    position += try decoder.decode(rest, into: &body)
                    phase = .body(head, decoder)
                    if decoder.isComplete { try dispatch(head) }
                case .answering:
                    backlog += rest
                    if backlog.count > ServerConnection.backlogLimit { channel?.pauseReading() }
                    return
                case .ending:
                    return
                }
            }
        } catch {
            refuse(error)
        }
    }

    private func beginBody() throws(HTTPParseError) {
        let head = try RequestHead(collector, limits: core.limits)
        collector.reset()
        current = head
        let framing = try BodyFraming.ofRequest(head.headers, isHTTP10: head.isHTTP10)
        let decoder = try BodyDecoder(framing, limit: core.limits.bodyBytes)
        if decoder.isComplete { return try dispatch(head) }
        try answerExpectation(of: head)
        // Only what has been announced, and not all of it at once: a head is cheap to send.
        body.reserveCapacity(min(decoder.expectedBytes, 1 << 20))
        phase = .body(head, decoder)
        channel?.setDeadline(core.timeouts.body)
    }

    private func answerExpectation(of head: RequestHead) throws(HTTPParseError) {
        // RFC 9110 §10.1.1: ignored from an HTTP/1.0 client.
        guard let expectation = head.headers["Expect"], !head.isHTTP10 else { return }
        guard expectation.lowercased() == "100-continue" else {
            throw HTTPParseError(status: 417, "only the expectation 100-continue is understood")
        }
        channel?.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }

    // MARK: - Answering

    private func dispatch(_ head: RequestHead) throws(HTTPParseError) {
        var request = HTTPRequest(method: head.method, target: head.target, headers: head.headers, body: body)
        body = []
        try unpack(&request)
        exchange &+= 1
        phase = .answering
        channel?.setDeadline(nil)
        switch core.handler.respond(to: request) {
        case .now(let response): answer(response)
        case .later(let work): answerLater(work)
        }
    }

    private func unpack(_ request: inout HTTPRequest) throws(HTTPParseError) {
        guard let coding = request.headers["Content-Encoding"]?.lowercased(), coding != "identity" else { return }
        guard coding == "gzip" else {
            throw HTTPParseError(status: 415, "only the content coding \"gzip\" is understood")
        }
        do {
            request.body = try Gzip.decompress(request.body, limit: core.limits.bodyBytes)
        } catch {
            throw HTTPParseError(status: error == .corrupt ? 400 : 413, "the gzip body: \(error)")
        }
        request.headers["Content-Encoding"] = nil
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
                connection.channel?.flush()
            }
        }
    }

    private func answer(_ response: HTTPResponse) {
        guard let channel, let head = current else { return }
        let closes = !head.keepsAlive || core.isDraining
        switch response.body {
        case .bytes(let bytes):
            channel.write { output in
                MessageWriter.writeHead(
                    status: response.status,
                    headers: response.headers,
                    framing: .length(bytes.count),
                    closes: closes,
                    isHTTP10: head.isHTTP10,
                    into: &output
                )
                if head.method != "HEAD" { output += bytes }
            }
            endAnswer(closes: closes)
        case .stream(let produce):
            let framing = head.isHTTP10 ? BodyFraming.untilClose : .chunked
            channel.write { output in
                MessageWriter.writeHead(
                    status: response.status,
                    headers: response.headers,
                    framing: framing,
                    closes: closes || head.isHTTP10,
                    isHTTP10: head.isHTTP10,
                    into: &output
                )
            }
            guard head.method != "HEAD" else { return endAnswer(closes: closes) }
            stream(produce, closes: closes || head.isHTTP10)
        }
    }

    /// The answer is written; goes on with what came in the meantime, unless the peer has to take some first.
    private func endAnswer(closes: Bool) {
        guard let channel else { return }
        isStreaming = false
        current = nil
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
        phase = .idle
        channel?.setDeadline(core.timeouts.idle)
        guard !backlog.isEmpty else {
            if inputHasEnded { channel?.finish() }
            return
        }
        let waiting = backlog
        backlog = []
        waiting.withUnsafeBytes { process($0) }
        channel?.resumeReading()
    }

    private func watchOutput(of channel: Channel) {
        outputAtDeadline = channel.pendingOutput
        channel.setDeadline(core.timeouts.write)
    }

    /// Answers a request that cannot be understood, and closes: where the next one would begin is unknown.
    private func refuse(_ error: HTTPParseError) {
        guard let channel else { return }
        phase = .ending
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
        if let head = current, !head.isHTTP10 { channel.write(MessageWriter.lastChunk) }
        endAnswer(closes: closes)
        channel.flush()
    }

    /// Writes a piece of a stream; the writer goes on once the peer has taken enough.
    func writeStream(_ bytes: [UInt8], exchange: UInt64, writer: CheckedContinuation<Void, any Error>) {
        guard let channel, isStreaming, exchange == self.exchange, !channel.isClosed else {
            return writer.resume(throwing: HTTPStreamClosed())
        }
        if current?.isHTTP10 == true {
            channel.write(bytes)
        } else {
            channel.write { MessageWriter.writeChunk(bytes, into: &$0) }
        }
        channel.flush()
        guard channel.pendingOutput > 0 else { return writer.resume() }
        watchOutput(of: channel)
        if channel.pendingOutput <= ServerConnection.outputLimit {
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
