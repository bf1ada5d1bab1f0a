import Certificates
import HTTP
import Logging
import Synchronization
import Transport

/// The server of the admission webhooks: it starts with the first certificate, and goes on with each one after it.
final class WebhookServer: Sendable {
    private struct State {
        var server: HTTPServer?
        var identity: ServingIdentity?
        var clientAuthority: [UInt8]?
    }

    private let address: ListenAddress
    private let handler: any HTTPHandler
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - address: Where to listen.
    ///   - clientAuthority: Authorities, in PEM, that callers have to prove to be signed by; `nil` lets everybody call.
    ///   - handler: Answers.
    ///   - logger: Told when it starts.
    init(at address: ListenAddress, clientAuthority: [UInt8]?, handler: any HTTPHandler, logger: Logger) {
        self.address = address
        state = Mutex(State(clientAuthority: clientAuthority))
        self.handler = handler
        self.logger = logger
    }

    /// The certificate that is served; `nil` before there is one.
    var identity: ServingIdentity? { state.withLock { $0.identity } }

    /// The authorities that callers have to prove to be signed by, in PEM; `nil` lets everybody call.
    var clientAuthority: [UInt8]? { state.withLock { $0.clientAuthority } }

    /// The server, once it listens.
    var running: HTTPServer? { state.withLock { $0.server } }

    /// Begins to listen.
    ///
    /// - Throws: `ManagerError` when the address cannot be had, `TLSError` when the certificate or the client authority
    ///   cannot be used.
    func start(with identity: ServingIdentity) throws {
        let server = try state.withLock { state in
            var settings = HTTPServerConfiguration()
            settings.tls = identity.configuration(clientCA: state.clientAuthority)
            let server = try ServerStart.start("the webhooks", handler, at: address, flag: "--webhook-port", settings)
            state.server = server
            state.identity = identity
            return server
        }
        logger.info(
            "serving admission",
            metadata: [
                "port": "\(server.port)", "fingerprint": "\(identity.leaf.fingerprint)",
                "names": "\((identity.leaf.dnsNames + identity.leaf.ipAddresses).joined(separator: ","))",
            ]
        )
    }

    /// Serves with another certificate from the next connection on; those that stand go on as they are.
    ///
    /// - Throws: When it cannot be used; then the one before it still is.
    func replace(with identity: ServingIdentity) throws(TLSError) {
        try state.withLock { state throws(TLSError) in
            try state.server?.replaceIdentity(identity.configuration(clientCA: state.clientAuthority))
            state.identity = identity
        }
    }

    /// Has callers prove from the next connection on that other authorities signed them.
    ///
    /// - Throws: When they cannot be used; then those before still are.
    func replace(clientAuthority: [UInt8]) throws(TLSError) {
        try state.withLock { state throws(TLSError) in
            if let identity = state.identity {
                try state.server?.replaceIdentity(identity.configuration(clientCA: clientAuthority))
            }
            state.clientAuthority = clientAuthority
        }
    }
}
