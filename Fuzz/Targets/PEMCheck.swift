import Transport

/// Certificates and keys: what can be loaded can be asked, verified and written again.
enum PEMCheck {
    static func run(_ input: [UInt8]) {
        _ = try? TLSContext(server: TLSServerConfiguration(certificateChainPEM: input, privateKeyPEM: input))
        _ = try? TLSContext(client: TLSClientConfiguration(trustRootsPEM: input))
        if let key = try? PrivateKey(pem: input) {
            let again = try? PrivateKey(pem: key.pem())
            FuzzTarget.require(again != nil, "a key that was read can be written and read again")
        }
        guard let certificates = try? Certificate.all(inPEM: input) else { return }
        for certificate in certificates {
            _ = (certificate.dnsNames, certificate.ipAddresses, certificate.isAuthority)
            _ = (certificate.notBefore, certificate.notAfter, certificate.isSigned(by: certificate))
            _ = certificate.isValid(forHost: "a.example")
            guard let pem = try? certificate.pem() else { continue }
            let again = try? Certificate.all(inPEM: pem).first
            FuzzTarget.require(
                again?.fingerprint == certificate.fingerprint,
                "a certificate written and read is the same"
            )
        }
        try? Certificate.verify(chain: certificates, against: certificates, for: "a.example", at: 1_700_000_000)
    }
}
