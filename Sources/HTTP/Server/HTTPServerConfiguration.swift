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
    /// Connections served at once; the next one is closed right away. Default 10,000.
    public var connections: Int

    /// Makes a configuration; the defaults are those stated on each property.
    public init(
        host: String = "127.0.0.1",
        port: UInt16 = 0,
        tls: TLSServerConfiguration? = nil,
        loops: Int? = nil,
        limits: HTTPLimits = HTTPLimits(),
        timeouts: Timeouts = Timeouts(),
        connections: Int = 10_000
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.loops = max(1, loops ?? ProcessorCount.available)
        self.limits = limits
        self.timeouts = timeouts
        self.connections = connections
    }

    /// How long the server waits.
    public struct Timeouts: Sendable {
        /// For the next request on a connection; default 180 s. An API server closes its own idle connections after 90 s,
        /// and loses the call when the other side is first.
        public var idle: Duration
        /// For a head, from its first byte; default 10 s.
        public var head: Duration
        /// For a body, from the end of its head; default 30 s.
        public var body: Duration
        /// For the peer to take some of an answer; default 30 s.
        public var write: Duration

        /// Makes time-outs; the defaults are those stated on each property.
        public init(
            idle: Duration = .seconds(180),
            head: Duration = .seconds(10),
            body: Duration = .seconds(30),
            write: Duration = .seconds(30)
        ) {
            self.idle = idle
            self.head = head
            self.body = body
            self.write = write
        }
    }
}
