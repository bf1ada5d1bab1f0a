public import Transport

/// A server's certificate with its private key, known to belong together.
///
/// Equal when the certificates and the key are the same, byte for byte.
public struct ServingIdentity: Sendable, Equatable {
    /// The server's certificate, then those between it and a root, in PEM.
    public let certificatePEM: [UInt8]
    /// The private key of the first certificate, unencrypted, in PEM.
    public let keyPEM: [UInt8]
    /// The certificates of `certificatePEM`; at least one.
    public let chain: [Certificate]
    /// The server's own certificate.
    public let leaf: Certificate
    /// From when until when `leaf` is valid, in seconds since 1970.
    public let validity: ClosedRange<Int64>

    /// Reads a pair as files and Secrets carry it.
    ///
    /// - Throws: `TLSError` when one of the two cannot be read, when they do not belong together, or when the certificate
    ///   does not say how long it is valid.
    public init(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(TLSError) {
        let chain = try Certificate.all(inPEM: certificatePEM)
        let key = try PrivateKey(pem: keyPEM)
        guard let leaf = chain.first, leaf.belongs(to: key) else {
            throw TLSError(
                operation: "load the certificate",
                reasons: ["the private key does not belong to the first certificate"]
            )
        }
        guard let start = leaf.notBefore, let end = leaf.notAfter, start <= end else {
            throw TLSError(operation: "load the certificate", reasons: ["its period of validity makes no sense"])
        }
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
        self.chain = chain
        self.leaf = leaf
        validity = start...end
    }

    /// When two thirds of the certificate's lifetime are over, in seconds since 1970: the time to renew it.
    public var renewal: Int64 {
        // Both ends lie within the years 0 to 9999, so nothing overflows.
        validity.lowerBound + (validity.upperBound - validity.lowerBound) / 3 * 2
    }

    /// The identity as a server takes it.
    ///
    /// - Parameter clientCA: Authorities, in PEM, that clients must prove to be known to; `nil` asks clients for nothing.
    public func configuration(clientCA: [UInt8]? = nil) -> TLSServerConfiguration {
        TLSServerConfiguration(certificateChainPEM: certificatePEM, privateKeyPEM: keyPEM, clientCA: clientCA)
    }

    /// Whether both are the same bytes.
    public static func == (left: ServingIdentity, right: ServingIdentity) -> Bool {
        left.certificatePEM == right.certificatePEM && left.keyPEM == right.keyPEM
    }
}
