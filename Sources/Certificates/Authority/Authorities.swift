import Transport

/// Certificates that somebody trusts, such as those of a `caBundle`, each of them once, in order.
struct Authorities: Sendable, Equatable {
    /// The certificates.
    private(set) var certificates: [Certificate] = []
    /// All of them in PEM, one after another.
    private(set) var pem: [UInt8] = []
    private var fingerprints: Set<String> = []

    init(_ certificates: some Sequence<Certificate> = []) {
        for certificate in certificates {
            // A certificate that was read can be written, but for want of memory.
            guard !contains(certificate), let text = try? certificate.pem() else { continue }
            fingerprints.insert(certificate.fingerprint)
            self.certificates.append(certificate)
            pem += text
        }
    }

    /// Reads PEM text; text that is none holds no certificates.
    init(pem: [UInt8]) {
        self.init((try? Certificate.all(inPEM: pem)) ?? [])
    }

    var isEmpty: Bool { certificates.isEmpty }

    func contains(_ certificate: Certificate) -> Bool {
        fingerprints.contains(certificate.fingerprint)
    }

    func isDisjoint(with others: Authorities) -> Bool {
        fingerprints.isDisjoint(with: others.fingerprints)
    }

    /// Those of this set, then those of the other.
    func union(_ others: Authorities) -> Authorities {
        Authorities(certificates + others.certificates)
    }

    /// Those that are still valid.
    ///
    /// - Parameter time: In seconds since 1970.
    func unexpired(at time: Int64) -> Authorities {
        Authorities(certificates.filter { ($0.notAfter ?? .min) >= time })
    }

    /// Those that a server's certificates lead to, for a client that calls it by `host`.
    ///
    /// - Parameter time: In seconds since 1970.
    func vouching(for chain: [Certificate], host: String, at time: Int64) -> Authorities {
        Authorities(
            certificates.filter { certificate in
                (try? Certificate.verify(chain: chain, against: [certificate], for: host, at: time)) != nil
            }
        )
    }

    /// The first ones.
    func prefix(_ count: Int) -> Authorities {
        Authorities(certificates.prefix(count))
    }

    /// Whether both hold the same certificates; the order does not matter.
    static func == (left: Authorities, right: Authorities) -> Bool {
        left.fingerprints == right.fingerprints
    }
}
