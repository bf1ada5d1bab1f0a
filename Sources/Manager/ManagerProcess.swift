import Glibc
import HostProcess
import Kubernetes
public import Logging
import Metrics
import OptimizationAPI

/// The manager as a process: signals in, an exit status out.
public enum ManagerProcess {
    /// Runs a manager until it is asked to stop or cannot go on.
    ///
    /// - Returns: The exit status: 0 when it was asked to stop, 1 when it could not start or go on.
    public static func run(_ options: ManagerOptions, logger: Logger) -> Int32 {
        // A peer that closes its side is an error of one write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        do {
            let watcher = try SignalWatcher([SIGINT, SIGTERM]) { signal in _exit(128 &+ signal) }
            defer { watcher.stop() }
            warn(about: options.trialResources, logger)
            let registry = MetricsRegistry()
            let cluster = try cluster(options, registry, logger)
            let manager = try Manager(options: options, cluster: cluster, registry: registry, logger: logger)
            let signals = watcher.signals
            switch runBlocking({ await manager.run(signals: signals) }) {
            case .stopped: return 0
            case .failed(let reason): throw ManagerError(reason)
            }
        } catch {
            logger.critical("\(error)")
            return 1
        }
    }

    private static func warn(about resources: Set<TrialResource>, _ logger: Logger) {
        for resource in resources.sorted(by: { "\($0)" < "\($1)" }) where resource != .trainJob {
            logger.warning(
                "--trial-resources \(resource) has no effect: only \(TrialResource.trainJob) can be run so far"
            )
        }
        if !resources.contains(.trainJob) {
            logger.warning(
                "every OptimizationJob will be refused: --trial-resources leaves out \(TrialResource.trainJob)"
            )
        }
    }

    /// The cluster to work on; `nil` when there is none and none is needed.
    private static func cluster(
        _ options: ManagerOptions,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) throws -> ClusterWork? {
        var environment = ProcessEnvironment.current
        let isNeeded = options.controller != nil || options.rotatesCertificates || options.kubeconfig != nil
        if !isNeeded {
            // Admission alone looks at the cluster it runs in, to compare its certificate with what is trusted there. A
            // kubeconfig that happens to lie around is none of its business.
            environment = environment.filter { $0.key.hasPrefix("KUBERNETES_SERVICE_") }
            guard !environment.isEmpty else { return nil }
        }
        do {
            let cluster = try ClusterConfiguration.load(kubeconfig: options.kubeconfig, environment: environment)
            logger.info("using a cluster", metadata: ["server": "\(cluster.server)", "from": "\(cluster.origin)"])
            let host = "\(cluster.server.host):\(cluster.server.port)"
            let observer = ClientMetrics(registry: registry, host: host, logger: logger)
            let api = try APIClient(cluster: cluster, observer: observer, logger: logger)
            return ClusterWork(api: api, options: options, namespace: cluster.namespace, logger: logger)
        } catch {
            if !isNeeded {
                logger.notice("serving admission without a cluster", metadata: ["reason": "\(error)"])
                return nil
            }
            throw ManagerError(
                "cannot use a cluster: \(error); name a kubeconfig with --kubeconfig, or serve admission alone with "
                    + "--enable-controller=false"
            )
        }
    }
}
