/// A version of TLS. Older ones than these are never spoken.
public enum TLSVersion: String, Sendable, CaseIterable {
    /// TLS 1.2 (RFC 5246).
    case tls12 = "1.2"
    /// TLS 1.3 (RFC 8446).
    case tls13 = "1.3"
}

/// How a server proves who it is.
public struct TLSServerConfiguration: Sendable {
    /// The server's certificate, then those between it and the root, in PEM.
    public var certificateChainPEM: [UInt8]
    /// The private key of the first certificate, unencrypted, in PEM.
    public var privateKeyPEM: [UInt8]
    /// Authorities, in PEM, one of which must have signed a client's certificate; `nil` asks clients for none.
    public var clientCA: [UInt8]?
    /// The oldest version spoken; default 1.2.
    public var minimumVersion: TLSVersion

    /// Describes a server's identity.
    public init(
        certificateChainPEM: [UInt8],
        privateKeyPEM: [UInt8],
        clientCA: [UInt8]? = nil,
        minimumVersion: TLSVersion = .tls12
    ) {
        self.certificateChainPEM = certificateChainPEM
        self.privateKeyPEM = privateKeyPEM
        self.clientCA = clientCA
        self.minimumVersion = minimumVersion
    }
}

/// Whom a client trusts, and how it proves who it is.
public struct TLSClientConfiguration: Sendable {
    /// The authorities trusted, in PEM; `nil` trusts the system's.
    public var trustRootsPEM: [UInt8]?
    /// The name the server must prove, and that is sent as SNI; `nil` takes the host that is connected to.
    public var serverName: String?
    /// The client's certificate and those between it and the root, in PEM, if the server asks for one.
    public var clientCertificatePEM: [UInt8]?
    /// The private key of the client's certificate, in PEM.
    public var clientKeyPEM: [UInt8]?
    /// Whether to accept any certificate: no protection against an attacker in between.
    public var insecureSkipVerify: Bool

    /// Describes a client. The default trusts the system's authorities and verifies everything.
    public init(
        trustRootsPEM: [UInt8]? = nil,
        serverName: String? = nil,
        clientCertificatePEM: [UInt8]? = nil,
        clientKeyPEM: [UInt8]? = nil,
        insecureSkipVerify: Bool = false
    ) {
        self.trustRootsPEM = trustRootsPEM
        self.serverName = serverName
        self.clientCertificatePEM = clientCertificatePEM
        self.clientKeyPEM = clientKeyPEM
        self.insecureSkipVerify = insecureSkipVerify
    }
}
