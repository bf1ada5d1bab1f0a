import JSON
import Kubernetes
import OptimizationAPI
import Synchronization
import Testing

@testable import Controller

/// A run of one job in which exactly one call meets a fault, each call in its turn.
@Suite("A controller killed at every single API call")
struct EveryCallTests {
    /// What becomes of the call.
    enum Fate: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case diesBefore = "the process dies before it"
        case diesAfter = "the process dies after it"
        case answerLost = "its answer is lost"
        case conflict = "it meets a conflict"
        case refused = "the API server fails"

        var testDescription: String { rawValue }

        var fault: FakeCluster.Fault {
            switch self {
            case .diesBefore: .diesBefore
            case .diesAfter: .diesAfter
            case .answerLost: .answerLost
            case .conflict: .refused(.answer(409, "Conflict", "the object has been modified"))
            case .refused: .refused(.answer(500, "InternalError", "etcd is not available"))
            }
        }
    }

    /// Six trials, two at a time, with a suspension and more trials in the middle; deleted when they ended but the best.
    private func run(meeting fate: Fate?, atCall number: Int) async throws -> (job: OptimizationJob, calls: Int) {
        let cluster = FakeCluster()
        let clock = FakeClock()
        cluster.seed(
            .optimizationJobs,
            Sample.jobObject(numTrials: 4, parallelTrials: 2, more: ["trialRetention": "Best"])
        )
        let count = Mutex(0)
        cluster.store.withLock { store in
            store.fault = { _ in
                let call = count.withLock { count in
                    count += 1
                    return count
                }
                return call == number ? fate?.fault ?? .none : .none
            }
        }
        let replica = Replica(cluster: cluster, clock: clock)
        func settle() async {
            var quiet = 0
            for _ in 0..<12 where quiet < 2 {
                if cluster.store.withLock({ $0.isDead }) {
                    cluster.store.withLock { $0.isDead = false }
                    replica.restart()
                }
                replica.deliver(.optimizationJobs, .max)
                replica.deliver(.trainJobs, .max)
                let before = cluster.store.withLock { $0.version }
                _ = await replica.reconcile(Simulation.job)
                clock.advance(by: 2)
                quiet = cluster.store.withLock { $0.version } == before ? quiet + 1 : 0
            }
        }
        await settle()
        for turn in 0..<6 {
            if turn == 1 { cluster.setSpec(Simulation.job) { $0["suspend"] = true } }
            if turn == 3 { cluster.setSpec(Simulation.job) { $0["numTrials"] = 6 } }
            await settle()
            if turn == 1 {
                #expect(cluster.trainJobs.allSatisfy { $0.isFinished || $0.isSuspended })
                cluster.setSpec(Simulation.job) { $0["suspend"] = false }
                await settle()
            }
            for trial in cluster.trainJobs where trial.metadata.name == "bert-trial-\(turn)" {
                cluster.setStatus(.trainJobs, trial.metadata.namespacedName) { status in
                    status["conditions"] = [
                        [
                            "type": "Complete", "status": "True", "reason": "Done", "message": "",
                            "lastTransitionTime": .string(Sample.start.description),
                        ]
                    ]
                    let loss = "\((turn * 5 + 3) % 7)"
                    status["trainerStatus"] = ["metrics": [["name": "loss", "value": .string(loss)]]]
                }
            }
            await settle()
        }
        #expect(cluster.violations == [])
        #expect(cluster.trainJobs.map(\.metadata.name) == ["bert-trial-5"])
        return (try #require(cluster.job(Simulation.job)), count.withLock { $0 })
    }

    @Test("ends with the very history of an undisturbed run", arguments: Fate.allCases)
    func everyCall(_ fate: Fate) async throws {
        func history(_ job: OptimizationJob) -> [[String]] {
            job.status.trials.map { record in
                [record.trainJobName, record.state.rawValue, record.reason ?? ""]
                    + record.parameters.map(\.value) + record.metrics.map(\.value)
            }
        }
        let undisturbed = try await run(meeting: nil, atCall: 0)
        #expect(undisturbed.job.status.end?.reason == JobReason.maxTrialsReached)
        #expect(undisturbed.calls > 20)
        let expected = history(undisturbed.job)
        for call in 1...undisturbed.calls {
            let job = try await run(meeting: fate, atCall: call).job
            #expect(history(job) == expected, "call \(call)")
            #expect(job.status.result == undisturbed.job.status.result, "call \(call)")
            #expect(job.status.end?.reason == JobReason.maxTrialsReached, "call \(call)")
        }
    }
}
