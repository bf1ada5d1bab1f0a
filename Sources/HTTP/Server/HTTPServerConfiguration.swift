public import Transport

/// How an `HTTPServer` listens and what it puts up with.
public struct HTTPServerConfiguration: Sendable {
    /// The numeric address to listen on; default `127.0.0.1`.
    public var host: String
    /// The port; default 0, any free one.
    public var port: UInt16
    /// The server's identity; `nil`, the default, serves plain HTTP.
    public var tls: TLSServerConfiguration?
    /// Event loops, each with a thread and a listening socket of its own; default one for each core.
    public var loops: Int
    /// Bounds on messages.
    public var limits: HTTPLimits
    /// Bounds on time.
    public var timeouts: Timeouts
    /// Connections served at once. Default 10,000.
    ///
    /// One more is not turned away: it waits in the kernel's queue. Meanwhile every answer is announced as its
    /// connection's last, so that places become free, and idle connections are closed early; see `Timeouts.idleWhenFull`.
    public var connections: Int
    /// Bytes of incomplete bodies held at once, of all connections; default 64 MiB. A body that brings them above it is
    /// answered with 503, unless it has no more than 16 KiB so far, which is not counted: anybody can begin many and end
    /// none.
    public var heldBodyBytes: Int

    /// Makes a configuration; the defaults are those stated on each property.
    public init(
        host: String = "127.0.0.1",
        port: UInt16 = 0,
        tls: TLSServerConfiguration? = nil,
        loops: Int? = nil,
        limits: HTTPLimits = HTTPLimits(),
        timeouts: Timeouts = Timeouts(),
        connections: Int = 10_000,
        heldBodyBytes: Int = 64 << 20
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.loops = max(1, loops ?? ProcessorCount.available)
        self.limits = limits
        self.timeouts = timeouts
        self.connections = connections
        self.heldBodyBytes = heldBodyBytes
    }

    /// How long the server waits.
    public struct Timeouts: Sendable {
        /// For the next request on a connection; default 180 s. An API server closes its own idle connections after 90 s,
        /// and loses the call when the other side is first.
        public var idle: Duration
        /// For the next request while other connections wait for a place; default 95 s, which no API server's idle
        /// connection reaches. A connection that never brought a request has as long as a head may take.
        public var idleWhenFull: Duration
        /// For agreeing on TLS, from the acceptance of a connection; default 10 s.
        public var handshake: Duration
        /// For a head, from its first byte, however many more trickle in; default 10 s.
        public var head: Duration
        /// For a body, from the end of its head, however it trickles in; default 30 s.
        public var body: Duration
        /// For the peer to take a good piece of an answer that is not taken at once and has to be waited for, at least 1 KiB
        /// for each second; default 30 s.
        public var write: Duration

        /// Makes time-outs; the defaults are those stated on each property.
        public init(
            idle: Duration = .seconds(180),
            idleWhenFull: Duration = .seconds(95),
            handshake: Duration = .seconds(10),
            head: Duration = .seconds(10),
            body: Duration = .seconds(30),
            write: Duration = .seconds(30)
        ) {
            self.idle = idle
            self.idleWhenFull = idleWhenFull
            self.handshake = handshake
            self.head = head
            self.body = body
            self.write = write
        }
    }
}
