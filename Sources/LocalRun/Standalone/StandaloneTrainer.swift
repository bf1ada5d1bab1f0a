import Glibc
import HostProcess
import Kubernetes
import LocalCluster
import Logging

/// `optimizationjob trainer-sim`: a stand-in for Kubeflow Trainer as a process of its own.
public enum StandaloneTrainer {
    /// Moves the status of TrainJobs until a signal comes.
    ///
    /// - Parameters:
    ///   - simulation: What becomes of the TrainJobs.
    ///   - namespace: Theirs; all if `nil`.
    ///   - kubeconfig: As `ClusterConfiguration.load` reads it.
    ///   - logger: For what happens.
    /// - Returns: The exit status: 0 after a signal, 1 when it could not start.
    public static func run(
        _ simulation: TrialSimulation,
        namespace: String?,
        kubeconfig: String?,
        logger: Logger
    ) async -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        do {
            let watcher = try SignalWatcher([SIGINT, SIGTERM, SIGHUP]) { signal in _exit(128 &+ signal) }
            defer { watcher.stop() }
            let cluster = try ClusterConfiguration.load(kubeconfig: kubeconfig)
            logger.info("using a cluster", metadata: ["server": "\(cluster.server)", "from": "\(cluster.origin)"])
            let api = try APIClient(cluster: cluster, logger: logger)
            let trainer = LocalTrainer(api: api, namespace: namespace, simulation: simulation, logger: logger)
            let running = Task { await trainer.run() }
            for await _ in watcher.signals { break }
            running.cancel()
            await running.value
            // What has not ended stays as it is: the next simulation starts it over.
            await trainer.stopAll()
            return 0
        } catch {
            logger.critical("\(error)")
            return 1
        }
    }
}
