import HTTP

/// Where an API server is: `https://host:port/prefix`.
public struct ServerURL: Sendable, Hashable, CustomStringConvertible {
    /// A name or a numeric address, IPv6 without brackets.
    public var host: String
    /// The port.
    public var port: UInt16
    /// Whether it speaks TLS.
    public var isTLS: Bool
    /// What comes before every path, such as `/k8s/clusters/c-1`; empty for most servers. Does not end in a slash.
    public var prefix: String

    /// Names a server.
    public init(host: String, port: UInt16, isTLS: Bool = true, prefix: String = "") {
        self.host = host
        self.port = port
        self.isTLS = isTLS
        self.prefix = prefix
    }

    /// Reads a URL, or a host with or without a port.
    ///
    /// - Parameters:
    ///   - text: Such as `https://10.0.0.1:6443` or `https://[fd00::1]/k8s`.
    ///   - isTLSByDefault: What it means when no scheme is given.
    /// - Throws: What is wrong with the text, in words.
    init(parsing text: String, isTLSByDefault: Bool) throws(Problem) {
        var rest = Substring(text)
        var scheme = isTLSByDefault ? "https" : "http"
        if let range = text.firstRange(of: "://") {
            scheme = text[..<range.lowerBound].lowercased()
            rest = text[range.upperBound...]
        }
        guard scheme == "https" || scheme == "http" else {
            throw Problem(description: "the scheme \(scheme.debugDescription) is none of https and http")
        }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw Problem(description: "a server's URL has no query and no fragment")
        }
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        guard !authority.contains("@") else {
            throw Problem(description: "user information in the URL is not supported; put it into the user")
        }
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Problem(description: "the path contains characters that must be percent-encoded")
        }
        isTLS = scheme == "https"
        (host, port) = try Self.hostAndPort(authority, otherwise: isTLS ? 443 : 80)
        var prefix = path
        while prefix.last == "/" { prefix.removeLast() }
        self.prefix = String(prefix)
    }

    /// What is wrong with a URL.
    struct Problem: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    private static func hostAndPort(
        _ authority: Substring,
        otherwise port: UInt16
    ) throws(Problem) -> (String, UInt16) {
        var host = authority
        var portText: Substring?
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw Problem(description: "\"[\" without \"]\"") }
            host = authority[..<end].dropFirst()
            let after = authority[end...].dropFirst()
            guard after.isEmpty || after.first == ":" else {
                throw Problem(description: "after \"]\" comes a port or nothing")
            }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            portText = authority[colon...].dropFirst()
        }
        guard !host.isEmpty else { throw Problem(description: "there is no host") }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{}|%".utf8.contains($0) }) else {
            throw Problem(description: "\(String(host).debugDescription) is no host name")
        }
        guard let portText, !portText.isEmpty else { return (String(host), port) }
        guard let number = UInt16(portText), number > 0, portText.first != "+" else {
            throw Problem(description: "the port \(String(portText).debugDescription) is no number from 1 to 65535")
        }
        return (String(host), number)
    }

    /// The URL.
    public var description: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return "\(isTLS ? "https" : "http")://\(host):\(port)\(prefix)"
    }
}
