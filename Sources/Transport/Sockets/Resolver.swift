import Glibc

/// Finds addresses by host name.
public enum Resolver {
    /// A host name that could not be resolved.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// The name.
        public let host: String
        /// The resolver's words.
        public let reason: String

        /// The name and the reason.
        public var description: String { "cannot resolve \"\(host)\": \(reason)" }
    }

    /// The addresses of a host, in the order to try them; at least one.
    ///
    /// A numeric address is returned as it is. A name is looked up on a thread of its own, since the system's resolver
    /// blocks; it gives up by the system's own rules, some ten seconds; a task that is cancelled does not wait for it.
    public static func addresses(of host: String, port: UInt16) async throws -> [SocketAddress] {
        if let address = SocketAddress(numeric: host, port: port) { return [address] }
        let answer = OneShot<[SocketAddress]>()
        return try await answer.wait {
            do throws(SyscallError) {
                try BlockingThread.start(named: "resolver") {
                    answer.resume(with: Result { try lookUp(host, port: port) })
                }
            } catch {
                answer.resume(with: .failure(error))
            }
        }
    }

    private static func lookUp(_ host: String, port: UInt16) throws -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0 else { throw Failure(host: host, reason: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(found) }
        var addresses: [SocketAddress] = []
        var entry = found
        while let current = entry?.pointee {
            let raw = UnsafeRawBufferPointer(start: current.ai_addr, count: Int(current.ai_addrlen))
            if let address = SocketAddress(copying: raw) { addresses.append(address) }
            entry = current.ai_next
        }
        guard !addresses.isEmpty else { throw Failure(host: host, reason: "no IPv4 or IPv6 address") }
        return addresses
    }
}
