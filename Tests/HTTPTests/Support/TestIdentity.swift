import Foundation
import Transport

/// A CA with a serving certificate for `localhost` and `127.0.0.1` and a client's certificate.
struct TestIdentity: Sendable {
    let authority: [UInt8]
    let server: TLSServerConfiguration
    let clientCertificate: [UInt8]
    let clientKey: [UInt8]

    static func localhost() throws -> TestIdentity {
        let now = Int64(Date().timeIntervalSince1970)
        let (from, until) = (now - 60, now + 3600)
        let caKey = try PrivateKey.generateP256()
        let ca = try CertificateRequest(
            commonName: "test authority",
            purpose: .authority,
            notBefore: from,
            notAfter: until
        ).certificate(for: caKey)
        let key = try PrivateKey.generateP256()
        let leaf = try CertificateRequest(
            commonName: "localhost",
            hosts: ["localhost", "127.0.0.1"],
            purpose: .server,
            notBefore: from,
            notAfter: until
        ).certificate(for: key, signedBy: (ca, caKey))
        let clientKey = try PrivateKey.generateP256()
        let client = try CertificateRequest(
            commonName: "client",
            purpose: .client,
            notBefore: from,
            notAfter: until
        ).certificate(for: clientKey, signedBy: (ca, caKey))
        return TestIdentity(
            authority: try ca.pem(),
            server: TLSServerConfiguration(certificateChainPEM: try leaf.pem(), privateKeyPEM: try key.pem()),
            clientCertificate: try client.pem(),
            clientKey: try clientKey.pem()
        )
    }
}
