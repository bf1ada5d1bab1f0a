import Foundation
import Glibc
import JSON
import Kubernetes
import LocalCluster
import Logging
import OptimizationAPI
import Synchronization
import Testing

/// The cluster that the acceptance suite runs against, with the program installed on it.
///
/// With the variable `E2E_KUBECONFIG` it is the cluster of that kubeconfig, where `Tests/EndToEndTests/run` has installed the
/// program; otherwise it is the embedded API server, and everything runs as processes of this machine.
final class Site: Sendable {
    /// Of the test that runs.
    @TaskLocal static var current: Site?

    let api: APIClient
    /// Where the suite's jobs are: a namespace of its own.
    let namespace: String
    private let installation: EmbeddedInstallation?
    /// `trainer-sim`, where the cluster has no Trainer.
    private let trainer: ControllerProcess?
    /// How long anything may take. Real pods have to be scheduled, and their image pulled.
    private let patience: Duration
    private let objects: [ResourceType: WatchCache<JSONValue>]
    private let watching: [Task<Void, Never>]
    private let waiters = Mutex<[Int: AsyncStream<Void>.Continuation]>([:])
    private let nextWaiter = Atomic(0)

    private static let trainerLog = "/tmp/optimizationjob-e2e-trainer-sim-\(getpid()).log"

    static func open() async throws -> Site {
        let environment = ProcessInfo.processInfo.environment
        guard let kubeconfig = environment["E2E_KUBECONFIG"], !kubeconfig.isEmpty else {
            let installation = try await EmbeddedInstallation.start()
            return try await Site(api: installation.api, installation: installation, trainer: nil)
        }
        let cluster = try ClusterConfiguration.load(kubeconfig: nil, environment: ["KUBECONFIG": kubeconfig])
        let trainer =
            environment["E2E_TRAINER"] == "sim"
            ? try ControllerProcess(
                ["trainer-sim", "--duration=2s"],
                log: trainerLog,
                environment: environment.merging(["KUBECONFIG": kubeconfig]) { $1 }
            ) : nil
        return try await Site(api: APIClient(cluster: cluster), installation: nil, trainer: trainer)
    }

    private init(api: APIClient, installation: EmbeddedInstallation?, trainer: ControllerProcess?) async throws {
        self.api = api
        self.installation = installation
        self.trainer = trainer
        patience = installation == nil ? .seconds(900) : .seconds(90)
        namespace = "optimizationjob-e2e-\(String(UInt32.random(in: .min ... .max), radix: 36))"
        let logger = Logger(label: "e2e") { _ in SwiftLogNoOpLogHandler() }
        let types: [ResourceType] = [.optimizationJobs, .trainJobs, .events]
        objects = Dictionary(
            uniqueKeysWithValues: types.map { [namespace] type in
                (type, WatchCache(api: api, type: type, namespace: namespace, logger: logger) { $0 })
            }
        )
        watching = objects.values.map { cache in Task { await cache.run() } }
        for cache in objects.values { cache.onChange { [weak self] _ in self?.wake() } }
        _ = try await api.create(
            ServedKind.namespaces.type,
            namespace: "",
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]]
        )
    }

    /// Deletes all that the suite made, and with the embedded API server uninstalls the program.
    func close() async throws {
        let own = NamespacedName(namespace: "", name: namespace)
        try await api.delete(ServedKind.namespaces.type, own)
        try await until("the namespace \(namespace) is gone", patience: patience, { "" }) {
            do throws(APIError) {
                _ = try await api.get(ServedKind.namespaces.type, own)
                return false
            } catch {
                guard error.isNotFound else { throw error }
                return true
            }
        }
        for task in watching { task.cancel() }
        for task in watching { await task.value }
        if let trainer {
            #expect(await trainer.stop() == 0, "\(trainer.lastWords)")
            try FileManager.default.removeItem(atPath: Self.trainerLog)
        }
        try await installation?.uninstall()
    }

    // MARK: What is there

    /// A job as last seen.
    func job(_ name: String) -> JSONValue? {
        objects[.optimizationJobs]?.get(NamespacedName(namespace: namespace, name: name))
    }

    /// A job's status as last seen.
    func status(_ name: String) -> OptimizationJobStatus {
        OptimizationJobStatus(decoding: job(name)?["status"] ?? .null)
    }

    /// The TrainJobs of a job's trials, as last seen.
    func trainJobs(of job: String) -> [JSONValue] {
        (objects[.trainJobs]?.all() ?? []).filter {
            ObjectMeta($0).labels[Labels.optimizationJobName] == job
        }
    }

    /// The reasons of the events about a job, as last seen; one that repeats counts as often.
    func eventReasons(of job: String) -> [String] {
        (objects[.events]?.all() ?? []).filter { $0["regarding"]?["name"]?.stringValue == job }.flatMap { event in
            let count = event["series"]?["count"]?.int64Value ?? 1
            return Array(repeating: event["reason"]?.stringValue ?? "", count: Int(clamping: min(max(count, 1), 1000)))
        }
    }

    // MARK: Waiting

    /// Waits until something is there, looking after every change on the cluster.
    func wait<Value>(
        for what: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ look: () -> Value?
    ) async throws -> Value {
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = nextWaiter.add(1, ordering: .relaxed).newValue
        waiters.withLock { $0[number] = continuation }
        let timer = Task { [patience] in
            try? await Task.sleep(for: patience)
            continuation.finish()
        }
        defer {
            timer.cancel()
            waiters.withLock { $0[number] = nil }
        }
        if let value = look() { return value }
        for await _ in changes {
            if let value = look() { return value }
        }
        let log = [installation?.lastWords, trainer?.lastWords].compactMap { $0 }.joined(separator: "\n")
        let missing = Comment(rawValue: "never: \(what)\n\(log)")
        return try #require(nil, missing, sourceLocation: sourceLocation)
    }

    /// Waits until something is so.
    func wait(
        until what: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () -> Bool
    ) async throws {
        _ = try await wait(for: what, sourceLocation: sourceLocation) { condition() ? true : nil }
    }

    private func wake() {
        for waiter in waiters.withLock({ Array($0.values) }) { waiter.yield() }
    }
}

/// Sets up the cluster before a suite and tidies up after it, whatever its tests come to.
struct OnSite: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let site = try await Site.open()
        let result: Result<Void, any Error>
        do {
            result = .success(try await Site.$current.withValue(site) { try await function() })
        } catch {
            result = .failure(error)
        }
        try await site.close()
        try result.get()
    }
}

extension Trait where Self == OnSite {
    static var onSite: Self { OnSite() }
}
