import Testing

@testable import Transport

@Suite("Certificates")
struct X509Tests {
    @Test("survive their PEM form, key and all")
    func roundTrip() throws {
        let identity = try TestIdentity.localhost()
        let leaf = try #require(try Certificate.all(inPEM: identity.certificate).first)
        let authority = try #require(try Certificate.all(inPEM: identity.authority).first)
        #expect(leaf.isSigned(by: authority))
        #expect(!authority.isSigned(by: leaf))
        #expect(leaf.belongs(to: try PrivateKey(pem: identity.key)))
        #expect(try leaf.pem() == identity.certificate)
    }

    @Test(
        "speak for the hosts asked for and no others",
        arguments: [
            ("localhost", true), ("127.0.0.1", true), ("127.0.0.2", false), ("example.com", false), ("", false),
        ]
    )
    func hosts(host: String, expected: Bool) throws {
        let leaf = try #require(try Certificate.all(inPEM: TestIdentity.localhost().certificate).first)
        #expect(leaf.isValid(forHost: host) == expected)
    }

    @Test("carry the validity asked for, to the second, also past 2050")
    func validity() throws {
        let key = try PrivateKey.generateP256()
        let certificate = try CertificateRequest(
            commonName: "x",
            hosts: ["a.example"],
            purpose: .server,
            notBefore: 1_700_000_000,
            notAfter: 3_000_000_000
        ).certificate(for: key)
        #expect(certificate.notBefore == 1_700_000_000)
        #expect(certificate.notAfter == 3_000_000_000)
    }

    @Test("refuse a host that could smuggle in another name", arguments: ["a,DNS:evil.example", "a b", "", "a\n"])
    func smuggling(host: String) throws {
        let key = try PrivateKey.generateP256()
        let request = CertificateRequest(
            commonName: "x",
            hosts: [host],
            purpose: .server,
            notBefore: 0,
            notAfter: 3_000_000_000
        )
        #expect(throws: TLSError.self) { try request.certificate(for: key) }
    }

    @Test("that are none are refused in words", arguments: ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
    func notPEM(text: String) {
        #expect {
            try Certificate.all(inPEM: Array(text.utf8))
        } throws: {
            "\($0)".contains("expected PEM text with a CERTIFICATE block")
        }
        #expect {
            try PrivateKey(pem: Array(text.utf8))
        } throws: {
            "\($0)".contains("expected PEM text with an unencrypted PRIVATE KEY block")
        }
    }
}
