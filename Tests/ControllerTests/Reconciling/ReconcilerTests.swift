import JSON
import Kubernetes
import Logging
import OptimizationAPI
import Testing

@testable import Controller

@Suite("Reconciling")
struct ReconcilerTests {
    @Test("goes on as if nothing had been when somebody clears its status")
    func clearedStatus() async {
        // Chosen after all that was learnt, so a trial that were begun anew would have other parameters.
        let object = Sample.jobObject(algorithm: ["tpe": ["seed": 7, "startupTrials": 1]])
        let (undisturbed, bench) = (Bench(object), Bench(object))
        for bench in [undisturbed, bench] {
            await bench.reconcile()
            bench.end("bert-trial-0", loss: "0.5")
            bench.clock.advance(by: 5)
            await bench.reconcile()
        }
        #expect(bench.status == undisturbed.status)
        bench.cluster.setStatus(.optimizationJobs, Bench.job) { $0 = [:] }
        await bench.reconcile()
        func history(_ bench: Bench) -> [TrialRecord] {
            bench.status.trials.map { record in
                var record = record
                record.creationTime = Sample.start  // the fake API server gives TrainJobs none
                return record
            }
        }
        #expect(history(bench) == history(undisturbed))
        #expect(bench.events.count { $0.reason == EventReason.trialsRestored } == 1)
        for bench in [undisturbed, bench] {
            for index in 1...3 {
                bench.end("bert-trial-\(index)", loss: "0.\(index)")
                await bench.reconcile()
            }
            #expect(bench.cluster.violations == [])
        }
        #expect(history(bench).map(\.parameters) == history(undisturbed).map(\.parameters))
        #expect(bench.status.end?.reason == JobReason.maxTrialsReached)
        #expect(bench.status.result == undisturbed.status.result)
    }

    @Test("corrects a record whose TrainJob was there before it, which the cache did not show")
    func correctedRecord() async {
        let bench = Bench()
        let name = NamespacedName(namespace: "ml", name: "bert-trial-0")
        var object = Sample.trainJobObject(name.name, uid: "u0")
        object["metadata"]?["annotations"] = [Annotations.parameters: #"{"lr":"0.25"}"#]
        bench.cluster.seed(.trainJobs, object)
        // Another controller's for as long as the cache is behind.
        let hidden = HidingView(CurrentView(cluster: bench.cluster), name.name)
        let reconciler = bench.reconciler(over: hidden)
        _ = await reconciler.reconcile(Bench.job)
        #expect(bench.status.trials.map(\.trainJobUID).first == "u0")
        #expect(bench.status.trials.first?.parameters.map(\.value) == ["0.25"])
        #expect(bench.events.map(\.reason).contains(EventReason.trialsRestored))
    }

    @Test("writes the records, creates the TrainJobs, notes their UIDs: two status writes")
    func start() async {
        let bench = Bench()
        await bench.reconcile()
        #expect(bench.status.trials.map(\.trainJobUID) == ["uid-1", "uid-2"])
        #expect(bench.cluster.calls("patch optimizationjobs/status") == 2)
        #expect(bench.cluster.calls("create trainjobs") == 2)
        #expect(bench.cluster.violations == [])
        await bench.reconcile()
        #expect(bench.cluster.calls("patch optimizationjobs/status") == 2)
        #expect(bench.cluster.calls("get trainjobs") == 0 && bench.cluster.calls("get optimizationjobs") == 0)
    }

    @Test("runs a job to its end with two status writes a trial, and tells its user")
    func wholeJob() async {
        let bench = Bench(Sample.jobObject(numTrials: 5, parallelTrials: 1))
        await bench.reconcile()
        for (index, loss) in ["3", "2", "4", "1", "5"].enumerated() {
            bench.end("bert-trial-\(index)", loss: loss)
            await bench.reconcile()
        }
        #expect(bench.status.condition("Complete")?.status == "True")
        #expect(bench.status.result?.trainJobName == "bert-trial-3")
        #expect(bench.cluster.violations == [])
        #expect(bench.cluster.calls("patch optimizationjobs/status") <= 11)
        #expect(
            bench.events.map(\.reason) == [
                "TrialStarted", "TrialSucceeded", "BestTrialImproved", "TrialStarted", "TrialSucceeded",
                "BestTrialImproved", "TrialStarted", "TrialSucceeded", "TrialStarted", "TrialSucceeded",
                "BestTrialImproved", "TrialStarted", "TrialSucceeded", "OptimizationJobComplete",
            ]
        )
        #expect(bench.trials.count == 0)
    }

    @Test("creates nothing when the records could not be written")
    func recordsFirst() async {
        let bench = Bench()
        bench.fail("patch optimizationjobs/status", with: .answer(409, "Conflict", "the object has been modified"))
        guard case .retry = await bench.reconcile() else {
            Issue.record("a conflict is to be tried again")
            return
        }
        #expect(bench.cluster.objects(.trainJobs).isEmpty)
        bench.heal()
        await bench.reconcile()
        #expect(bench.cluster.objects(.trainJobs).count == 2)
    }

    @Test("finds its own TrainJob when the answer to its creation was lost")
    func lostAnswer() async {
        let bench = Bench()
        bench.lose("create trainjobs")
        await bench.reconcile()
        #expect(bench.cluster.objects(.trainJobs).count == 2)
        bench.heal()
        bench.clock.advance(by: 5)
        await bench.reconcile()
        #expect(bench.status.trials.map(\.trainJobUID) == ["uid-1", "uid-2"])
        #expect(bench.cluster.objects(.trainJobs).count == 2)
    }

    @Test("proves that the job is current before it creates without writing")
    func proof() async throws {
        let bench = Bench()
        let stale = try #require(bench.cluster.object(.optimizationJobs, Bench.job))
        bench.fail("create trainjobs", with: .answer(500, "InternalError", "failed calling webhook"))
        await bench.reconcile()
        let recorded = try #require(bench.cluster.object(.optimizationJobs, Bench.job))
        #expect(recorded != stale)
        bench.heal()
        bench.clock.advance(by: 10)
        await bench.reconcile()
        #expect(bench.cluster.calls("get optimizationjobs") == 1)
        #expect(bench.cluster.objects(.trainJobs).count == 2)
    }

    @Test("does not touch a TrainJob of the same name that someone else owns, and fails that record only")
    func foreign() async {
        let bench = Bench()
        bench.cluster.seed(.trainJobs, Sample.trainJobObject("bert-trial-0", uid: "theirs", owner: "someone"))
        let before = bench.trainJob("bert-trial-0")
        await bench.reconcile()
        // The owner's name is that of the job: an earlier one, whose TrainJobs are about to be collected.
        #expect(bench.status.trials[0].state == .running)
        bench.cluster.remove(.trainJobs, NamespacedName(namespace: "ml", name: "bert-trial-0"))
        var other = Sample.trainJobObject("bert-trial-0", uid: "theirs", owner: "someone")
        other["metadata"]?["ownerReferences"] = [
            ["apiVersion": "v1", "kind": "Workflow", "name": "nightly", "uid": "w", "controller": true]
        ]
        bench.cluster.seed(.trainJobs, other)
        bench.clock.advance(by: 5)
        await bench.reconcile()
        #expect(bench.status.trials[0].reason == TrialReason.nameTaken)
        #expect(bench.status.trials[0].message?.contains("Workflow \"nightly\"") == true)
        #expect(bench.trainJob("bert-trial-0")?["metadata"]?["uid"] == "theirs")
        #expect(bench.trainJob("bert-trial-0")?["status"] == before?["status"])
        #expect(bench.cluster.calls("delete trainjobs") == 0)
        #expect(bench.events.contains { $0.reason == TrialReason.nameTaken && $0.kind == .warning })
        #expect(bench.status.trials.count == 3)
    }

    @Test("waits for the TrainJobs of an earlier job of the same name to be collected")
    func earlierJob() async {
        let bench = Bench()
        bench.cluster.seed(.trainJobs, Sample.trainJobObject("bert-trial-0", uid: "old", owner: "earlier-uid"))
        #expect(await bench.reconcile() == .after(seconds: 1))
        bench.cluster.remove(.trainJobs, NamespacedName(namespace: "ml", name: "bert-trial-0"))
        bench.clock.advance(by: 1)
        await bench.reconcile()
        #expect(bench.status.trials.allSatisfy { $0.trainJobUID != nil && $0.state == .running })
    }

    @Test("fails the trials of a template that is refused for good, and the job with the API's own words")
    func rejected() async {
        let bench = Bench(Sample.jobObject(numTrials: 50, parallelTrials: 1))
        let words = "admission webhook \"validator.trainjob.trainer.kubeflow.org\" denied the request: no such runtime"
        bench.fail("create trainjobs", with: .answer(403, "Forbidden", words))
        var turns = 0
        while await bench.reconcile() == .again, turns < 10 { turns += 1 }
        #expect(bench.status.trials.allSatisfy { $0.reason == TrialReason.rejected && $0.message == words })
        #expect(bench.status.condition("Failed")?.reason == JobReason.trainJobsCreationFailed)
        #expect(bench.status.condition("Failed")?.message.contains(words) == true)
        #expect(bench.cluster.calls("create trainjobs") == 3)
        #expect(bench.cluster.violations == [])
    }

    @Test("tries again, ever later, while a quota is used up, and says so once in the status")
    func quota() async {
        let bench = Bench(Sample.jobObject(numTrials: 1, parallelTrials: 1))
        bench.fail(
            "create trainjobs",
            with: .answer(403, "Forbidden", "trainjobs \"x\" is forbidden: exceeded quota: gpu, requested: 1, used: 8")
        )
        var waits: [Int64] = []
        for _ in 0..<10 {
            guard case .after(let seconds) = await bench.reconcile() else { break }
            waits.append(seconds)
            await bench.reconcile()  // another reason to look does not cut the wait short
            bench.clock.advance(by: seconds)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300])
        #expect(bench.cluster.calls("create trainjobs") == 10)
        #expect(bench.status.condition("Created")?.reason == JobReason.trainJobsCreationFailed)
        #expect(bench.cluster.calls("patch optimizationjobs/status") == 2)
        #expect(bench.status.summary?.state == "Pending")
        bench.heal()
        await bench.reconcile()
        #expect(bench.status.condition("Created")?.status == "True" && bench.status.trials[0].trainJobUID != nil)
        #expect(bench.status.summary?.state == "Running")
    }

    @Test("does not wait longer than it meant to when the clock is set back, for a creation or for a value")
    func clockSetBack() async {
        let bench = Bench(Sample.jobObject(numTrials: 2, parallelTrials: 1))
        bench.fail("create trainjobs", with: .answer(500, "InternalError", "failed calling webhook"))
        #expect(await bench.reconcile() == .after(seconds: 1))
        bench.heal()
        bench.clock.advance(by: -86_400)
        await bench.reconcile()
        #expect(bench.status.trials[0].trainJobUID != nil)

        bench.end("bert-trial-0")
        #expect(await bench.reconcile() == .after(seconds: 30))
        bench.clock.advance(by: -86_400)
        #expect(await bench.reconcile() == .after(seconds: 30))
        bench.clock.advance(by: 30)
        await bench.reconcile()
        #expect(bench.status.trials[0].reason == TrialReason.metricsUnavailable)
    }

    @Test("keeps its words while a creation fails in the same way, and finds others when it fails in another")
    func otherFailure() async {
        let bench = Bench(Sample.jobObject(numTrials: 1, parallelTrials: 1))
        let quota = "exceeded quota: gpu, requested: 1, used: "
        func attempt(_ error: APIError) async -> String {
            bench.fail("create trainjobs", with: error)
            if case .after(let seconds) = await bench.reconcile() { bench.clock.advance(by: seconds) }
            return bench.status.condition("Created")?.message ?? ""
        }
        let first = await attempt(.answer(403, "Forbidden", quota + "8"))
        #expect(first.hasSuffix(quota + "8"))
        #expect(await attempt(.answer(403, "Forbidden", quota + "7")) == first)
        bench.cluster.setSpec(Bench.job) { $0["maxFailedTrials"] = 1 }
        let other = await attempt(.answer(500, "InternalError", "failed calling webhook"))
        #expect(other.hasSuffix("failed calling webhook"))
        #expect(bench.status.condition("Created")?.observedGeneration == 4)
        #expect(bench.status.condition("Running")?.message == other)
    }

    @Test("takes back what a later status does not hold")
    func absent() async {
        let bench = Bench(Sample.jobObject(numTrials: 2, parallelTrials: 1))
        await bench.reconcile()
        // As written by a controller that thought otherwise.
        bench.cluster.setStatus(.optimizationJobs, Bench.job) { status in
            status["summary"] = ["state": "Running", "trials": "1/2", "best": "7"]
            status["optimalTrials"] = [["trainJobName": "x", "parameters": [], "metrics": []]]
        }
        bench.end("bert-trial-0", "Failed")
        await bench.reconcile()
        #expect(bench.status.summary?.trials == "1/2" && bench.status.summary?.best == nil)
        #expect(bench.status.trials.count == 2)
    }

    @Test("waits as long as the API server asks for")
    func retryAfter() async {
        let bench = Bench(Sample.jobObject(numTrials: 1, parallelTrials: 1))
        let busy = Status(code: 429, reason: "TooManyRequests", message: "slow down")
        bench.fail("create trainjobs", with: .status(busy, retryAfter: .seconds(17)))
        #expect(await bench.reconcile() == .after(seconds: 17))
    }

    @Test("asks the API server before it believes that a TrainJob is gone, and never makes it again")
    func deleted() async {
        let bench = Bench(Sample.jobObject(numTrials: 2, parallelTrials: 1))
        await bench.reconcile()
        bench.cluster.remove(.trainJobs, NamespacedName(namespace: "ml", name: "bert-trial-0"))
        bench.clock.advance(by: 31)
        bench.fail("get trainjobs", with: .transport("timed out"))
        guard case .retry = await bench.reconcile() else {
            Issue.record("no answer proves nothing")
            return
        }
        #expect(bench.status.trials[0].state == .running)
        bench.heal()
        await bench.reconcile()
        #expect(bench.status.trials[0].reason == TrialReason.deleted)
        #expect(bench.trainJob("bert-trial-0") == nil && bench.trainJob("bert-trial-1") != nil)
    }

    @Test("gives up a trial whose TrainJob somebody took from the job, and never touches it again")
    func released() async {
        let bench = Bench(Sample.jobObject(numTrials: 2, parallelTrials: 1))
        await bench.reconcile()
        var taken = bench.trainJob("bert-trial-0") ?? .null
        taken["metadata"]?["ownerReferences"] = []
        bench.cluster.seed(.trainJobs, taken)
        bench.clock.advance(by: 31)
        bench.cluster.setSpec(Bench.job) { $0["suspend"] = true }
        await bench.reconcile()
        #expect(bench.status.trials[0].reason == TrialReason.nameTaken)
        #expect(bench.events.contains { $0.reason == TrialReason.nameTaken && $0.kind == .warning })
        #expect(bench.trainJob("bert-trial-0")?["spec"] == taken["spec"])
        #expect(bench.cluster.calls("patch trainjobs/") == 0 && bench.cluster.calls("delete trainjobs") == 0)
    }

    @Test("writes what reports drop once a minute, however often they alternate, and the end at once")
    func alternating() async {
        let bench = Bench(Sample.jobObject(numTrials: 1, parallelTrials: 1))
        await bench.reconcile()
        let before = bench.cluster.calls("patch optimizationjobs/status")
        let name = NamespacedName(namespace: "ml", name: "bert-trial-0")
        for second in 0..<120 {
            let metric = second % 2 == 0 ? "loss" : "epoch"
            bench.cluster.setStatus(.trainJobs, name) {
                $0["trainerStatus"] = ["metrics": [["name": .string(metric), "value": .string("\(second)")]]]
            }
            await bench.reconcile()
            bench.clock.advance(by: 1)
        }
        #expect(bench.cluster.calls("patch optimizationjobs/status") == before + 2)
        bench.end("bert-trial-0")
        await bench.reconcile()
        #expect(bench.cluster.calls("patch optimizationjobs/status") == before + 3)
        #expect(bench.status.result?.metrics.first == MetricValue(name: "loss", value: "118"))
    }

    @Test("keeps the objective of a trial whose closing report dropped it, across a restart")
    func closingReport() async {
        let bench = Bench(Sample.jobObject(numTrials: 1, parallelTrials: 1))
        await bench.reconcile()
        let name = NamespacedName(namespace: "ml", name: "bert-trial-0")
        bench.cluster.setStatus(.trainJobs, name) {
            $0["trainerStatus"] = ["metrics": [["name": "loss", "value": "0.5"]]]
        }
        await bench.reconcile()
        bench.cluster.setStatus(.trainJobs, name) { $0["trainerStatus"] = ["progressPercentage": 100] }
        await bench.reconcile()
        #expect(bench.status.trials[0].metrics == [MetricValue(name: "loss", value: "0.5")])
        let restarted = Reconciler(
            api: bench.cluster,
            view: CurrentView(cluster: bench.cluster),
            options: ControllerOptions(),
            now: { [clock = bench.clock] in clock.now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            tell: { _, _ in }
        )
        bench.end("bert-trial-0")
        _ = await restarted.reconcile(Bench.job)
        #expect(bench.status.result?.metrics == [MetricValue(name: "loss", value: "0.5")])
    }

    @Test("counts a trial's steps by the same measure after a restart, whatever is reported then")
    func stepMeasure() async {
        let bench = Bench(Sample.jobObject(more: ["pruneAlgorithm": ["medianStop": [:]]]))
        let name = NamespacedName(namespace: "ml", name: "bert-trial-0")
        func report(_ measure: String, _ step: String) {
            bench.cluster.setStatus(.trainJobs, name) { status in
                let step: JSONValue = ["name": .string(measure), "value": .string(step)]
                status["trainerStatus"] = ["metrics": [["name": "loss", "value": "0.5"], step]]
            }
        }
        await bench.reconcile()
        report("epoch", "1")
        await bench.reconcile()
        bench.clock.advance(by: 60)
        await bench.reconcile()
        #expect(bench.status.trials[0].stepMeasure == .metric("epoch"))
        report("current_step", "500")
        let successor = bench.reconciler(over: CurrentView(cluster: bench.cluster))
        _ = await successor.reconcile(Bench.job)
        report("epoch", "2")
        _ = await successor.reconcile(Bench.job)
        bench.clock.advance(by: 60)
        _ = await successor.reconcile(Bench.job)
        #expect(bench.status.trials[0].progress.map(\.step) == [1, 2])
    }

    @Test("ends the wait for a value that never comes")
    func silent() async {
        let bench = Bench(Sample.jobObject(numTrials: 1, parallelTrials: 1))
        await bench.reconcile()
        bench.end("bert-trial-0")
        #expect(await bench.reconcile() == .after(seconds: 30))
        bench.clock.advance(by: 30)
        await bench.reconcile()
        #expect(bench.status.trials[0].reason == TrialReason.metricsUnavailable)
        #expect(bench.status.condition("Failed")?.reason == JobReason.allTrialsFailed)
        let message = bench.status.condition("Failed")?.message ?? ""
        #expect(message.hasPrefix("the only trial failed; bert-trial-0: MetricsUnavailable: "))
    }

    @Test("ignores and forgets a report that comes after a trial was settled")
    func lateReport() async {
        let bench = Bench(Sample.jobObject(numTrials: 2, parallelTrials: 1))
        await bench.reconcile()
        bench.end("bert-trial-0", loss: "2")
        await bench.reconcile()
        let settled = bench.status.trials[0]
        bench.end("bert-trial-0", loss: "1")
        await bench.reconcile()
        #expect(bench.status.trials[0] == settled && bench.status.result?.metrics == settled.metrics)
        #expect(bench.trials.memories(of: Sample.jobUID, at: bench.clock.now).count <= 1)
    }

    @Test("stops a trial that runs on for a job that has ended")
    func leftover() async {
        let bench = Bench(Sample.jobObject(numTrials: 1, parallelTrials: 1))
        await bench.reconcile()
        bench.end("bert-trial-0", loss: "2")
        await bench.reconcile()
        bench.cluster.seed(.trainJobs, Sample.trainJobObject("bert-trial-9", uid: "stray"))
        await bench.reconcile()
        #expect(bench.trainJob("bert-trial-9") == nil && bench.trainJob("bert-trial-0") != nil)
    }

    @Test("goes on with other trials while a TrainJob cannot be deleted, and does not give up on that")
    func undeletable() async {
        let bench = Bench(Sample.jobObject(numTrials: 2, parallelTrials: 1, more: ["trialRetention": "None"]))
        await bench.reconcile()
        bench.fail("delete trainjobs", with: .answer(403, "Forbidden", "a policy forbids it"))
        bench.end("bert-trial-0", loss: "2")
        guard case .retry = await bench.reconcile() else {
            Issue.record("gave up")
            return
        }
        #expect(bench.trainJob("bert-trial-0") != nil && bench.trainJob("bert-trial-1") != nil)
    }

    @Test("leaves a job to whom it is for, though its spec cannot be understood")
    func unreadableOfAnother() async {
        var object = Sample.jobObject()
        object["spec"]?["parameters"] = []
        object["spec"]?["managedBy"] = .string(Managers.multiKueue)
        let bench = Bench(object)
        #expect(await bench.reconcile() == .settled)
        #expect(bench.cluster.calls("patch optimizationjobs/status") == 0)
    }

    @Test("forgets a job that is gone")
    func forgotten() async {
        let bench = Bench()
        await bench.reconcile()
        bench.end("bert-trial-0")
        await bench.reconcile()
        #expect(bench.trials.count == 1)
        bench.cluster.remove(.optimizationJobs, Bench.job)
        #expect(await bench.reconcile() == .settled)
        #expect(bench.trials.count == 0)
    }

    @Test("tells a job with a spec that nobody can run, and does nothing else")
    func unreadable() async {
        var object = Sample.jobObject()
        object["spec"]?["parameters"] = []
        let bench = Bench(object)
        await bench.reconcile()
        #expect(bench.status.condition("Failed")?.reason == JobReason.invalidSpec)
        #expect(bench.status.summary?.state == "Failed")
        #expect(bench.cluster.objects(.trainJobs).isEmpty)
        await bench.reconcile()
        #expect(bench.cluster.calls("patch optimizationjobs/status") == 1)
    }
}
