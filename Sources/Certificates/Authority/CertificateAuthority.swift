public import Transport

/// An authority of our own: a self-signed P-256 certificate and the key to sign others with.
///
/// Whoever trusts its certificate trusts what it signs, and nothing else: that is what a webhook configuration's
/// `caBundle` and a trial's CA file are for.
public struct CertificateAuthority: Sendable {
    /// The authority's certificate.
    public let certificate: Certificate
    /// Its key.
    public let key: PrivateKey

    /// How far into the past a certificate's validity begins, for peers whose clocks are behind.
    public static let backdating: Int64 = 300
    /// How long an authority is valid unless told otherwise: ten years, in seconds.
    public static let defaultValidity: Int64 = 3650 * 86_400

    /// Makes a new authority.
    ///
    /// - Parameters:
    ///   - commonName: What people see as the issuer.
    ///   - now: The time, in seconds since 1970.
    ///   - validity: How long it is valid, in seconds from `now`.
    /// - Throws: `TLSError` when OpenSSL fails.
    public static func make(
        commonName: String,
        now: Int64,
        validity: Int64 = defaultValidity
    ) throws(TLSError) -> CertificateAuthority {
        let key = try PrivateKey.generateP256()
        let request = CertificateRequest(
            commonName: commonName,
            purpose: .authority,
            notBefore: now - backdating,
            notAfter: now + validity
        )
        return try CertificateAuthority(certificate: request.certificate(for: key), key: key)
    }

    /// Takes up an authority made before.
    ///
    /// - Throws: `TLSError` when certificate and key do not belong together.
    public init(certificate: Certificate, key: PrivateKey) throws(TLSError) {
        guard certificate.belongs(to: key) else {
            throw TLSError(
                operation: "load the certificate authority",
                reasons: ["the private key does not belong to the certificate"]
            )
        }
        self.certificate = certificate
        self.key = key
    }

    /// Signs a new serving certificate.
    ///
    /// - Parameters:
    ///   - hosts: The DNS names and IP addresses to serve under; at least one.
    ///   - now: The time, in seconds since 1970.
    ///   - validity: How long it is valid, in seconds from `now`; cut to the authority's own end.
    /// - Throws: `TLSError` when a host is no name, or OpenSSL fails.
    public func issueServing(
        hosts: [String],
        now: Int64,
        validity: Int64 = ServingCertificate.defaultValidity
    ) throws(TLSError) -> ServingCertificate {
        guard let name = hosts.first else {
            throw TLSError(operation: "make a serving certificate", reasons: ["no host name to serve under"])
        }
        let key = try PrivateKey.generateP256()
        let end = min(now + validity, certificate.notAfter ?? .max)
        let request = CertificateRequest(
            commonName: name,
            hosts: hosts,
            purpose: .server,
            notBefore: now - CertificateAuthority.backdating,
            notAfter: end
        )
        let leaf = try request.certificate(for: key, signedBy: (certificate, self.key))
        return ServingCertificate(
            certificatePEM: try leaf.pem(),
            keyPEM: try key.pem(),
            authorityPEM: try certificate.pem()
        )
    }
}

/// A server's certificate with its key, and the authority to trust for it, all in PEM.
public struct ServingCertificate: Sendable {
    /// The server's certificate (`tls.crt` in a Secret).
    public let certificatePEM: [UInt8]
    /// Its private key (`tls.key`).
    public let keyPEM: [UInt8]
    /// The authority that signed it (`ca.crt`).
    public let authorityPEM: [UInt8]

    /// How long a serving certificate is valid unless told otherwise: one year, in seconds.
    public static let defaultValidity: Int64 = 365 * 86_400

    /// The certificate as a server's identity.
    public var serverConfiguration: TLSServerConfiguration {
        TLSServerConfiguration(certificateChainPEM: certificatePEM, privateKeyPEM: keyPEM)
    }

    /// Trust in the authority, and in nobody else.
    public var clientConfiguration: TLSClientConfiguration {
        TLSClientConfiguration(trustRootsPEM: authorityPEM)
    }
}
