import Certificates
import Foundation
import HTTP
import JSON
import Kubernetes
import LocalCluster
import Logging
import OptimizationAPI
import Synchronization
import Transport

/// The cluster of a run as a process of its own.
struct ClusterProcess {
    static let token = "benchmark"

    let process: Process
    let port: UInt16
    let authorityPEM: [UInt8]

    struct Failed: Error {}

    // MARK: From outside

    /// Starts one; it ends with its standard input.
    static func start() throws -> ClusterProcess {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["cluster"]
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = Pipe()
        try process.run()
        var line: [UInt8] = []
        while !line.contains(UInt8(ascii: "\n")) {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Failed() }
            line += data
        }
        let greeting = try JSONValue(parsing: Array(line.dropLast()))
        guard let port = greeting["port"]?.int64Value.flatMap(UInt16.init(exactly:)),
            let authority = greeting["authority"]?.stringValue
        else { throw Failed() }
        return ClusterProcess(process: process, port: port, authorityPEM: Array(authority.utf8))
    }

    func client() throws -> APIClient {
        let tls = TLSClientConfiguration(trustRootsPEM: authorityPEM)
        return ClusterProcess.client(port: port, tls: tls)
    }

    private static func client(port: UInt16, tls: TLSClientConfiguration) -> APIClient {
        do {
            let exchange = try HTTPClient(origin: HTTPOrigin(host: "127.0.0.1", port: port, tls: tls))
            return APIClient(exchange: exchange, bearerToken: { token })
        } catch {
            fatalError("no client: \(error)")
        }
    }

    // MARK: From inside

    /// Serves until standard input ends.
    static func serve() async {
        do {
            let now = Timestamp.now().secondsSinceEpoch
            let identity = try CertificateAuthority.make(commonName: "benchmark", now: now)
                .issueServing(hosts: ["127.0.0.1"], now: now)
            let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
            let api = LocalAPIServer(token: token, webhooks: try HTTPWebhookCaller(), logger: logger)
            var configuration = HTTPServerConfiguration(host: "127.0.0.1", port: 0, loops: 1)
            configuration.tls = identity.serverConfiguration
            configuration.limits.bodyBytes = 4 << 20
            let server = try HTTPServer(configuration: configuration, handler: api)
            try server.start()
            let client = client(port: server.port, tls: identity.clientConfiguration)
            let trainer = Task { try await InstantTrainer(api: client).run() }
            let greeting: JSONValue = [
                "port": .number(JSONNumber(Int(server.port))),
                "authority": .string(String(decoding: identity.authorityPEM, as: UTF8.self)),
            ]
            FileHandle.standardOutput.write(Data(greeting.serialized() + [UInt8(ascii: "\n")]))
            await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
                Thread.detachNewThread {
                    while !FileHandle.standardInput.availableData.isEmpty {}
                    ended.resume()
                }
            }
            trainer.cancel()
            exit(0)
        } catch {
            FileHandle.standardError.write(Data("the cluster did not start: \(error)\n".utf8))
            exit(1)
        }
    }
}

/// Ends every TrainJob as soon as it appears, with a loss.
struct InstantTrainer: Sendable {
    let api: APIClient

    func run() async throws {
        let cache = WatchCache<NamespacedName>(
            api: api,
            type: .trainJobs,
            logger: Logger(label: "trainer") { _ in SwiftLogNoOpLogHandler() }
        ) { object in ObjectMeta(object).namespacedName }
        let (fresh, continuation) = AsyncStream<NamespacedName>.makeStream()
        cache.onChange { change in
            if change.old == nil, let name = change.new { continuation.yield(name) }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await cache.run() }
            var open = 0
            for await name in fresh {
                if open >= 16 { _ = await group.next() } else { open += 1 }
                group.addTask { await end(name) }
            }
        }
    }

    private func end(_ name: NamespacedName) async {
        let now = Timestamp.now().description
        let loss = "0.\(name.name.utf8.reduce(7) { ($0 * 31 + Int($1)) % 9973 })"
        let status: JSONValue = [
            "status": [
                "conditions": [
                    [
                        "type": "Complete", "status": "True", "reason": "AllJobsCompleted", "message": "done",
                        "lastTransitionTime": .string(now),
                    ]
                ],
                "trainerStatus": [
                    "progressPercentage": 100, "lastUpdatedTime": .string(now),
                    "metrics": [["name": "loss", "value": .string(loss)]],
                ],
            ]
        ]
        do {
            _ = try await api.patch(.trainJobs, name, .merge(status), subresource: "status")
        } catch {
            FileHandle.standardError.write(Data("\(name) was not ended: \(error)\n".utf8))
        }
    }
}
