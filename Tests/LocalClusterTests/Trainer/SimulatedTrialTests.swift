import JSON
import Kubernetes
import OptimizationAPI
import Testing

@testable import LocalCluster

/// What becomes of TrainJobs that nothing trains.
@Suite("A simulated trial", .timeLimit(.minutes(5)))
struct SimulatedTrialTests {
    private func request(_ parameters: [String: String], name: String = "sim-trial-0") throws -> TrainJobRequest {
        let env = parameters.map { name, value -> JSONValue in
            ["name": .string(TrialEnvironment.variable(for: name) ?? ""), "value": .string(value)]
        }
        return try #require(
            TrainJobRequest([
                "metadata": ["name": .string(name), "namespace": "default", "uid": .string("uid-\(name)")],
                "spec": ["trainer": ["env": .array(env + [["name": "OTHER", "value": "100"]])]],
            ])
        )
    }

    private func simulation(reports: Int = 4, duration: Duration = .seconds(8)) -> TrialSimulation {
        var simulation = TrialSimulation()
        simulation.reports = reports
        simulation.duration = duration
        return simulation
    }

    @Test("has the sum of its numeric parameters' squares as its loss, nearer with every report")
    func loss() throws {
        let trial = SimulatedTrial(
            of: try request(["lr": "0.5", "layers": "-2", "optimizer": "adam"]),
            in: simulation()
        )
        #expect(trial.reports.map { $0.number(ofMetric: "loss") } == [5, 4.75, 4.5, 4.25])
        #expect(trial.reports.last?.number(ofMetric: "accuracy") == 1 / 5.25)
        #expect(trial.reports.map { $0.number(ofMetric: "current_step") } == [1, 2, 3, 4])
        #expect(trial.reports.map(\.progressPercentage) == [25, 50, 75, 100])
        #expect(trial.reports.map(\.estimatedRemainingSeconds) == [6, 4, 2, 0])
        #expect(trial.end == .complete)
    }

    @Test("reports under the names it is told")
    func names() throws {
        var simulation = simulation(reports: 1)
        simulation.lossMetric = "eval_loss"
        simulation.accuracyMetric = "f1"
        let trial = SimulatedTrial(of: try request(["x": "0"]), in: simulation)
        #expect(trial.reports.last?.number(ofMetric: "eval_loss") == 0)
        #expect(trial.reports.last?.number(ofMetric: "f1") == 1)
    }

    @Test("fails with an exit_code other than 0, which counts for nothing else")
    func exitCode() throws {
        let failing = SimulatedTrial(of: try request(["exit_code": "3", "x": "1"]), in: simulation(reports: 1))
        #expect(failing.end == .failed(reason: "FailedJobs", message: "the trial exited with code 3"))
        #expect(failing.reports.last?.number(ofMetric: "loss") == 1)
        #expect(SimulatedTrial(of: try request(["exit_code": "0"]), in: simulation()).end == .complete)
    }

    @Test(
        "takes as long as its seconds say, up to a day, and as all others when they say nothing",
        arguments: [
            ("0.25", Duration.milliseconds(250)), ("-1", .zero), ("inf", .seconds(86_400)), ("nan", .seconds(8)),
            ("soon", .seconds(8)),
        ]
    )
    func seconds(_ text: String, _ duration: Duration) throws {
        #expect(SimulatedTrial(of: try request(["seconds": text]), in: simulation()).duration == duration)
    }

    @Test("fails by chance in about the share that is asked for, and by its name alone")
    func failureShare() throws {
        var simulation = simulation()
        simulation.failureShare = 0.25
        let failures = try (0..<1000).filter { index in
            let request = try request([:], name: "sim-trial-\(index)")
            let trial = SimulatedTrial(of: request, in: simulation)
            #expect(trial == SimulatedTrial(of: request, in: simulation))
            return trial.end != .complete
        }
        #expect((200...300).contains(failures.count))
        simulation.failureShare = 1
        #expect(SimulatedTrial(of: try request([:]), in: simulation).end != .complete)
    }

    /// A trainer that simulates, on a fake API.
    private func simulate(
        _ simulation: TrialSimulation,
        _ body: (FakeTrainJobAPI) async throws -> Void
    ) async throws {
        let api = FakeTrainJobAPI()
        let trainer = LocalTrainer(api: api, namespace: nil, simulation: simulation, logger: .quiet)
        let task = Task { await trainer.run() }
        do {
            try await body(api)
        } catch {
            task.cancel()
            throw error
        }
        await trainer.stopAll()
        task.cancel()
        await task.value
    }

    private func spec(_ more: JSONValue = [:]) -> JSONValue {
        var spec: JSONValue = ["trainer": ["env": [["name": "KUBEFLOW_TRAINER_OPT_X", "value": "2"]]]]
        for member in more.objectValue ?? [:] { spec[member.key] = member.value }
        return spec
    }

    @Test("runs, reports and completes as a TrainJob of Trainer's, even where a write fails")
    func completes() async throws {
        try await simulate(simulation(reports: 2, duration: .milliseconds(20))) { api in
            api.failPatches(with: [.transport("away"), .status(.conflict(.trainJobs, "t"), retryAfter: nil)])
            try api.createTrainJob("t", spec: spec())
            await api.wait(for: "t") { $0.map { TrainJob(decoding: $0).isComplete } ?? false }
            let object = try #require(api.object("t"))
            #expect(TrainJob(decoding: object).trainerStatus?.number(ofMetric: "loss") == 4)
            #expect(TrainJob(decoding: object).trainerStatus?.lastUpdatedTime != nil)
            #expect(object["status"]?["jobsStatus"]?[0]?["succeeded"] == 1)
            #expect(TrainJob(decoding: object).condition("Complete")?.reason == "AllJobsCompleted")
            #expect(api.statusPatches.first?["status"]?["jobsStatus"]?[0]?["active"] == 1)
        }
    }

    @Test("is suspended and resumed, and ends at its deadline")
    func suspends() async throws {
        try await simulate(simulation(duration: .seconds(3600))) { api in
            try api.createTrainJob("t", spec: spec(["activeDeadlineSeconds": 1, "suspend": true]))
            await api.wait(for: "t") { $0?["status"]?["conditions"]?[0]?["type"] == "Suspended" }
            try api.edit("t") { $0["spec"]?["suspend"] = false }
            await api.wait(for: "t") { $0?["status"]?["conditions"]?[0]?["reason"] == "Resumed" }
            await api.wait(for: "t") { $0.map { TrainJob(decoding: $0).isFailed } ?? false }
            #expect(TrainJob(decoding: try #require(api.object("t"))).condition("Failed")?.reason == "DeadlineExceeded")

            try api.createTrainJob("u", spec: spec())
            await api.wait(for: "u") { $0?["status"]?["jobsStatus"] != nil }
            try api.edit("u") { $0["spec"]?["suspend"] = true }
            await api.wait(for: "u") { $0?["status"]?["jobsStatus"]?[0]?["suspended"] == 1 }
            #expect(api.object("u")?["status"]?["conditions"]?[0]?["status"] == "True")
        }
    }

    @Test("is left as it is when the trainer stops")
    func stops() async throws {
        let api = FakeTrainJobAPI()
        let simulation = simulation(duration: .seconds(3600))
        let trainer = LocalTrainer(api: api, namespace: nil, simulation: simulation, logger: .quiet)
        let task = Task { await trainer.run() }
        try api.createTrainJob("t", spec: spec())
        await api.wait(for: "t") { $0?["status"]?["jobsStatus"] != nil }
        await trainer.stopAll()
        task.cancel()
        await task.value
        #expect(TrainJob(decoding: try #require(api.object("t"))).isFinished == false)
    }
}
