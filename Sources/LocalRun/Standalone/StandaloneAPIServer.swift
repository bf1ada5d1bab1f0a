import Certificates
import Glibc
import HTTP
import HostProcess
import JSON
import Kubernetes
import LocalCluster
import Logging
import OptimizationAPI
import Transport
import YAML

/// `optimizationjob apiserver`: the embedded API server as a process of its own, for `kubectl` and for tests.
///
/// Everything is in memory and gone when the process ends.
public enum StandaloneAPIServer {
    /// Where it listens and what it tells its clients.
    public struct Options: Sendable {
        /// The port on loopback; 0 takes any free one.
        public var port: UInt16 = 0
        /// Where the kubeconfig goes: address, authority and token. It exists once the server answers.
        public var kubeconfig: String
        /// Where the Services that webhook configurations name are reached.
        public var services: [Service] = []

        /// Makes options with defaults.
        public init(kubeconfig: String) {
            self.kubeconfig = kubeconfig
        }
    }

    /// A Service and where it is reached, whatever port of it is asked for.
    public struct Service: Sendable {
        let name: String
        let namespace: String
        let endpoint: HTTPWebhookCaller.Endpoint

        /// Places a Service.
        public init(name: String, namespace: String, host: String, port: UInt16) {
            self.name = name
            self.namespace = namespace
            endpoint = HTTPWebhookCaller.Endpoint(host: host, port: port)
        }
    }

    private static let host = "127.0.0.1"

    /// Serves until a signal comes.
    ///
    /// - Returns: The exit status: 0 after a signal, 1 when it could not start.
    public static func run(_ options: Options, logger: Logger) async -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        do {
            if let server = await answeringServer(of: options.kubeconfig) {
                throw ConfigurationError(
                    message:
                        "\(options.kubeconfig) names a server that answers, \(server): stop that one first, or name "
                        + "another file"
                )
            }
            try refuseToReplace(options.kubeconfig)
            let watcher = try SignalWatcher([SIGINT, SIGTERM, SIGHUP]) { signal in _exit(128 &+ signal) }
            defer { watcher.stop() }
            let token = AccessToken.random()
            let now = Timestamp.now().secondsSinceEpoch
            let identity = try CertificateAuthority.make(commonName: "optimizationjob apiserver", now: now)
                .issueServing(hosts: [host, "localhost"], now: now)
            let webhooks = try HTTPWebhookCaller { [services = options.services] called in
                services.first { $0.name == called.name && $0.namespace == called.namespace }?.endpoint
            }
            let api = LocalAPIServer(token: token, webhooks: webhooks, logger: logger)
            var configuration = HTTPServerConfiguration(host: host, port: options.port, loops: 1)
            configuration.tls = identity.serverConfiguration
            configuration.limits.bodyBytes = 4 << 20
            let server = try HTTPServer(configuration: configuration, handler: api)
            try server.start()
            let origin = "https://\(host):\(server.port)"
            // Its owner's alone: the token is in it.
            try WholeFile.write(
                YAMLWriter.write(kubeconfig(origin: origin, authorityPEM: identity.authorityPEM, token: token)),
                to: options.kubeconfig,
                permissions: 0o600
            )
            logger.info("serving", metadata: ["origin": "\(origin)", "kubeconfig": "\(options.kubeconfig)"])
            for await _ in watcher.signals { break }
            // Its token is worth nothing now, and a file that is left would send somebody to whoever has the port next.
            unlink(options.kubeconfig)
            await api.stop()
            await server.stop(within: .seconds(1))
            return 0
        } catch {
            logger.critical("\(error)")
            return 1
        }
    }

    /// The address of the server that a kubeconfig names, if it answers, whatever it says: whoever uses the file would be led
    /// away from it.
    private static func answeringServer(of kubeconfig: String) async -> String? {
        let configuration = APIClient.Configuration(callTimeout: .seconds(2), retry: RetryPolicy(attempts: 1))
        guard let cluster = try? ClusterConfiguration.load(kubeconfig: kubeconfig),
            let api = try? APIClient(cluster: cluster, configuration: configuration)
        else { return nil }
        do throws(APIError) {
            _ = try await api.get(.optimizationJobs, NamespacedName(namespace: "default", name: "any"))
        } catch {
            guard case .status = error else { return nil }
        }
        return "\(cluster.server)"
    }

    /// - Throws: When there is a file that another program wrote: somebody would miss it.
    private static func refuseToReplace(_ path: String) throws {
        guard access(path, F_OK) == 0 else { return }
        let documents = (try? ManifestLoader.read(path: path)).flatMap { try? YAMLDocuments.read($0) }
        let isOwn = documents?.allSatisfy { document in
            ["clusters", "users", "contexts"].allSatisfy { list in
                document.value[list]?.arrayValue?.map { $0["name"] ?? .null } == [ownName]
            }
        }
        guard isOwn == true else {
            throw ConfigurationError(
                message: "\(path) is not a kubeconfig that this command wrote, and would be replaced: name another file"
            )
        }
    }

    /// Of the only cluster, user and context of the kubeconfig.
    private static let ownName: JSONValue = "optimizationjob"

    private static func kubeconfig(origin: String, authorityPEM: [UInt8], token: String) -> JSONValue {
        let name = ownName
        return [
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                [
                    "name": name,
                    "cluster": [
                        "server": .string(origin), "certificate-authority-data": .string(Base64.encode(authorityPEM)),
                    ],
                ]
            ],
            "users": [["name": name, "user": ["token": .string(token)]]],
            "contexts": [["name": name, "context": ["cluster": name, "user": name]]],
            "current-context": name,
        ]
    }
}
