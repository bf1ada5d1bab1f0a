/// The parts of a webhook's URL.
struct WebhookAddress: Sendable, Hashable {
    /// Without the brackets of an IPv6 address.
    let host: String
    let port: UInt16
    /// Path and query, at least `/`.
    let target: String

    /// - Returns: `nil` unless the URL is `https`, with a host and a valid port.
    init?(url: String) {
        guard url.hasPrefix("https://") else { return nil }
        let rest = url.dropFirst("https://".count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        let tail = rest[end...]
        target = tail.hasPrefix("/") ? String(tail) : "/\(tail)"
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }

        let portText: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[authority.index(after: authority.startIndex)..<close])
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else {
            let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = parts.first.map(String.init) ?? ""
            portText = parts.count > 1 ? parts[1] : nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        guard let portText else {
            port = 443
            return
        }
        guard let number = UInt16(portText), number > 0 else { return nil }
        port = number
    }

    /// The Service that the host names, if it names one: `name.namespace.svc`.
    var service: (name: String, namespace: String)? {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count == 3, labels[2] == "svc" else { return nil }
        return (String(labels[0]), String(labels[1]))
    }
}
