import Kubernetes
import Synchronization
import Testing

@testable import Certificates

/// Everybody who may take part in an admission call, however far behind: API servers that have not seen the latest
/// configurations, and replicas that have not got the latest Secret.
final class AdmissionModel: Sendable {
    /// The longest that an API server takes to see a configuration; less than `publicationDelay`.
    private static let configurationLag: Duration = .seconds(60)
    /// The longest that a replica takes to serve what the Secret has; less than `retirementDelay`.
    private static let secretLag: Duration = .seconds(900)

    private struct State {
        /// From when on each was current.
        var identities: [(since: Timestamp, identity: ServingIdentity)] = []
        var trusted: [WebhookConfiguration.Kind: [(since: Timestamp, authorities: Authorities)]] = [:]
        var isInstalled = false
    }

    private let state = Mutex(State())
    let cluster: InMemoryCluster
    let time: TestTime
    let settings: CertificateSettings

    init(_ cluster: InMemoryCluster, _ time: TestTime, _ settings: CertificateSettings) {
        self.cluster = cluster
        self.time = time
        self.settings = settings
    }

    /// How often one pair took another's place.
    var renewals: Int { state.withLock { max(0, $0.identities.count - 1) } }

    /// Takes note of the cluster as it is now, and tries every call that could be made.
    func check(_ what: String) async throws {
        let now = time.date
        let secret = try? await cluster.secret()
        let identity = try? secret?.current.get()
        var trusted: [WebhookConfiguration.Kind: Authorities] = [:]
        for kind in WebhookConfiguration.Kind.allCases {
            trusted[kind] = try await cluster.configuration(kind).ours.first?.trusted
        }
        state.withLock { state in
            if let identity, state.identities.last?.identity != identity {
                if let old = state.identities.last?.identity {
                    #expect(
                        now.secondsSinceEpoch >= old.renewal,
                        "\(what): a pair was replaced that was not due"
                    )
                }
                state.identities.append((now, identity))
            }
            for (kind, authorities) in trusted where state.trusted[kind]?.last?.authorities != authorities {
                state.trusted[kind, default: []].append((now, authorities))
            }
            if !state.isInstalled, let identity {
                state.isInstalled = trusted.values.allSatisfy { convinces(identity, $0, now) } && trusted.count == 2
                // What was before the install does not count.
                if state.isInstalled {
                    state.trusted = trusted.mapValues { [(now, $0)] }
                    state.identities = [(now, identity)]
                }
            }
            guard state.isInstalled else { return }
            let served = Self.possible(state.identities.map { ($0.since, $0.identity) }, now, Self.secretLag)
            for (kind, history) in state.trusted {
                for authorities in Self.possible(history.map { ($0.since, $0.authorities) }, now, Self.configurationLag)
                {
                    for identity in served {
                        #expect(
                            convinces(identity, authorities, now),
                            "\(what): a \(kind) call fails at \(now)"
                        )
                    }
                }
            }
        }
    }

    private func convinces(_ identity: ServingIdentity, _ authorities: Authorities, _ now: Timestamp) -> Bool {
        let host = settings.primaryHost
        return !authorities.vouching(for: identity.chain, host: host, at: now.secondsSinceEpoch).isEmpty
    }

    /// The values that somebody so far behind may still have.
    private static func possible<Value>(
        _ history: [(since: Timestamp, value: Value)],
        _ now: Timestamp,
        _ lag: Duration
    ) -> [Value] {
        let horizon = now.advanced(by: .zero - lag)
        let firstKnown = history.lastIndex { $0.since <= horizon } ?? history.startIndex
        return history[firstKnown...].map(\.value)
    }
}
