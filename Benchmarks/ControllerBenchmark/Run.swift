import JSON
import Controller
import Foundation
import Glibc
import Kubernetes
import Logging
import OptimizationAPI
import Synchronization

/// One load, from the first job to the end of the last.
enum Run {
    static func measure(_ load: Load) async throws -> Measurement {
        let cluster = try ClusterProcess.start()
        defer { cluster.process.terminate() }
        let client = try cluster.client()
        _ = try await client.create(
            ResourceType(group: "", version: "v1", plural: "namespaces", kind: "Namespace", isNamespaced: false),
            namespace: "",
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(Load.namespace)]]
        )
        for object in load.objects {
            _ = try await client.create(.optimizationJobs, namespace: Load.namespace, object)
        }

        let api = CountingAPI(client)
        let observer = Latencies()
        let ends = JobEnds(expected: load.jobs + 1)
        let controller = OptimizationController(
            api: api,
            namespace: nil,
            logger: Logger(label: "benchmark") { _ in ends },
            observer: observer
        )
        let cpu = Measurement.processorSeconds()
        let start = ContinuousClock.now
        let running = Task { try await controller.run() }
        await ends.wait()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let spent = Measurement.processorSeconds() - cpu
        let resident = Measurement.residentBytes()
        running.cancel()
        _ = await running.result

        // Numbers of a run that did not do its work would mean nothing.
        let jobs = try await client.list(.optimizationJobs, namespace: Load.namespace).items
        let statuses = jobs.map { OptimizationJobStatus(decoding: $0["status"] ?? .null) }
        let trials = statuses.reduce(0) { $0 + $1.trialCounts.succeeded }
        guard trials == load.trials else { throw Incomplete(trials: trials, of: load.trials) }
        let trainJobs = try await client.list(.trainJobs, namespace: Load.namespace).items.count
        guard trainJobs == load.trials else { throw Incomplete(trials: trainJobs, of: load.trials) }
        return Measurement(
            trials: load.trials,
            seconds: seconds,
            processorSeconds: spent,
            residentBytes: resident,
            calls: api.counts,
            latencies: observer.sorted
        )
    }

    struct Incomplete: Error {
        var trials: Int
        var of: Int
    }
}

/// How long each look at a job took.
final class Latencies: ReconcileObserver, Sendable {
    private let durations = Mutex<[Duration]>([])

    var sorted: [Duration] { durations.withLock { $0.sorted() } }

    func reconcileBegan() {}

    func reconcileEnded(_ result: ReconcileResult, after duration: Duration) {
        durations.withLock { $0.append(duration) }
    }
}
