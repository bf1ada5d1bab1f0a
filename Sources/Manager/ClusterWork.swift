import Admission
import Certificates
import Controller
import Glibc
import Kubernetes
import Logging
import Metrics

/// What there is to do on a cluster besides admission: run jobs and renew certificates, each if wanted, while leading.
struct ClusterWork: Sendable {
    let api: APIClient
    private let controller: ControllerSettings?
    private let certificates: CertificateSettings
    private let rotates: Bool
    private let election: LeaderElectionConfiguration?
    private let identity: String
    private let logger: Logger

    /// - Parameters:
    ///   - api: The cluster.
    ///   - options: What is wanted.
    ///   - namespace: Where this process is installed.
    ///   - logger: Told of everything that happens.
    init(api: APIClient, options: ManagerOptions, namespace: String, logger: Logger) {
        self.api = api
        self.logger = logger
        controller = options.controller
        rotates = options.rotatesCertificates
        var certificates = options.certificates
        certificates.namespace = options.webhookNamespace ?? namespace
        self.certificates = certificates
        let identity = LeaderElectionConfiguration.uniqueIdentity()
        self.identity = identity
        election = options.leaderElection.map { election in
            let lease = NamespacedName(namespace: election.namespace ?? namespace, name: election.id)
            return LeaderElectionConfiguration(lease: lease, identity: identity)
        }
    }

    /// The webhook configurations whose trust decides on readiness.
    var webhookConfigurations: [WebhookTrust.Subject] {
        [
            WebhookTrust.Subject(
                type: .mutatingWebhookConfigurations,
                name: certificates.mutatingConfiguration,
                path: WebhookPaths.mutate
            ),
            WebhookTrust.Subject(
                type: .validatingWebhookConfigurations,
                name: certificates.validatingConfiguration,
                path: WebhookPaths.validate
            ),
        ]
    }

    /// The elector tries again by itself. Its time for an attempt must not end before the client gives up, or the log would
    /// say that an answer took too long where there was no connection.
    private static let leaseRetry = RetryPolicy(attempts: 3)

    /// Works until the task is cancelled.
    ///
    /// A process that loses the leadership stops this work, not admission, and stands for election again.
    ///
    /// - Throws: What no waiting would mend.
    func run(registry: MetricsRegistry) async throws {
        guard controller != nil || rotates else { return }
        let metrics = controller.map { ControllerMetrics(registry: registry, workers: $0.maxConcurrentReconciles) }
        guard let election else { return try await work(through: api, metrics) }
        let leaseAPI = api.retrying(ClusterWork.leaseRetry)
        let elector = try LeaderElector(api: leaseAPI, configuration: election, logger: logger)
        registry.observe(
            "leader_election_master_status",
            .gauge,
            help:
                "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master.",
            labels: ["name"]
        ) { [([election.lease.name], elector.isLeading ? 1 : 0)] }
        let leadersAPI = LeadersAPI(api) { elector.isLeading }
        while !Task.isCancelled {
            do {
                // A process that cannot stop acting must not go on: two would act.
                try await elector.run(whenStuck: { _exit(1) }) { try await work(through: leadersAPI, metrics) }
            } catch is LeaderElector.LeadershipLost {
                continue
            }
        }
    }

    /// Does what only one process may do, until the task is cancelled.
    private func work(through api: any KubernetesAPI, _ metrics: ControllerMetrics?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let controller, let metrics {
                group.addTask { try await run(controller, through: api, metrics) }
            }
            if rotates {
                group.addTask { try await CertificateRotation(api: api, settings: certificates, logger: logger).run() }
            }
            try await group.waitForAll()
        }
    }

    private func run(
        _ settings: ControllerSettings,
        through api: any KubernetesAPI,
        _ metrics: ControllerMetrics
    ) async throws {
        // A new one for each term: what the last one remembered may be outdated.
        let controller = OptimizationController(
            api: api,
            namespace: settings.namespace,
            logger: logger,
            options: ControllerOptions(maxConcurrentReconciles: settings.maxConcurrentReconciles),
            events: EventRecorder(
                api: api,
                controller: "trainer.kubeflow.org/optimizationjob",
                instance: identity,
                logger: logger
            ),
            observer: metrics,
            queueObserver: metrics.queue
        )
        metrics.follow(controller)
        defer { metrics.follow(nil) }
        try await controller.run()
    }
}
