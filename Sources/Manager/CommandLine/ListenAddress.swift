import Transport

/// Where a server listens, as Go programs are told: `:8080`, `127.0.0.1:8080`, `[::1]:8080`.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// The numeric address; empty for all of this machine's.
    public var host: String
    /// The port; 0 takes any free one.
    public var port: UInt16

    /// Names an address.
    public init(host: String = "", port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`.
    ///
    /// - Throws: When it is none; the error says what would be right.
    public init(parsing text: String) throws(FlagError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let last = parts.last, parts.count > 1, let port = UInt16(last), last.utf8.allSatisfy({ $0 != 0x2B })
        else {
            throw FlagError("\"\(text)\" is no address to listen on; write host:port or :port, such as :8080")
        }
        var host = text.dropLast(last.utf8.count + 1)
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        try self.init(checking: String(host), port: port)
    }

    /// Names an address as a user writes it.
    ///
    /// - Throws: When the host is neither empty, `localhost` nor a numeric address.
    public init(checking host: String, port: UInt16) throws(FlagError) {
        let numeric = host == "localhost" ? "127.0.0.1" : host
        guard numeric.isEmpty || SocketAddress(numeric: numeric, port: port) != nil else {
            throw FlagError("\"\(host)\" is no numeric address; write one such as 0.0.0.0, 127.0.0.1 or [::1]")
        }
        self.host = numeric
        self.port = port
    }

    /// `host:port`, with IPv6 addresses in brackets.
    public var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The hosts to try, in order. A socket on `::` takes IPv4 connections too, but some machines have no IPv6.
    var hosts: [String] { host.isEmpty ? ["::", "0.0.0.0"] : [host] }
}
