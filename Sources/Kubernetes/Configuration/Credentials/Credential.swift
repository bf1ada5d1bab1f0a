import Transport

/// What one request proves with who it comes from.
struct Credential: Sendable, Equatable {
    /// The `Authorization` field; `nil` for none.
    var authorization: String?
    /// For the connection; `nil` for none.
    var certificate: ClientIdentity?
}

/// A client's certificate and its key, in PEM.
struct ClientIdentity: Sendable, Equatable {
    var certificatePEM: [UInt8]
    var keyPEM: [UInt8]

    /// Sees to it that the two can be used, so that an error names the right one.
    func check(
        certificate certificateLabel: ConfigurationLabel,
        key keyLabel: ConfigurationLabel
    ) throws(ConfigurationError) {
        let certificates: [Certificate]
        do {
            certificates = try Certificate.all(inPEM: certificatePEM)
        } catch {
            throw certificateLabel.error("\(error)")
        }
        let key: PrivateKey
        do {
            key = try PrivateKey(pem: keyPEM)
        } catch {
            throw keyLabel.error("\(error)")
        }
        guard certificates.first?.belongs(to: key) ?? false else {
            throw keyLabel.error("the key does not belong to the client certificate")
        }
    }
}
