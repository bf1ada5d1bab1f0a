public import Transport

/// A server, as a client addresses it.
public struct HTTPOrigin: Sendable {
    /// A host name or a numeric address.
    public var host: String
    /// The port.
    public var port: UInt16
    /// Whom to trust; `nil` speaks plain HTTP.
    public var tls: TLSClientConfiguration?

    /// Names a server.
    public init(host: String, port: UInt16, tls: TLSClientConfiguration?) {
        self.host = host
        self.port = port
        self.tls = tls
    }

    /// The origin as in a URL: `https://host:port`.
    var text: String { "\(tls == nil ? "http" : "https")://\(authority)" }

    /// Host and port as in a `Host` field.
    var authority: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// What an `HTTPClient` keeps and accepts.
public struct HTTPClientConfiguration: Sendable {
    /// How long an unused connection is kept; default 60 s: less than servers usually keep theirs, so that a request
    /// seldom meets a connection that is just being closed.
    public var idle: Duration
    /// Unused connections kept; default 16.
    public var idleConnections: Int
    /// Bounds on responses. The body's applies to `send`, and is 256 MiB unless set; a stream is bounded by its reader.
    public var limits: HTTPLimits

    /// Makes a configuration; the defaults are those stated on each property.
    public init(
        idle: Duration = .seconds(60),
        idleConnections: Int = 16,
        limits: HTTPLimits = HTTPLimits(bodyBytes: 256 << 20)
    ) {
        self.idle = idle
        self.idleConnections = idleConnections
        self.limits = limits
    }
}
