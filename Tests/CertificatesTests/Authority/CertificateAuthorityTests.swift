import Certificates
import Testing
import Transport

@Suite("A certificate authority")
struct CertificateAuthorityTests {
    private let now: Int64 = 1_790_000_000

    @Test("issues serving certificates for the hosts asked for, signed by itself, valid from a little earlier")
    func issues() throws {
        let authority = try CertificateAuthority.make(commonName: "ours", now: now)
        let serving = try authority.issueServing(hosts: ["svc.ns.svc", "127.0.0.1"], now: now)
        let leaf = try #require(try Certificate.all(inPEM: serving.certificatePEM).first)
        #expect(leaf.isSigned(by: authority.certificate))
        #expect(leaf.isValid(forHost: "svc.ns.svc"))
        #expect(leaf.isValid(forHost: "127.0.0.1"))
        #expect(!leaf.isValid(forHost: "other.ns.svc"))
        #expect(leaf.belongs(to: try PrivateKey(pem: serving.keyPEM)))
        #expect(leaf.notBefore == now - 300)
        #expect(leaf.notAfter == now + 365 * 86_400)
    }

    @Test("never signs for longer than it lives itself")
    func outlives() throws {
        let authority = try CertificateAuthority.make(commonName: "ours", now: now, validity: 1000)
        let serving = try authority.issueServing(hosts: ["a"], now: now)
        #expect(try Certificate.all(inPEM: serving.certificatePEM).first?.notAfter == now + 1000)
    }

    @Test("is not made of a certificate and a stranger's key")
    func mismatch() throws {
        let authority = try CertificateAuthority.make(commonName: "ours", now: now)
        let stranger = try PrivateKey.generateP256()
        #expect {
            try CertificateAuthority(certificate: authority.certificate, key: stranger)
        } throws: {
            "\($0)".contains("does not belong")
        }
    }

    @Test("wants at least one host")
    func noHosts() throws {
        let authority = try CertificateAuthority.make(commonName: "ours", now: now)
        #expect(throws: TLSError.self) { try authority.issueServing(hosts: [], now: now) }
    }
}
