import Admission
import Certificates
import HTTP
import Kubernetes
import Logging
import Metrics
import OptimizationAPI

/// The process on a cluster: admission webhooks, probes, metrics and, where wanted, the controller, from start to stop.
///
/// It stops in an order that loses no call. At the first signal readiness fails and the controller ends, so that another
/// replica takes over; calls are accepted as before for `drainDelay`, since some nodes hear late that this process
/// is not ready; then what is being answered is finished, by `drainDeadline` at the latest.
final class Manager: Sendable {
    /// How a run ended.
    enum Ending: Sendable, Equatable {
        /// It was asked to stop and did.
        case stopped
        /// It could not go on: what happened, and what to do.
        case failed(String)
    }

    private enum Event: Sendable {
        case signal(Int32)
        case broken(String)
    }

    private let options: ManagerOptions
    private let cluster: ClusterWork?
    private let logger: Logger
    private let registry: MetricsRegistry
    private let directory: CertificateDirectory
    private let webhooks: WebhookServer
    private let trust: WebhookTrust?
    private let readiness: ServingReadiness

    /// Prepares a manager; nothing happens until `run`, which is called once.
    ///
    /// - Parameters:
    ///   - options: Addresses, files and patience.
    ///   - cluster: What there is to do on the cluster besides admission; `nil` when no API server is known.
    ///   - registry: What `/metrics` tells; the manager adds what it counts itself.
    ///   - logger: Told of everything that happens.
    /// - Throws: When a file that a flag names cannot be read.
    init(
        options: ManagerOptions,
        cluster: ClusterWork?,
        registry: MetricsRegistry,
        logger: Logger
    ) throws(ManagerError) {
        self.registry = registry
        self.options = options
        self.cluster = cluster
        self.logger = logger
        let admission = AdmissionMetrics(registry: registry)
        let handler = AdmissionHandler(
            options: ValidationOptions(trialResources: options.trialResources),
            logger: logger
        ) { admission.count($0) }
        webhooks = WebhookServer(
            at: options.webhookAddress,
            clientAuthority: try options.clientAuthorityFile.map(ClientAuthority.read),
            handler: WebhookMetrics(handler, registry: registry),
            logger: logger
        )
        directory = CertificateDirectory(path: options.certificateDirectory, logger: logger)
        trust = cluster.map { WebhookTrust(api: $0.api, subjects: $0.webhookConfigurations, logger: logger) }
        readiness = ServingReadiness(webhooks: webhooks, directory: directory, trust: trust)
        ProcessMetrics.register(in: registry)
        ServingMetrics.register(in: registry, webhooks: webhooks)
    }

    /// Runs until a signal comes, or something breaks.
    ///
    /// - Parameter signals: The signals to stop; the first one counts.
    func run(signals: AsyncStream<Int32>) async -> Ending {
        var servers: [HTTPServer] = []
        let ending: Ending
        do {
            // First of all, so that whoever waits for this process can see what it waits for.
            let probes = ProbeHandler(live: [.ping], ready: readiness.checks)
            let metrics = MetricsHandler(registry: registry)
            servers += try start("probes", probes, at: options.probeAddress, flag: "--health-probe-addr")
            servers += try start("metrics", metrics, at: options.metricsAddress, flag: "--metrics-addr")
            ending = await work(until: signals)
        } catch {
            ending = .failed("\(error)")
        }
        for server in servers { await server.stop(within: .seconds(1)) }
        return ending
    }

    private func start(
        _ what: String,
        _ handler: any HTTPHandler,
        at address: ListenAddress?,
        flag: String
    ) throws -> [HTTPServer] {
        guard let address else { return [] }
        let server = try ServerStart.start(what, handler, at: address, flag: flag, ServerStart.modest)
        logger.info("serving \(what)", metadata: ["port": "\(server.port)"])
        return [server]
    }

    private func work(until signals: AsyncStream<Int32>) async -> Ending {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        let reader = Task { for await signal in signals { continuation.yield(.signal(signal)) } }
        let serving = Task {
            do {
                try await self.serveAdmission()
            } catch {
                if !Task.isCancelled { continuation.yield(.broken("\(error)")) }
            }
        }
        let following = Task {
            async let authority: Void = followClientAuthority()
            await self.trust?.run()
            await authority
        }
        let controlling = Task { [cluster, registry] in
            do {
                try await cluster?.run(registry: registry)
            } catch {
                if !Task.isCancelled { continuation.yield(.broken("the work on the cluster ended: \(error)")) }
            }
        }
        let ending = await firstEnding(of: events)
        // The controller ends first, so that another replica takes over while this one still answers calls.
        controlling.cancel()
        readiness.beginDraining()
        await webhooks.running?.drain(acceptingFor: options.drainDelay, within: options.drainDeadline)
        reader.cancel()
        serving.cancel()
        following.cancel()
        await controlling.value
        logger.info("stopped")
        return ending
    }

    private func firstEnding(of events: AsyncStream<Event>) async -> Ending {
        for await event in events {
            switch event {
            case .signal(let signal):
                logger.info("asked to stop", metadata: ["signal": "\(signal)", "delay": "\(options.drainDelay)"])
                return .stopped
            case .broken(let why):
                logger.error("cannot go on", metadata: ["reason": "\(why)"])
                return .failed(why)
            }
        }
        return .stopped
    }

    /// Looks now and then whether the file of `--webhook-client-ca` has other authorities, as it has while that of an API
    /// server's client certificate is replaced.
    private func followClientAuthority() async {
        guard let path = options.clientAuthorityFile else { return }
        var lastProblem = ""
        while (try? await Task.sleep(for: .seconds(10))) != nil {
            do {
                let authority = try ClientAuthority.read(path)
                lastProblem = ""
                guard authority != webhooks.clientAuthority else { continue }
                try webhooks.replace(clientAuthority: authority)
                logger.info("asking callers for another authority", metadata: ["file": "\(path)"])
            } catch {
                // Those before stay, as a certificate does.
                if "\(error)" != lastProblem {
                    logger.warning("client authorities cannot be read again", metadata: ["reason": "\(error)"])
                }
                lastProblem = "\(error)"
            }
        }
    }

    /// Serves from the first certificate on, with each that comes after it. At installation the cert-generator makes it
    /// while this process starts, so it is waited for.
    private func serveAdmission() async throws {
        let first = try await directory.firstIdentity()
        try webhooks.start(with: first)
        // Most of what runs until here never runs again.
        ProgramPages.release()
        await directory.run(replacing: first) { [webhooks] identity in try webhooks.replace(with: identity) }
    }
}
