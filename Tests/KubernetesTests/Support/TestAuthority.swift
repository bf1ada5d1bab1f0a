import Kubernetes
import Transport

/// An authority that signs whatever a test needs.
struct TestAuthority {
    private let key: PrivateKey
    private let certificate: Certificate
    private let now = Timestamp.now().secondsSinceEpoch

    init() throws {
        key = try PrivateKey.generateP256()
        certificate = try CertificateRequest(
            commonName: "test authority",
            purpose: .authority,
            notBefore: now - 60,
            notAfter: now + 3600
        ).certificate(for: key)
    }

    var pem: [UInt8] { get throws { try certificate.pem() } }

    func issue(
        _ commonName: String,
        _ purpose: CertificateRequest.Purpose,
        hosts: [String] = []
    ) throws -> (certificate: [UInt8], key: [UInt8]) {
        let own = try PrivateKey.generateP256()
        let request = CertificateRequest(
            commonName: commonName,
            hosts: hosts,
            purpose: purpose,
            notBefore: now - 60,
            notAfter: now + 3600
        )
        return (try request.certificate(for: own, signedBy: (certificate, key)).pem(), try own.pem())
    }
}

extension String {
    init(pem: [UInt8]) { self.init(decoding: pem, as: UTF8.self) }
}
