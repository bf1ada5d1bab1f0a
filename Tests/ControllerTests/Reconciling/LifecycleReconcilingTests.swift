import JSON
import Kubernetes
import OptimizationAPI
import Synchronization
import Testing

@testable import Controller

@Suite("Carrying out a lifecycle")
struct LifecycleReconcilingTests {
    private func trainJob(_ bench: Bench, _ index: Int) -> TrainJob? {
        bench.trainJob("bert-trial-\(index)").map { TrainJob(decoding: $0) }
    }

    @Test("suspends TrainJobs with the job and resumes them with it: same trials, same UIDs, no record changed")
    func suspend() async {
        let bench = Bench()
        await bench.reconcile()
        let records = bench.status.trials
        bench.cluster.setSpec(Bench.job) { $0["suspend"] = true }
        await bench.reconcile()
        #expect(bench.status.condition("Suspended")?.status == "True")
        #expect(trainJob(bench, 0)?.isSuspended == true && trainJob(bench, 1)?.isSuspended == true)
        await bench.reconcile()
        #expect(bench.cluster.calls("patch trainjobs/") == 2)
        bench.cluster.setSpec(Bench.job) { $0["suspend"] = false }
        await bench.reconcile()
        #expect(trainJob(bench, 0)?.isSuspended == false && trainJob(bench, 1)?.isSuspended == false)
        #expect(trainJob(bench, 0)?.metadata.annotations[Annotations.suspendedByJob] == nil)
        #expect(bench.status.trials == records && bench.status.condition("Suspended")?.status == "False")
        #expect(bench.cluster.calls("create trainjobs") == 2 && bench.cluster.violations == [])
    }

    @Test("tries again to suspend what could not be")
    func suspendAgain() async {
        let bench = Bench()
        await bench.reconcile()
        bench.cluster.setSpec(Bench.job) { $0["suspend"] = true }
        bench.fail("patch trainjobs/", with: .answer(500, "InternalError", "etcd"))
        guard case .retry = await bench.reconcile() else {
            Issue.record("a failed suspension is to be tried again")
            return
        }
        bench.heal()
        await bench.reconcile()
        #expect(trainJob(bench, 0)?.isSuspended == true && trainJob(bench, 1)?.isSuspended == true)
    }

    @Test("writes the end before it stops the trials, and stops them again when that failed")
    func goal() async {
        let bench = Bench(Sample.jobObject(numTrials: 9, parallelTrials: 3, goal: "0.5"))
        await bench.reconcile()
        bench.fail("delete trainjobs", with: .answer(503, "ServiceUnavailable", "try later"))
        bench.end("bert-trial-1", loss: "0.4")
        guard case .retry = await bench.reconcile() else {
            Issue.record("a failed deletion is to be tried again")
            return
        }
        #expect(bench.status.end?.reason == JobReason.goalReached)
        #expect(bench.cluster.objects(.trainJobs).count == 3)
        bench.heal()
        await bench.reconcile()
        #expect(bench.cluster.objects(.trainJobs).map { ObjectMeta($0).name } == ["bert-trial-1"])
        #expect(await bench.reconcile() == .settled)
        #expect(bench.cluster.calls("delete trainjobs") == 4 && bench.cluster.violations == [])
    }

    @Test(
        "deletes the TrainJobs of ended trials once, with the write that records their end",
        arguments: ["Best", "None"]
    )
    func retention(_ retention: String) async {
        let bench = Bench(
            Sample.jobObject(numTrials: 3, parallelTrials: 1, more: ["trialRetention": .string(retention)])
        )
        await bench.reconcile()
        for (index, loss) in ["3", "1", "2"].enumerated() {
            bench.end("bert-trial-\(index)", loss: loss)
            await bench.reconcile()
            await bench.reconcile()
        }
        #expect(bench.status.end?.reason == JobReason.maxTrialsReached)
        let left = bench.cluster.objects(.trainJobs).map { ObjectMeta($0).name }
        #expect(left == (retention == "Best" ? ["bert-trial-1"] : []))
        #expect(bench.cluster.calls("delete trainjobs") == 3 - left.count)
        #expect(bench.cluster.calls("patch optimizationjobs/status") <= 7)
        #expect(bench.cluster.violations == [])
    }

    /// A job whose only trial has ended, which the controller is yet to see.
    private func benchWithEndedTrial(timeToLive seconds: JSONValue) async -> Bench {
        let bench = Bench(
            Sample.jobObject(numTrials: 1, parallelTrials: 1, more: ["ttlSecondsAfterFinished": seconds])
        )
        await bench.reconcile()
        bench.end("bert-trial-0", loss: "1")
        return bench
    }

    @Test("deletes the job at the end of its time, unless it was given more trials just before")
    func timeToLive() async {
        for isGrown in [false, true] {
            let bench = await benchWithEndedTrial(timeToLive: 60)
            #expect(await bench.reconcile() == .after(seconds: 60))
            bench.clock.advance(by: 59)
            #expect(await bench.reconcile() == .after(seconds: 1))
            bench.clock.advance(by: 1)
            if isGrown { bench.cluster.setSpec(Bench.job) { $0["numTrials"] = 2 } }
            await bench.reconcile()
            #expect((bench.cluster.object(.optimizationJobs, Bench.job) == nil) != isGrown)
            #expect(bench.cluster.violations == [])
        }
    }

    @Test("looks at a long wait again within the hour, since the clock may be set meanwhile")
    func longWait() async {
        let bench = await benchWithEndedTrial(timeToLive: 86_400)
        #expect(await bench.reconcile() == .after(seconds: 3600))
        bench.clock.advance(by: 86_400)
        await bench.reconcile()
        #expect(bench.cluster.object(.optimizationJobs, Bench.job) == nil)
    }

    @Test("touches nothing of a job that another manager runs")
    func managedByOthers() async {
        let bench = Bench(Sample.jobObject(more: ["managedBy": .string(Managers.multiKueue)]))
        #expect(await bench.reconcile() == .settled)
        #expect(bench.cluster.store.withLock { $0.callCount } == 0)
    }

    @Test("starts from another job once that one has ended, with the trials an undisturbed start would have")
    func warmStart() async {
        let bench = Bench(Sample.jobObject(more: ["warmStartFrom": ["old"]]))
        #expect(await bench.reconcile() == .after(seconds: 10))
        #expect(bench.status.condition("Created")?.reason == JobReason.waitingForWarmStart)
        #expect(bench.status.summary?.state == "Pending")
        var old = Sample.jobObject(name: "old", uid: "old-uid", numTrials: 1, parallelTrials: 1)
        var status = Sample.status([Sample.record(0, state: .succeeded, loss: "1", job: "old")])
        bench.cluster.seed(.optimizationJobs, old)
        #expect(await bench.reconcile() == .after(seconds: 10))
        status.conditions.setCondition(
            Condition(type: "Complete", status: "True", reason: "x", message: "", lastTransitionTime: Sample.start)
        )
        old["status"] = status.json
        bench.cluster.seed(.optimizationJobs, old)
        await bench.reconcile()
        #expect(bench.status.trials.count == 2 && bench.status.condition("Created")?.status == "True")
    }

    @Test("gives other jobs a turn while it creates hundreds of trials, at a handful of status writes")
    func fairness() async {
        let bench = Bench(Sample.jobObject(numTrials: 200, parallelTrials: 200))
        var turns = 0
        while await bench.reconcile() == .again, turns < 20 {
            turns += 1
            #expect(bench.cluster.calls("create trainjobs") <= 64 * turns)
        }
        #expect(turns == 3)
        #expect(bench.cluster.calls("create trainjobs") == 200)
        #expect(bench.status.trials.allSatisfy { $0.trainJobUID != nil })
        #expect(bench.cluster.calls("patch optimizationjobs/status") <= 5)
        for index in 0..<100 { bench.end("bert-trial-\(index)", loss: "\(index)") }
        let writes = bench.cluster.calls("patch optimizationjobs/status")
        await bench.reconcile()
        #expect(bench.status.trialCounts.succeeded == 100)
        #expect(bench.cluster.calls("patch optimizationjobs/status") == writes + 1)
    }
}
