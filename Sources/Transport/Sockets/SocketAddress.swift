import Glibc

/// An IPv4 or IPv6 address with a port.
public struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
    /// The raw `sockaddr`, of the family's own length.
    private let bytes: [UInt8]

    /// Copies a `sockaddr` the system filled in; `nil` when it is neither IPv4 nor IPv6.
    init?(copying storage: UnsafeRawBufferPointer) {
        guard storage.count >= MemoryLayout<sa_family_t>.size else { return nil }
        let length: Int
        switch Int32(storage.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        guard storage.count >= length else { return nil }
        bytes = Array(storage.prefix(length))
    }

    /// Parses a numeric address such as `127.0.0.1` or `::1`; `nil` when it is neither.
    public init?(numeric host: String, port: UInt16) {
        var four = sockaddr_in()
        four.sin_family = sa_family_t(AF_INET)
        four.sin_port = port.bigEndian
        if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            bytes = withUnsafeBytes(of: four) { Array($0) }
            return
        }
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        guard inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else { return nil }
        bytes = withUnsafeBytes(of: six) { Array($0) }
    }

    /// Takes an address as a certificate holds it: 4 or 16 bytes; `nil` for any other number. The port is 0.
    init?(rawIP address: [UInt8]) {
        switch address.count {
        case 4:
            var four = sockaddr_in()
            four.sin_family = sa_family_t(AF_INET)
            withUnsafeMutableBytes(of: &four.sin_addr) { $0.copyBytes(from: address) }
            bytes = withUnsafeBytes(of: four) { Array($0) }
        case 16:
            var six = sockaddr_in6()
            six.sin6_family = sa_family_t(AF_INET6)
            withUnsafeMutableBytes(of: &six.sin6_addr) { $0.copyBytes(from: address) }
            bytes = withUnsafeBytes(of: six) { Array($0) }
        default: return nil
        }
    }

    /// `AF_INET` or `AF_INET6`.
    var family: Int32 {
        bytes.withUnsafeBytes { Int32($0.loadUnaligned(as: sa_family_t.self)) }
    }

    /// The port.
    public var port: UInt16 {
        // The port is the second 16-bit word of both families.
        bytes.withUnsafeBytes { UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self)) }
    }

    /// Lends the address to a system call.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        bytes.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: sockaddr.self) { rebound in
                // `bytes` is never empty, so the fallback, a zeroed address, is not reached.
                var unspecified = sockaddr()
                return withUnsafePointer(to: &unspecified) { body(rebound.baseAddress ?? $0, socklen_t(raw.count)) }
            }
        }
    }

    /// The address without the port, as text: `127.0.0.1`, `::1`.
    public var host: String {
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = withSockaddr { address, length in
            getnameinfo(address, length, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        }
        guard status == 0 else { return "unknown address" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The address as text: `127.0.0.1:8443`, `[::1]:8443`.
    public var description: String {
        family == AF_INET6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
