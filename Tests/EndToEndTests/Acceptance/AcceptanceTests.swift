import Controller
import JSON
import Kubernetes
import OptimizationAPI
import Testing

/// What a user of a cluster may rely on, from outside: objects, conditions and events.
@Suite("On a cluster, an OptimizationJob", .onSite, .timeLimit(.minutes(60)))
struct AcceptanceTests {
    @Test("gets its defaults when it is created")
    func defaults() async throws {
        let site = try #require(Site.current)
        // Suspended, so that nothing comes of it.
        let job = try await site.create(
            "defaults",
            ["objectives": [["metric": "loss"]], "parameters": [.categorical("x", ["1", "2"])], "suspend": true]
        )
        #expect(job["spec"]?["objectives"]?[0]?["direction"] == "Minimize")
        #expect(job["spec"]?["searchAlgorithm"]?["random"] != nil)
        #expect(job["spec"]?["numTrials"] == 1)
        #expect(job["spec"]?["parallelTrials"] == 1)
        try await site.wait(until: "it is suspended, and created nothing") {
            site.isTrue(ConditionType.suspended, of: "defaults")
        }
        #expect(site.trainJobs(of: "defaults").isEmpty)
    }

    @Test("that is wrong is refused with all its mistakes, each with its field")
    func refused() async throws {
        let site = try #require(Site.current)
        let error = try await #require(throws: APIError.self) {
            _ = try await site.create(
                "refused",
                [
                    "parameters": [
                        ["name": "lr", "searchSpace": ["uniform": ["min": "0.2", "max": "0.8", "type": "Int"]]],
                        .categorical("LR", ["1"]),
                    ]
                ]
            )
        }
        #expect(error.status?.code == 422)
        let message = error.status?.message ?? ""
        #expect(message.contains("spec.parameters[0].searchSpace.uniform"), "\(message)")
        #expect(message.contains("spec.parameters[1].name"), "\(message)")
        #expect(site.job("refused") == nil)
    }

    @Test("keeps its search as it began, and refuses to change it")
    func immutable() async throws {
        let site = try #require(Site.current)
        try await site.create("fixed", ["parameters": [.categorical("x", ["1", "2"])], "suspend": true])
        let error = try await #require(throws: APIError.self) {
            try await site.change("fixed", ["parameters": [.categorical("x", ["1", "3"])]])
        }
        #expect(error.status?.code == 422)
        #expect(error.status?.message.contains("spec.parameters") == true)
    }

    @Test("ends with its best trial, and tells it all in events")
    func best() async throws {
        let site = try #require(Site.current)
        try await site.create("best", .grid([.categorical("x", ["3", "1", "2"])], trials: 3, parallel: 2))
        try await site.wait(until: "it is complete") { site.isTrue(ConditionType.complete, of: "best") }
        let status = site.status("best")
        #expect(status.conditions.condition(ConditionType.complete)?.reason == "MaxTrialsReached")
        #expect(status.trialCounts == TrialCounts(of: status.trials) && status.trialCounts.succeeded == 3)
        #expect(Set(status.trials.map { $0.parameters.map(\.value) }) == [["1"], ["2"], ["3"]])
        for trial in status.trials {
            let x = try #require(trial.parameters.first.flatMap { Double($0.value) })
            #expect(trial.metrics.first { $0.name == "loss" }?.number == x * x)
        }
        let result = try #require(status.result)
        #expect(result.parameters == [ParameterAssignment(name: "x", value: "1")])
        #expect(result.metrics.first { $0.name == "loss" }?.number == 1)

        let owner = try #require(site.job("best").map(ObjectMeta.init))
        let trainJobs = site.trainJobs(of: "best")
        #expect(trainJobs.count == 3)
        #expect(trainJobs.allSatisfy { ObjectMeta($0).ownerReferences.contains { $0.uid == owner.uid } })
        try await site.wait(until: "events tell of three trials, and of the end") {
            let reasons = site.eventReasons(of: "best")
            return reasons.filter { $0 == EventReason.trialStarted }.count == 3
                && reasons.filter { $0 == EventReason.trialSucceeded }.count == 3
                && reasons.contains(EventReason.bestTrialImproved) && reasons.contains(EventReason.jobComplete)
        }
    }

    @Test("goes on when a trial fails, and learns from the others")
    func someFail() async throws {
        let site = try #require(Site.current)
        try await site.create("some-fail", .grid([.categorical("exit_code", ["1", "0"])], trials: 2))
        try await site.wait(until: "it is complete") { site.isTrue(ConditionType.complete, of: "some-fail") }
        let status = site.status("some-fail")
        #expect(status.trialCounts.succeeded == 1 && status.trialCounts.failed == 1)
        #expect(status.result?.parameters == [ParameterAssignment(name: "exit_code", value: "0")])
    }

    @Test("whose trials all fail is failed, with the reason")
    func allFail() async throws {
        let site = try #require(Site.current)
        try await site.create("all-fail", .grid([.categorical("exit_code", ["1", "2"])], trials: 2, parallel: 2))
        try await site.wait(until: "it is failed") { site.isTrue(ConditionType.failed, of: "all-fail") }
        let status = site.status("all-fail")
        #expect(status.conditions.condition(ConditionType.failed)?.reason == "AllTrialsFailed")
        #expect(status.trialCounts.failed == 2 && status.result == nil)
        try await site.wait(until: "an event tells it") {
            site.eventReasons(of: "all-fail").contains(EventReason.jobFailed)
        }
    }

    @Test("holds its trials while it is suspended, and lets the same ones go on")
    func suspended() async throws {
        let site = try #require(Site.current)
        // A trial that does not end by itself while this looks.
        try await site.create("suspended", .grid([.categorical("seconds", ["3600"])], trials: 1))
        let trial = try await site.wait(for: "its trial runs") {
            site.trainJobs(of: "suspended").first { $0["status"]?["jobsStatus"] != nil }
        }
        try await site.change("suspended", ["suspend": true])
        try await site.wait(until: "the job and its trial are suspended") {
            site.isTrue(ConditionType.suspended, of: "suspended")
                && site.trainJobs(of: "suspended").contains {
                    $0["spec"]?["suspend"] == true && TrainJob(decoding: $0).condition("Suspended")?.status == "True"
                }
        }
        try await site.change("suspended", ["suspend": false])
        let resumed = try await site.wait(for: "both go on") {
            site.isTrue(ConditionType.running, of: "suspended")
                ? site.trainJobs(of: "suspended").first {
                    $0["spec"]?["suspend"] != true && TrainJob(decoding: $0).condition("Suspended")?.status == "False"
                } : nil
        }
        #expect(ObjectMeta(resumed).uid == ObjectMeta(trial).uid)
        #expect(site.status("suspended").trials.count == 1)
    }

    @Test("that is complete goes on when it may run more trials, and keeps those it ran")
    func grown() async throws {
        let site = try #require(Site.current)
        try await site.create("grown", .grid([.categorical("x", ["3", "2", "1"])], trials: 1))
        try await site.wait(until: "it is complete") { site.isTrue(ConditionType.complete, of: "grown") }
        let first = site.status("grown").trials
        try await site.change("grown", ["numTrials": 3])
        try await site.wait(until: "it is complete with three trials") {
            site.isTrue(ConditionType.complete, of: "grown") && site.status("grown").trialCounts.succeeded == 3
        }
        #expect(Array(site.status("grown").trials.prefix(1)) == first)
        #expect(site.status("grown").result?.parameters == [ParameterAssignment(name: "x", value: "1")])
    }

    @Test("that is deleted takes its trials along")
    func deleted() async throws {
        let site = try #require(Site.current)
        try await site.create("deleted", .grid([.categorical("seconds", ["3600", "3601"])], trials: 2, parallel: 2))
        try await site.wait(until: "both trials are there") { site.trainJobs(of: "deleted").count == 2 }
        try await site.api.delete(
            .optimizationJobs,
            NamespacedName(namespace: site.namespace, name: "deleted")
        )
        try await site.wait(until: "job and trials are gone") {
            site.job("deleted") == nil && site.trainJobs(of: "deleted").isEmpty
        }
    }
}

extension Site {
    /// Creates a job that minimises the loss of `trial.py`, with more of a spec.
    @discardableResult
    fileprivate func create(_ name: String, _ spec: JSONValue) async throws -> JSONValue {
        var whole: JSONValue = [
            "objectives": [["metric": "loss", "direction": "Minimize"]],
            "trainJobTemplate": [
                "spec": [
                    "runtimeRef": ["name": "torch-distributed"],
                    "trainer": [
                        "image": "python:3.12-slim", "numNodes": 1,
                        "command": [
                            "python3", "-c", .string(try Manifests.text("Tests/EndToEndTests/Acceptance/trial.py")),
                        ],
                    ],
                ]
            ],
        ]
        for member in spec.objectValue ?? [:] { whole[member.key] = member.value }
        return try await api.create(
            .optimizationJobs,
            namespace: namespace,
            [
                "apiVersion": .string(ResourceType.optimizationJobs.apiVersion), "kind": "OptimizationJob",
                "metadata": ["name": .string(name)], "spec": whole,
            ]
        )
    }

    fileprivate func change(_ name: String, _ spec: JSONValue) async throws {
        let job = NamespacedName(namespace: namespace, name: name)
        _ = try await api.patch(.optimizationJobs, job, .merge(["spec": spec]))
    }

    fileprivate func isTrue(_ condition: String, of job: String) -> Bool {
        status(job).conditions.isTrue(condition)
    }
}

extension JSONValue {
    fileprivate static func categorical(_ name: String, _ choices: [String]) -> JSONValue {
        [
            "name": .string(name),
            "searchSpace": ["categorical": ["choices": .array(choices.map { .string($0) })]],
        ]
    }

    /// Of a spec: every point of a finite space.
    fileprivate static func grid(_ parameters: [JSONValue], trials: Int, parallel: Int = 1) -> JSONValue {
        [
            "searchAlgorithm": ["grid": [:]], "parameters": .array(parameters),
            "numTrials": .number(JSONNumber(trials)), "parallelTrials": .number(JSONNumber(parallel)),
        ]
    }
}
