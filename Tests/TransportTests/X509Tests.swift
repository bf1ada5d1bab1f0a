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

@Suite("A certificate chain")
struct CertificateVerificationTests {
    /// An authority, a certificate it signed for two names, and one signed by a stranger of the same name.
    private struct Samples {
        let root: Certificate
        let leaf: Certificate
        let stranger: Certificate
        let client: Certificate

        init() throws {
            func authority() throws -> (Certificate, PrivateKey) {
                let key = try PrivateKey.generateP256()
                let request = CertificateRequest(commonName: "ca", purpose: .authority, notBefore: 0, notAfter: 4_000)
                return (try request.certificate(for: key), key)
            }
            let ours = try authority()
            let key = try PrivateKey.generateP256()
            var request = CertificateRequest(
                commonName: "webhook.ns.svc",
                hosts: ["webhook.ns.svc", "*.wild.example", "127.0.0.1", "2001:db8::1"],
                purpose: .server,
                notBefore: 1_000,
                notAfter: 2_000
            )
            root = ours.0
            leaf = try request.certificate(for: key, signedBy: ours)
            stranger = try request.certificate(for: key, signedBy: authority())
            request.purpose = .client
            client = try request.certificate(for: key, signedBy: ours)
        }
    }

    @Test("tells names, addresses, fingerprint and whether it may sign")
    func accessors() throws {
        let samples = try Samples()
        #expect(samples.leaf.dnsNames == ["webhook.ns.svc", "*.wild.example"])
        #expect(samples.leaf.ipAddresses == ["127.0.0.1", "2001:db8::1"])
        #expect(samples.root.dnsNames == [])
        #expect(samples.root.isAuthority && !samples.leaf.isAuthority)
        #expect(samples.leaf.fingerprint.utf8.count == 64)
        #expect(samples.leaf.fingerprint == (try Certificate.all(inPEM: samples.leaf.pem())).first?.fingerprint)
        #expect(samples.leaf.fingerprint != samples.stranger.fingerprint)
    }

    @Test(
        "convinces for each of its names, from the first second of its validity to the last",
        arguments: ["webhook.ns.svc", "WEBHOOK.ns.svc", "a.wild.example", "127.0.0.1", "2001:db8:0::1"]
    )
    func accepted(host: String) throws {
        let samples = try Samples()
        for time: Int64 in [1_000, 1_500, 1_999] {
            try Certificate.verify(chain: [samples.leaf], against: [samples.root], for: host, at: time)
        }
        // Trusted itself, as Go's verifier has it; and beside a root that has nothing to do with it.
        try Certificate.verify(chain: [samples.leaf], against: [samples.leaf], for: host, at: 1_500)
        try Certificate.verify(chain: [samples.leaf], against: [samples.stranger, samples.root], for: host, at: 1_500)
    }

    @Test("that does not convince is refused with the reason")
    func refused() throws {
        let samples = try Samples()
        func reason(_ chain: [Certificate], _ roots: [Certificate], _ host: String, _ time: Int64) -> String {
            do {
                try Certificate.verify(chain: chain, against: roots, for: host, at: time)
                return "accepted"
            } catch {
                return error.description
            }
        }
        let (leaf, root) = (samples.leaf, samples.root)
        #expect(reason([leaf], [root], "webhook.ns.svc", 999).contains("not yet valid"))
        #expect(reason([leaf], [root], "webhook.ns.svc", 2_001).contains("has expired"))
        #expect(reason([leaf], [root], "other.ns.svc", 1_500).contains("it is for webhook.ns.svc, *.wild.example, 127"))
        #expect(reason([leaf], [root], "127.0.0.2", 1_500).contains("IP address mismatch"))
        #expect(reason([leaf], [root], "a.b.wild.example", 1_500).contains("mismatch"))
        #expect(reason([leaf], [root], "", 1_500).contains("verify the certificate"))
        #expect(reason([samples.stranger], [root], "webhook.ns.svc", 1_500).contains("issuer"))
        #expect(reason([samples.client], [root], "webhook.ns.svc", 1_500).contains("purpose"))
        #expect(reason([root], [root], "ca", 1_500) != "accepted")
        #expect(reason([leaf], [], "webhook.ns.svc", 1_500).contains("no authority is trusted"))
        #expect(reason([], [root], "webhook.ns.svc", 1_500).contains("there is no certificate"))
    }
}
