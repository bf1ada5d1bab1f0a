import Certificates
import Kubernetes
import Synchronization
import Transport

/// What has to hold for calls to be sent to this process.
///
/// Being the leader is no part of it, nor is a full cache: every replica serves admission, whoever runs the jobs. Nor is an
/// API server that answers: what was last read from it counts until it says something else, since one that is
/// away for a moment will want this webhook the moment it is back.
final class ServingReadiness: Sendable {
    private let webhooks: WebhookServer
    private let directory: CertificateDirectory
    private let trust: WebhookTrust?
    private let now: @Sendable () -> Int64
    private let isDraining = Atomic(false)

    /// - Parameters:
    ///   - webhooks: Who serves.
    ///   - directory: Where certificates come from.
    ///   - trust: Whom the webhook configurations tell API servers to trust; `nil` when no API server is known.
    ///   - now: The time, in seconds since 1970.
    init(
        webhooks: WebhookServer,
        directory: CertificateDirectory,
        trust: WebhookTrust?,
        now: @escaping @Sendable () -> Int64 = { Timestamp.now().secondsSinceEpoch }
    ) {
        self.webhooks = webhooks
        self.directory = directory
        self.trust = trust
        self.now = now
    }

    /// Fails from now on: the process has been asked to stop.
    func beginDraining() {
        isDraining.store(true, ordering: .releasing)
    }

    /// The checks, in the order in which they come to hold.
    var checks: [HealthCheck] {
        [
            HealthCheck("certificate") { self.certificate() },
            HealthCheck("listener") {
                self.webhooks.running == nil ? .failed("the webhook server waits for a certificate") : .passed
            },
            HealthCheck("ca-bundle") { self.caBundle() },
            HealthCheck("shutdown") {
                self.isDraining.load(ordering: .acquiring)
                    ? .failed("the process was asked to stop and takes its last calls") : .passed
            },
        ]
    }

    private func certificate() -> HealthCheck.Outcome {
        guard let validity = webhooks.identity?.validity else {
            // Read again rather than remembered: two small files, and the reason is never out of date.
            do throws(CertificateDirectoryError) {
                _ = try directory.load()
                return .failed("the certificate is about to be loaded")
            } catch {
                return .failed("\(error)")
            }
        }
        let now = now()
        if now > validity.upperBound {
            let end = Timestamp(secondsSinceEpoch: validity.upperBound)
            return .failed("the certificate expired at \(end); renew it with `optimizationjob cert-generator`")
        }
        if now < validity.lowerBound {
            let start = Timestamp(secondsSinceEpoch: validity.lowerBound)
            return .failed(
                "the certificate is not valid before \(start); if this machine's clock is right, delete the Secret, so "
                    + "that another is made"
            )
        }
        return .passed
    }

    private func caBundle() -> HealthCheck.Outcome {
        guard let trust else { return .passed(note: "not checked, since no API server is configured") }
        guard let identity = webhooks.identity else { return .failed("there is no certificate to compare it with") }
        return trust.problem(serving: identity.chain, at: now()).map { .failed($0) } ?? .passed
    }
}
