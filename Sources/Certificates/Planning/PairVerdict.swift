import Kubernetes
import Transport

/// What a certificate is worth.
enum PairVerdict: Sendable {
    /// It convinces the API server, and for a while yet.
    ///
    /// - `anchors`: The authorities it leads to.
    /// - `renewal`: When it will be due.
    case good(anchors: Authorities, renewal: Timestamp)
    /// It still convinces the API server, but is to be replaced.
    case due(anchors: Authorities, because: String)
    /// It cannot convince the API server.
    case useless(String)

    /// Judges a pair.
    ///
    /// - Parameters:
    ///   - known: The authorities it may lead to. Certificates of its own chain that sign themselves count as well.
    ///   - now: When.
    init(
        _ pair: Result<ServingIdentity, TLSError>,
        _ settings: CertificateSettings,
        known: Authorities,
        at now: Timestamp
    ) {
        let identity: ServingIdentity
        switch pair {
        case .success(let found): identity = found
        case .failure(let error):
            self = .useless("\(error)")
            return
        }
        let roots = known.union(Authorities(identity.chain.filter { $0.isSigned(by: $0) }))
        // A certificate from the future is taken for valid: that this machine's clock is wrong is the likelier cause, and
        // to replace it would break what works.
        let time = max(now.secondsSinceEpoch, identity.validity.lowerBound)
        let anchors = roots.vouching(for: identity.chain, host: settings.primaryHost, at: time)
        guard !anchors.isEmpty else {
            self = .useless(Self.reason(identity, roots, settings, at: time))
            return
        }
        if let missing = settings.hosts.first(where: { !identity.leaf.isValid(forHost: $0) }) {
            self = .due(anchors: anchors, because: "the certificate does not speak for \(missing)")
            return
        }
        // An authority that expires first takes the certificate with it; one of several is enough.
        let end = anchors.certificates.compactMap(\.notAfter).max() ?? identity.validity.upperBound
        let lifetime = min(end, identity.validity.upperBound) - identity.validity.lowerBound
        let renewal = Timestamp(secondsSinceEpoch: identity.validity.lowerBound + lifetime / 3 * 2)
        self =
            now < renewal
            ? .good(anchors: anchors, renewal: renewal)
            : .due(anchors: anchors, because: "two thirds of the certificate's lifetime are over")
    }

    private static func reason(
        _ identity: ServingIdentity,
        _ roots: Authorities,
        _ settings: CertificateSettings,
        at time: Int64
    ) -> String {
        do {
            try Certificate.verify(
                chain: identity.chain,
                against: roots.certificates,
                for: settings.primaryHost,
                at: time
            )
            return "the certificate does not convince"
        } catch {
            return "\(error)"
        }
    }
}
