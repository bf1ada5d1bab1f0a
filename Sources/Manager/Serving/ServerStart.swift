import Glibc
import HTTP
import Transport

/// Starts a server where a flag says.
enum ServerStart {
    /// Starts a server.
    ///
    /// - Parameters:
    ///   - what: What it serves, for people.
    ///   - flag: The flag that named `address`.
    /// - Throws: `ManagerError` when the address cannot be had, `TLSError` when the identity cannot be used.
    static func start(
        _ what: String,
        _ handler: any HTTPHandler,
        at address: ListenAddress,
        flag: String,
        _ configuration: HTTPServerConfiguration
    ) throws -> HTTPServer {
        var configuration = configuration
        configuration.port = address.port
        var failure = SyscallError(call: "listen", code: EADDRNOTAVAIL)
        for host in address.hosts {
            configuration.host = host
            let server = try HTTPServer(configuration: configuration, handler: handler)
            do {
                try server.start()
                return server
            } catch let error as SyscallError {
                failure = error
                // Without IPv6 there is still IPv4; any other failure would only come again.
                guard error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL else { break }
            }
        }
        throw ManagerError(cannotServe: what, at: address, flag: flag, because: failure)
    }

    /// Settings of a server that a few programs of the cluster ask now and then: one thread, few and small requests.
    static var modest: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration(loops: 1, connections: 100)
        configuration.limits.bodyBytes = 1 << 10
        return configuration
    }
}
