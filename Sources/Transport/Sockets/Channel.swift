import CLinux
import Glibc

/// A TCP connection, with TLS or without.
///
/// Belongs to one event loop and is used on its thread only. Input is handed to the handler as it comes, unless paused;
/// output is buffered without bound, and `pendingOutput` and `drained` let the handler keep that in bounds.
public final class Channel: ReadinessHandler {
    private enum Phase {
        case connecting
        case handshaking
        case open
        /// All is written and the writing half closed; what the peer still sends is read and thrown away, since closing
        /// with unread input would send a reset, and a reset can take our last bytes with it.
        case lingering
        case closed
    }

    /// How long a client waits until it is connected and TLS agreed on.
    private static let openingLimit: Duration = .seconds(10)
    /// How long to wait for the peer to close, after we have.
    private static let lingerLimit: Duration = .seconds(2)
    /// Reads in a row before other connections get their turn.
    private static let readsPerTurn = 16
    /// An empty output buffer larger than this is given back.
    private static let keptOutputCapacity = 16 << 10

    /// Names the channel from other threads: `reactor.handler(for:)` finds it again.
    public private(set) var token: Reactor.Token?
    /// The loop's own state.
    public let reactor: Reactor
    /// The protocol spoken. Other threads reach it by way of the channel.
    public private(set) var handler: (any ChannelHandler)?

    private var descriptor: Descriptor?
    private var tls: TLSSession?
    private var phase: Phase
    private var output: [UInt8] = []
    private var outputStart = 0
    private var finishes = false
    private var flushesSoon = false
    private var inputHasEnded = false
    private var isReading = false
    private var isPaused = false
    /// The peer's end of file, or an error, waits behind whatever can still be read.
    private var endIsNear = false
    /// Why a channel that still says its last words never opened.
    private var openingError: ChannelError?
    private var deadline: UInt64?
    private var timer: (id: TimerQueue.ID, deadline: UInt64)?

    // MARK: - Opening

    /// Takes over a connection that was accepted. The handler hears `opened`, or `closed`, later.
    static func accept(
        _ descriptor: consuming Descriptor,
        tls context: TLSContext?,
        handler: any AdmittedHandler,
        on reactor: Reactor
    ) throws(ChannelError) {
        let channel = Channel(descriptor, phase: context == nil ? .open : .handshaking, handler, reactor)
        try channel.prepare(context, peer: nil, limit: handler.handshakeLimit)
        if context == nil { handler.opened(channel) }
        channel.readAvailable()
    }

    /// Begins to connect. The handler hears `opened`, or `closed`, later.
    ///
    /// - Parameters:
    ///   - address: Where to.
    ///   - context: TLS settings; `nil` for plain TCP.
    ///   - peer: The name or IP address that the server's certificate must be valid for.
    public static func connect(
        to address: SocketAddress,
        tls context: TLSContext?,
        peer: String?,
        handler: any ChannelHandler,
        on reactor: Reactor
    ) throws(ChannelError) -> Channel {
        let channel: Channel
        do throws(SyscallError) {
            let descriptor = Descriptor(
                owning: try systemCall("socket") {
                    socket(
                        address.family,
                        Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
                        0
                    )
                }
            )
            let number = descriptor.number
            let result = address.withSockaddr { Glibc.connect(number, $0, $1) }
            // An interrupted connect goes on in the background, as one in progress does (connect(2)).
            guard result == 0 || errno == EINPROGRESS || errno == EINTR else {
                throw SyscallError(call: "connect to \(address)", code: errno)
            }
            channel = Channel(descriptor, phase: .connecting, handler, reactor)
        } catch {
            throw .system(error)
        }
        try channel.prepare(context, peer: peer, limit: openingLimit)
        return channel
    }

    private init(
        _ descriptor: consuming Descriptor,
        phase: Phase,
        _ handler: any ChannelHandler,
        _ reactor: Reactor
    ) {
        self.descriptor = consume descriptor
        self.phase = phase
        self.handler = handler
        self.reactor = reactor
    }

    private func prepare(_ context: TLSContext?, peer: String?, limit: Duration) throws(ChannelError) {
        guard let number = descriptor?.number else { return }
        var on: Int32 = 1
        // Small answers must not wait for the peer's delayed acknowledgement.
        setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        if let context {
            do {
                tls = try TLSSession(context: context, socket: number, peer: peer)
            } catch {
                throw .tls(error)
            }
        }
        do {
            token = try reactor.register(number, self)
        } catch {
            throw .system(error)
        }
        if phase != .open { setDeadline(limit) }
    }

    /// Whether TLS took up a session agreed on before, once the channel has opened.
    public var resumedTLS: Bool { tls?.wasResumed ?? false }

    // MARK: - Output

    /// Bytes written that the kernel has not taken yet.
    public var pendingOutput: Int { output.count - outputStart }

    /// Buffers bytes; `flush` sends them.
    public func write(_ bytes: [UInt8]) {
        guard phase != .closed, phase != .lingering, !finishes else { return }
        output += bytes
    }

    /// Lets `body` append to the output buffer.
    public func write(_ body: (inout [UInt8]) -> Void) {
        guard phase != .closed, phase != .lingering, !finishes else { return }
        body(&output)
    }

    /// Sends what is buffered, as much as the kernel takes; the rest follows when it takes more.
    public func flush() {
        flushesSoon = false
        guard phase == .open else { return }
        while outputStart < output.count {
            switch sendSome() {
            case .done(let count): outputStart += count
            case .wouldBlock: return forgetSent()
            case .end: return close(nil)
            case .failed(let error): return close(error)
            }
            if phase == .closed { return }
        }
        let hadOutput = !output.isEmpty
        output.removeAll(keepingCapacity: output.capacity <= Channel.keptOutputCapacity)
        outputStart = 0
        if finishes { return linger() }
        if hadOutput { handler?.drained(self) }
    }

    /// Gives back the room of what was sent. Otherwise a peer that is always a little behind has everything kept that it was
    /// ever sent.
    private func forgetSent() {
        guard outputStart > Channel.keptOutputCapacity, outputStart > output.count / 2 else { return }
        output.removeSubrange(..<outputStart)
        outputStart = 0
    }

    /// Sends what is buffered by the end of the loop's turn, together with what other channels send then.
    public func flushSoon() {
        guard !flushesSoon else { return }
        flushesSoon = true
        reactor.flushSoon(self)
    }

    private func sendSome() -> TransferOutcome {
        guard let number = descriptor?.number else { return .end }
        return output.withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[outputStart...])
            if let tls { return tls.write(rest) }
            do throws(SyscallError) {
                return .done(
                    try Channel.transfer("send") { send(number, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL)) }
                )
            } catch {
                return Channel.outcome(of: error)
            }
        }
    }

    // MARK: - Input

    /// Stops handing over input, so that the peer's window fills and it has to wait.
    public func pauseReading() {
        isPaused = true
    }

    /// Hands over input again, beginning on the loop's next turn.
    public func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        reactor.onNextTurn { self.readAvailable() }
    }

    private func readAvailable() {
        guard !isReading else { return }
        isReading = true
        defer { isReading = false }
        for _ in 0..<Channel.readsPerTurn {
            guard phase == .open || phase == .lingering, !isPaused || phase == .lingering, !inputHasEnded else {
                return
            }
            let (outcome, isDrained) = receiveSome()
            switch outcome {
            case .done(let count):
                if phase == .open {
                    handler?.received(UnsafeRawBufferPointer(rebasing: reactor.readBuffer[..<count]), on: self)
                }
                // A short read means that the socket is empty (epoll(7)), except that an end of file can be behind it,
                // of which no new edge would tell.
                if isDrained && !endIsNear { return }
            case .wouldBlock:
                return
            case .end:
                return endInput()
            case .failed(let error):
                return close(error)
            }
        }
        reactor.onNextTurn { self.readAvailable() }
    }

    private func receiveSome() -> (TransferOutcome, isDrained: Bool) {
        guard let number = descriptor?.number else { return (.end, true) }
        let buffer = reactor.readBuffer
        if let tls {
            let outcome = tls.read(into: buffer)
            return (outcome, tls.isDrained)
        }
        do throws(SyscallError) {
            let count = try Channel.transfer("recv") { recv(number, buffer.baseAddress, buffer.count, 0) }
            return (count == 0 ? .end : .done(count), count < buffer.count)
        } catch {
            return (Channel.outcome(of: error), true)
        }
    }

    private func endInput() {
        inputHasEnded = true
        if phase == .lingering { return close(nil) }
        handler?.inputEnded(on: self)
    }

    private static func transfer(_ call: String, _ body: () -> Int) throws(SyscallError) -> Int {
        while true {
            let count = body()
            if count >= 0 { return count }
            if errno != EINTR { throw SyscallError(call: call, code: errno) }
        }
    }

    private static func outcome(of error: SyscallError) -> TransferOutcome {
        switch error.code {
        case EAGAIN: .wouldBlock
        // The peer is gone; that is how connections end, and no failure worth a word.
        case ECONNRESET, EPIPE: .end
        default: .failed(.system(error))
        }
    }

    // MARK: - Time

    /// Has the handler hear `timedOut` when `delay` has passed, in place of any deadline set before; `nil` for never.
    ///
    /// Cheap enough for every message: the timer is left standing and looks again when it fires.
    public func setDeadline(_ delay: Duration?) {
        setDeadline(nanoseconds: delay?.nanoseconds)
    }

    /// The same for a delay in nanoseconds: where it is set for every message, the arithmetic of `Duration` shows.
    public func setDeadline(nanoseconds delay: UInt64?) {
        deadline = delay.map { reactor.now.addingSaturating($0) }
        guard let deadline else { return }
        if let timer, timer.deadline <= deadline { return }
        if let timer { reactor.cancel(timer.id) }
        arm(deadline)
    }

    private func arm(_ deadline: UInt64) {
        let delay = Duration.nanoseconds(Int64(clamping: deadline > reactor.now ? deadline - reactor.now : 0))
        timer = (reactor.schedule(after: delay) { [weak self] in self?.timerFired() }, deadline)
    }

    private func timerFired() {
        timer = nil
        guard let deadline, phase != .closed else { return }
        guard reactor.now >= deadline else { return arm(deadline) }
        self.deadline = nil
        switch phase {
        case .connecting, .handshaking: close(.notOpenedInTime)
        case .open: handler?.timedOut(self)
        case .lingering, .closed: close(nil)
        }
    }

    // MARK: - Closing

    /// Whether nothing can be sent any more.
    public var isClosed: Bool { phase == .closed || phase == .lingering }

    /// Sends what is buffered, then closes in an orderly way.
    public func finish() {
        guard !finishes, phase != .closed else { return }
        finishes = true
        guard phase == .open else { return close(nil) }
        flush()
    }

    /// Closes now; what is buffered is lost.
    public func abort() {
        close(nil)
    }

    /// Closes now, and has the kernel forget what it has buffered too, which a peer that takes nothing could have it keep.
    public func reset() {
        if let number = descriptor?.number {
            var immediately = Glibc.linger(l_onoff: 1, l_linger: 0)
            setsockopt(number, SOL_SOCKET, SO_LINGER, &immediately, socklen_t(MemoryLayout<Glibc.linger>.size))
        }
        close(nil)
    }

    private func linger() {
        guard phase == .open, let number = descriptor?.number else { return }
        tls?.sendCloseNotify()
        shutdown(number, Int32(SHUT_WR))
        guard !inputHasEnded else { return close(nil) }
        phase = .lingering
        setDeadline(Channel.lingerLimit)
        reactor.onNextTurn { self.readAvailable() }
    }

    private func close(_ reason: ChannelError?) {
        guard phase != .closed else { return }
        let error = openingError ?? reason
        phase = .closed
        if let token { reactor.unregister(token) }
        if let timer { reactor.cancel(timer.id) }
        timer = nil
        deadline = nil
        tls = nil
        descriptor = nil
        output = []
        outputStart = 0
        let handler = self.handler
        self.handler = nil
        handler?.closed(self, because: error)
    }

    // MARK: - Readiness

    /// The socket changed.
    public func ready(_ readiness: Readiness) {
        if phase == .connecting { finishConnecting(readiness) }
        if phase == .handshaking { continueHandshake() }
        if phase == .open, !readiness.isDisjoint(with: .writable), pendingOutput > 0 { flush() }
        if !readiness.isDisjoint(with: .ending) { endIsNear = true }
        if !readiness.isDisjoint(with: .readable) { readAvailable() }
    }

    /// The loop is ending.
    public func loopIsEnding() {
        close(.loopEnded)
    }

    private func finishConnecting(_ readiness: Readiness) {
        guard !readiness.isDisjoint(with: .writable), let number = descriptor?.number else { return }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length) == 0, code == 0 else {
            return close(.system(SyscallError(call: "connect", code: code)))
        }
        if tls == nil {
            open()
        } else {
            phase = .handshaking
        }
    }

    private func continueHandshake() {
        guard let tls else { return }
        switch tls.handshake() {
        case .done:
            open()
            // The peer's first bytes can have come along with its last handshake message.
            readAvailable()
        case .wouldBlock: break
        case .end: close(nil)
        case .failed(let error):
            guard let handler = handler as? any AdmittedHandler else { return close(error) }
            refuseHandshake(for: error, speaksPlainText: tls.peerSpeaksPlainText, handler)
        }
    }

    /// Ends a connection that was accepted but did not agree on TLS, so that the peer learns why: closing at once could
    /// send a reset, which can overtake the alert.
    private func refuseHandshake(
        for error: ChannelError,
        speaksPlainText: Bool,
        _ handler: any AdmittedHandler
    ) {
        tls = nil
        phase = .open
        openingError = error
        if speaksPlainText { handler.receivedPlainText(on: self) }
        finish()
    }

    private func open() {
        phase = .open
        setDeadline(nil)
        handler?.opened(self)
    }
}

@available(*, unavailable)
extension Channel: Sendable {}
