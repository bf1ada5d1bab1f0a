import Foundation
import Glibc
import JSON
import Kubernetes
import Logging
import OptimizationAPI
import Synchronization
import Testing

/// The embedded API server in a process of its own, and a test that plays Trainer.
final class Cluster: Sendable {
    static let namespace = "ml"

    let folder: String
    let api: APIClient
    private let server: ControllerProcess
    private let trainJobs: WatchCache<TrainJob>
    private let jobs: WatchCache<OptimizationJobStatus>
    private let started = Mutex<[String: Int]>([:])
    private let tasks: [Task<Void, Never>]

    private init(folder: String, api: APIClient, server: ControllerProcess) {
        self.folder = folder
        self.api = api
        self.server = server
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let trainJobs = WatchCache<TrainJob>(api: api, type: .trainJobs, logger: logger) { TrainJob(decoding: $0) }
        let jobs = WatchCache<OptimizationJobStatus>(api: api, type: .optimizationJobs, logger: logger) {
            OptimizationJobStatus(decoding: $0["status"] ?? .null)
        }
        self.trainJobs = trainJobs
        self.jobs = jobs
        tasks = [Task { await trainJobs.run() }, Task { await jobs.run() }]
        trainJobs.onChange { [weak self] change in
            guard change.old == nil, let new = change.new else { return }
            self?.started.withLock { $0[new.metadata.name, default: 0] += 1 }
        }
    }

    static func start() async throws -> Cluster {
        var template = Array("/tmp/optimizationjob-end-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let kubeconfig = folder + "/kubeconfig"
        let server = try ControllerProcess(["apiserver", "--kubeconfig", kubeconfig], log: folder + "/apiserver.log")
        try await until("the API server answers", { server.lastWords }) {
            FileManager.default.fileExists(atPath: kubeconfig)
        }
        let api = try APIClient(cluster: try ClusterConfiguration.load(kubeconfig: kubeconfig, environment: [:]))
        _ = try await api.create(
            ResourceType(group: "", version: "v1", plural: "namespaces", kind: "Namespace", isNamespaced: false),
            namespace: "",
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]]
        )
        return Cluster(folder: folder, api: api, server: server)
    }

    func stop() async {
        for task in tasks { task.cancel() }
        await server.kill()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A controller on this cluster, without certificates of its own.
    func controller(_ name: String, _ more: [String] = []) throws -> ControllerProcess {
        try ControllerProcess(
            [
                "controller", "--kubeconfig", folder + "/kubeconfig", "--cert-dir=\(folder)/certificates",
                "--webhook-port=0", "--webhook-host=127.0.0.1", "--metrics-addr=127.0.0.1:0",
                "--health-probe-addr=127.0.0.1:0", "--drain-delay=0", "--drain-deadline=5s",
            ] + more,
            log: "\(folder)/\(name).log"
        )
    }

    func create(
        _ name: String,
        numTrials: Int,
        parallelTrials: Int,
        algorithm: JSONValue = ["random": ["seed": 42]]
    ) async throws {
        _ = try await api.create(
            .optimizationJobs,
            namespace: Cluster.namespace,
            [
                "apiVersion": .string(ResourceType.optimizationJobs.apiVersion), "kind": "OptimizationJob",
                "metadata": ["name": .string(name), "namespace": .string(Cluster.namespace)],
                "spec": [
                    "objectives": [["metric": "loss"]],
                    "searchAlgorithm": algorithm,
                    "parameters": [
                        ["name": "x", "searchSpace": ["uniform": ["min": "0", "max": "1", "type": "Float"]]],
                        ["name": "y", "searchSpace": ["categorical": ["choices": ["a", "b", "c"]]]],
                    ],
                    "numTrials": .number(JSONNumber(numTrials)),
                    "parallelTrials": .number(JSONNumber(parallelTrials)),
                    "trainJobTemplate": ["spec": ["runtimeRef": ["name": "torch-distributed"]]],
                ],
            ]
        )
    }

    /// Replaces a job's status as whoever restores a backup does; `null` clears it.
    func setStatus(_ name: String, _ status: JSONValue) async throws {
        let job = NamespacedName(namespace: Cluster.namespace, name: name)
        for value in [.null, status] {
            _ = try await api.patch(.optimizationJobs, job, .merge(["status": value]), subresource: "status")
        }
    }

    /// A job's status as last seen.
    func status(_ name: String) -> OptimizationJobStatus {
        jobs.get(NamespacedName(namespace: Cluster.namespace, name: name)) ?? OptimizationJobStatus()
    }

    /// TrainJobs that have not ended.
    var running: [TrainJob] { trainJobs.all().filter { !$0.isFinished } }

    /// How often a TrainJob of each name was created.
    var creations: [String: Int] { started.withLock { $0 } }

    /// Ends a trial as Trainer would; its loss follows from its name.
    func end(_ trainJob: TrainJob) async throws {
        let name = trainJob.metadata.name
        let index = Int(name.split(separator: "-").last ?? "") ?? 0
        let now = Timestamp.now().description
        _ = try await api.patch(
            .trainJobs,
            trainJob.metadata.namespacedName,
            .merge([
                "status": [
                    "conditions": [
                        [
                            "type": .string(index % 5 == 3 ? "Failed" : "Complete"), "status": "True",
                            "reason": "Done", "message": "done", "lastTransitionTime": .string(now),
                        ]
                    ],
                    "trainerStatus": [
                        "metrics": [["name": "loss", "value": .string("\((index * 7 + 4) % 11)")]],
                        "lastUpdatedTime": .string(now),
                    ],
                ]
            ]),
            subresource: "status"
        )
    }
}

/// What a trial was and became, whatever its times and UIDs.
struct History: Equatable {
    var trials: [[String]]
    var result: [String]

    init(_ status: OptimizationJobStatus) {
        trials = status.trials.map { record in
            [String(record.trainJobName.drop { $0 != "-" }), record.state.rawValue, record.reason ?? ""]
                + record.parameters.map(\.value) + record.metrics.map(\.value)
        }
        result = (status.result?.parameters.map(\.value) ?? []) + (status.result?.metrics.map(\.value) ?? [])
    }
}

/// Waits until something is so; fails the test when it never is.
func until(
    _ what: String,
    patience: Duration = .seconds(90),
    _ log: () -> String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + patience
    while try await !condition() {
        try #require(ContinuousClock.now < end, "never: \(what)\n\(log())", sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(5))
    }
}
