import Foundation
import Glibc
import JSON
import Kubernetes
import OptimizationAPI
import Testing

/// The program and the embedded API server as processes, and SIGKILL.
@Suite("The controller as a process", .serialized, .timeLimit(.minutes(5)))
struct RestartTests {
    private static let trials = 12
    private static let parallel = 3

    /// Ends trials one by one as they appear until the job has ended; `meanwhile` is called before each.
    private func train(
        _ job: String,
        on cluster: Cluster,
        log: () -> String,
        meanwhile: (Int) async throws -> Void
    ) async throws {
        var ended = 0
        while !cluster.status(job).isOver {
            var next: TrainJob?
            try await until("trial \(ended) of \(job) runs, or the job has ended", log) {
                next = cluster.running.filter { $0.metadata.name.hasPrefix(job + "-trial-") }
                    .min { $0.metadata.name.index < $1.metadata.name.index }
                return next?.metadata.name.index == ended || cluster.status(job).isOver
            }
            guard let trial = next, !cluster.status(job).isOver else { break }
            try await meanwhile(ended)
            try await cluster.end(trial)
            ended += 1
            try await until("the end of \(trial.metadata.name) is seen", log) {
                !cluster.running.contains { $0.metadata.uid == trial.metadata.uid }
            }
        }
        #expect(ended == Self.trials)
    }

    private func undisturbed(
        on cluster: Cluster,
        parallelTrials: Int = parallel,
        algorithm: JSONValue = ["random": ["seed": 42]]
    ) async throws -> History {
        let controller = try cluster.controller("undisturbed")
        try await cluster.create(
            "calm",
            numTrials: Self.trials,
            parallelTrials: parallelTrials,
            algorithm: algorithm
        )
        try await train("calm", on: cluster, log: { controller.lastWords }, meanwhile: { _ in })
        await controller.kill()
        return History(cluster.status("calm"))
    }

    private func check(_ job: String, on cluster: Cluster, against expected: History) {
        let status = cluster.status(job)
        #expect(History(status) == expected)
        #expect(status.trials.count == Self.trials)
        #expect(Set(status.trials.map(\.parameters)).count == Self.trials)
        let creations = cluster.creations.filter { $0.key.hasPrefix(job + "-trial-") }
        #expect(creations.count == Self.trials && creations.values.allSatisfy { $0 == 1 }, "\(creations)")
    }

    @Test("killed over and over at any moment, comes to the same history and result as undisturbed")
    func killed() async throws {
        let cluster = try await Cluster.start()
        let expected = try await undisturbed(on: cluster)
        try await cluster.create("storm", numTrials: Self.trials, parallelTrials: Self.parallel)
        let killer = Killer(cluster: cluster)
        try await killer.startAnew()
        try await withThrowingTaskGroup(of: Void.self) { storm in
            storm.addTask {
                // Moments from far too early to just after a trial, without rhyme or reason but the same every time.
                while !Task.isCancelled {
                    try await Task.sleep(for: .milliseconds(40 + (await killer.kills * 137) % 460))
                    try await killer.startAnew()
                }
            }
            try await train("storm", on: cluster, log: { "" }, meanwhile: { _ in try await killer.startAnew() })
            storm.cancelAll()
            do { try await storm.waitForAll() } catch is CancellationError {}
        }
        await killer.end()
        #expect(await killer.kills > Self.trials)
        check("storm", on: cluster, against: expected)
        await cluster.stop()
    }

    @Test(
        "comes to the same history and result when its status is cleared, or replaced by an older one, with or without it"
    )
    func statusLost() async throws {
        let cluster = try await Cluster.start()
        // Chosen after all that was learnt, so a trial that were begun anew would have other parameters.
        let algorithm: JSONValue = ["tpe": ["seed": 42, "startupTrials": 2]]
        let expected = try await undisturbed(on: cluster, parallelTrials: 1, algorithm: algorithm)
        var controller = try cluster.controller("first")
        try await cluster.create("lapse", numTrials: Self.trials, parallelTrials: 1, algorithm: algorithm)
        var backup: JSONValue = .null
        try await train("lapse", on: cluster, log: { controller.lastWords }) { ended in
            switch ended {
            case 2: backup = cluster.status("lapse").json
            case 3: try await cluster.setStatus("lapse", .null)
            case 5:
                await controller.kill()
                try await cluster.setStatus("lapse", .null)
                controller = try cluster.controller("second")
            case 8: try await cluster.setStatus("lapse", backup)
            default: break
            }
        }
        await controller.kill()
        check("lapse", on: cluster, against: expected)
        await cluster.stop()
    }

    @Test("hands over to another replica when the leader is killed, with no trial lost or doubled")
    func handover() async throws {
        let cluster = try await Cluster.start()
        let expected = try await undisturbed(on: cluster)
        let election = ["--enable-leader-election", "--leader-election-namespace=\(Cluster.namespace)"]
        let first = try cluster.controller("first", election)
        try await cluster.create("relay", numTrials: Self.trials, parallelTrials: Self.parallel)
        var second: ControllerProcess?
        try await train("relay", on: cluster, log: { first.lastWords + "\n" + (second?.lastWords ?? "") }) { ended in
            if ended == 2 { second = try cluster.controller("second", election) }
            if ended == 5 { await first.kill() }
        }
        await second?.kill()
        check("relay", on: cluster, against: expected)
        await cluster.stop()
    }
}

/// Kills the controller and starts another in its place; whoever asks, one never runs beside another.
private actor Killer {
    private let cluster: Cluster
    private var controller: ControllerProcess?
    /// The last replacement asked for. Actors let others in while they wait, so replacements queue up behind it.
    private var last: Task<Void, any Error>?
    private(set) var kills = 0

    init(cluster: Cluster) { self.cluster = cluster }

    func startAnew() async throws {
        let before = last
        let replacement = Task {
            _ = await before?.result
            try await replace()
        }
        last = replacement
        try await replacement.value
    }

    private func replace() async throws {
        if let controller {
            await controller.kill()
            kills += 1
        }
        controller = try cluster.controller("storm-\(kills)")
    }

    func end() async {
        _ = await last?.result
        await controller?.kill()
    }
}

extension OptimizationJobStatus {
    fileprivate var isOver: Bool {
        conditions.isTrue(ConditionType.complete) || conditions.isTrue(ConditionType.failed)
    }
}

extension String {
    /// The number a trial's name ends with.
    fileprivate var index: Int { Int(split(separator: "-").last ?? "") ?? 0 }
}
