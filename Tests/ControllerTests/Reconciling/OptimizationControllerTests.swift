import JSON
import Kubernetes
import Logging
import OptimizationAPI
import Synchronization
import Testing

@testable import Controller

@Suite("The controller on an API server", .timeLimit(.minutes(2)))
struct OptimizationControllerTests {
    private let cluster = FakeCluster()

    private func controller(_ options: ControllerOptions = ControllerOptions()) -> OptimizationController {
        OptimizationController(
            api: cluster,
            namespace: nil,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            options: options
        )
    }

    /// Ends every TrainJob as soon as it appears; its loss follows from its index.
    private func train() async throws {
        for try await event in try await cluster.watch(.trainJobs, namespace: nil, options: WatchOptions()) {
            guard case .added(let object) = event else { continue }
            let meta = ObjectMeta(object)
            let index = TrialName.index(of: meta.name) ?? 0
            cluster.setStatus(.trainJobs, meta.namespacedName) { status in
                status["conditions"] = [
                    [
                        "type": "Complete", "status": "True", "reason": "AllJobsCompleted", "message": "done",
                        "lastTransitionTime": "2026-08-21T10:00:00Z",
                    ]
                ]
                status["trainerStatus"] = ["metrics": [["name": "loss", "value": .string("\((index + 3) % 5)")]]]
            }
        }
    }

    /// Waits until so many jobs have ended.
    private func untilEnded(_ count: Int) async throws {
        var ended: Set<String> = []
        for try await event in try await cluster.watch(.optimizationJobs, namespace: nil, options: WatchOptions()) {
            guard case .modified(let object) = event else { continue }
            if OptimizationJobStatus(decoding: object["status"] ?? .null).isTerminal {
                ended.insert(ObjectMeta(object).uid)
            }
            if ended.count == count { return }
        }
    }

    private func job(_ name: String) -> OptimizationJobStatus {
        let object = cluster.object(.optimizationJobs, NamespacedName(namespace: "ml", name: name))
        return OptimizationJobStatus(decoding: object?["status"] ?? .null)
    }

    @Test("runs many jobs side by side to their ends, with two status writes a trial, and stops cleanly")
    func manyJobs() async throws {
        let jobs = (0..<8).map { "job-\($0)" }
        for name in jobs {
            cluster.seed(
                .optimizationJobs,
                Sample.jobObject(name: name, uid: "uid-of-\(name)", numTrials: 10, parallelTrials: 3)
            )
        }
        let running = Task { try await controller().run() }
        let trainer = Task { try await train() }
        try await untilEnded(jobs.count)
        running.cancel()
        try await running.value
        trainer.cancel()

        #expect(cluster.violations == [])
        for name in jobs {
            let status = job(name)
            #expect(status.condition("Complete")?.reason == JobReason.maxTrialsReached)
            #expect(status.trials.count == 10 && status.result?.trainJobName == "\(name)-trial-2")
        }
        #expect(cluster.calls("create trainjobs") == 80)
        #expect(cluster.calls("patch optimizationjobs/status") <= 2 * 80 + 2 * jobs.count)
    }

    @Test("takes up a job that exists already, a job that comes later, and leaves nothing running when cancelled")
    func lateJob() async throws {
        let running = Task { try await controller().run() }
        let trainer = Task { try await train() }
        let ended = Task { try await untilEnded(1) }
        cluster.seed(.optimizationJobs, Sample.jobObject(numTrials: 2))
        try await ended.value
        running.cancel()
        try await running.value
        trainer.cancel()
        #expect(job("bert").condition("Complete")?.status == "True")
    }

    @Test("ignores and counts what trials report after their records are terminal")
    func lateReports() async throws {
        let controller = controller()
        let running = Task { try await controller.run() }
        let trainer = Task { try await train() }
        let ended = Task { try await untilEnded(1) }
        cluster.seed(.optimizationJobs, Sample.jobObject(numTrials: 2))
        try await ended.value
        trainer.cancel()
        let status = job("bert")
        cluster.setStatus(.trainJobs, NamespacedName(namespace: "ml", name: "bert-trial-0")) { status in
            status["trainerStatus"] = ["metrics": [["name": "loss", "value": "-99"]]]
        }
        while controller.lateReports == 0 { await Task.yield() }
        running.cancel()
        try await running.value
        #expect(controller.lateReports == 1 && job("bert") == status)
    }

    @Test("suspends a trial again that somebody resumes while its job is suspended")
    func resumedByHand() async throws {
        let running = Task { try await controller().run() }
        let name = NamespacedName(namespace: "ml", name: "bert-trial-0")
        let resume: JSONValue = ["spec": ["suspend": false]]
        cluster.seed(.optimizationJobs, Sample.jobObject(numTrials: 1, parallelTrials: 1))
        var suspensions = 0
        for try await event in try await cluster.watch(.trainJobs, namespace: nil, options: WatchOptions()) {
            switch event {
            case .added: cluster.setSpec(Bench.job) { $0["suspend"] = true }
            case .modified(let object) where TrainJob(decoding: object).isSuspended:
                suspensions += 1
                if suspensions == 1 {
                    _ = try await cluster.patch(.trainJobs, name, .merge(resume), subresource: nil)
                }
            default: break
            }
            if suspensions == 2 { break }
        }
        running.cancel()
        try await running.value
        #expect(cluster.violations == [])
    }

    @Test("counts no jobs before it could list them and TrainJobs, rather than none")
    func census() async throws {
        cluster.store.withLock { store in
            store.fault = { $0 == "list trainjobs" ? .refused(.transport("connection refused")) : .none }
        }
        cluster.seed(.optimizationJobs, Sample.jobObject())
        let controller = controller()
        let running = Task { try await controller.run() }
        while cluster.calls("watch optimizationjobs") == 0 || cluster.calls("list trainjobs") == 0 {
            await Task.yield()
        }
        #expect(controller.census == nil)
        cluster.store.withLock { $0.fault = { _ in .none } }
        while controller.census == nil { await Task.yield() }
        #expect(controller.census?.jobs.values.reduce(0, +) == 1)
        running.cancel()
        try await running.value
    }

    @Test("ends when it is cancelled while the API server is away")
    func neverSynced() async throws {
        cluster.store.withLock { $0.fault = { _ in .refused(.transport("connection refused")) } }
        let running = Task { try await controller().run() }
        running.cancel()
        await #expect(throws: CancellationError.self) { try await running.value }
    }
}
