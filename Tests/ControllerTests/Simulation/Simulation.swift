import JSON
import Kubernetes
import OptimizationAPI
import Search
import Synchronization

@testable import Controller

/// A cluster, one or two controllers, a user and bad luck, all driven by one seed on one thread.
///
/// Between any two of its steps the controller may be killed (losing all it remembers) or lose the leadership to another,
/// whose caches and memory are older; caches may lag behind; the API server may refuse, time out or lose an answer;
/// TrainJobs may report, forget, end or be deleted by someone; the user may suspend the job or ask for more of it.
final class Simulation {
    static let job = NamespacedName(namespace: "ml", name: "bert")

    let cluster = FakeCluster()
    private let clock = FakeClock()
    private let misfortune: Misfortune
    private var generator: SeededGenerator
    private var replicas: [Replica] = []
    private var leader = 0
    private(set) var trace: [String] = []
    private(set) var restarts = 0

    private let losesStatus: Bool

    /// - Parameter losesStatus: Whether somebody clears the job's status at times, or replaces it by an older one.
    init(seed: UInt64, losesStatus: Bool = false) {
        self.losesStatus = losesStatus
        generator = SeededGenerator(seed: seed)
        misfortune = Misfortune(seed: seed, percent: Int.random(in: 0...20, using: &generator))
        let scenario = Scenario(using: &generator)
        var object = scenario.object
        // Chosen after all that was learnt, so a trial that is begun anew has other parameters.
        if losesStatus { object["spec"]?["searchAlgorithm"] = ["tpe": ["seed": 7, "startupTrials": 1]] }
        cluster.seed(.optimizationJobs, object)
        cluster.store.withLock { [misfortune] store in
            store.denied = Set(scenario.denied.map { "bert-trial-\($0)" })
            store.fault = { _ in misfortune.next() }
        }
        for _ in 0..<Int.random(in: 1...2, using: &generator) {
            replicas.append(Replica(cluster: cluster, clock: clock))
        }
    }

    var finalJob: OptimizationJob? { cluster.job(Self.job) }

    // MARK: Steps

    /// One thing happens.
    func step() async {
        if cluster.store.withLock({ $0.isDead }) { restart() }
        let replica = replicas[Int.random(in: 0..<replicas.count, using: &generator)]
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<22: replica.deliver(.optimizationJobs, Int.random(in: 1...3, using: &generator))
        case 22..<44: replica.deliver(.trainJobs, Int.random(in: 1...4, using: &generator))
        case 44..<62: await reconcile()
        case 62..<82: train()
        case 82..<91: clock.advance(by: Int64.random(in: 1...25, using: &generator))
        case 91, 92: changeSpec()
        case 93 where losesStatus: loseStatus()
        case 93: deleteSomething()
        case 94, 95: replica.relist()
        case 96, 97: changeLeader()
        default: restart()
        }
    }

    /// The faults end, everything is delivered and every trial ends: the job must too.
    func settle() async -> Bool {
        misfortune.end()
        trace.append("calm")
        for turn in 0..<400 {
            if cluster.store.withLock({ $0.isDead }) { restart() }
            for replica in replicas {
                replica.deliver(.optimizationJobs, .max)
                replica.deliver(.trainJobs, .max)
            }
            let before = cluster.store.withLock { $0.version }
            await reconcile()
            if turn == 2 {
                checkSuspension()
                cluster.setSpec(Self.job) { $0["suspend"] = false }
            }
            let isQuiet = cluster.store.withLock { $0.version } == before
            if isQuiet, turn > 3, finalJob?.status.isTerminal ?? false { return true }
            for _ in 0..<4 { train() }
            clock.advance(by: 7)
        }
        return false
    }

    private func reconcile() async {
        let next = await replicas[leader].reconcile(Self.job)
        trace.append("\(leader) reconciles: \(next)")
    }

    private func restart() {
        trace.append("\(leader) restarts")
        restarts += 1
        cluster.store.withLock { $0.isDead = false }
        replicas[leader].restart()
    }

    private func changeLeader() {
        leader = (leader + 1) % replicas.count
        trace.append("\(leader) leads")
    }

    private func changeSpec() {
        var what = ""
        cluster.setSpec(Self.job) { what = Scenario.change(&$0, using: &generator) }
        trace.append("user: \(what)")
    }

    // MARK: What trials do

    private func train() {
        let all = cluster.trainJobs
        let isLate = Int.random(in: 0..<8, using: &generator) == 0  // the last report may trail the end, even by much
        let candidates = all.filter { $0.isFinished == isLate && !($0.isSuspended && !isLate) }
        guard let trial = candidates.randomElement(using: &generator) else { return }
        let value = "\(Double(Int.random(in: 0...50, using: &generator)) / 10)"
        let epoch: JSONValue = [
            "name": "epoch", "value": .string("\(Int.random(in: 0...12, using: &generator))"),
        ]
        let time = clock.now.description
        let luck = Int.random(in: 0..<(isLate ? 6 : 10), using: &generator)
        trace.append("\(trial.metadata.name): \(luck) \(value)")
        cluster.setStatus(.trainJobs, trial.metadata.namespacedName) { status in
            func condition(_ type: String, _ reason: String) {
                status["conditions"] = [
                    [
                        "type": .string(type), "status": "True", "reason": .string(reason), "message": "so it went",
                        "lastTransitionTime": .string(time),
                    ]
                ]
            }
            func report(_ metrics: JSONValue) {
                status["trainerStatus"] = ["metrics": metrics, "lastUpdatedTime": .string(time)]
            }
            switch luck {
            case 0...3: report([["name": "loss", "value": .string(value)], epoch])
            case 4: report([["name": "loss", "value": "nan"], epoch])
            case 5: report([])
            case 6: condition("Failed", "FailedJobs")
            default: condition("Complete", "AllJobsCompleted")
            }
        }
    }

    private func deleteSomething() {
        guard let victim = cluster.objects(.trainJobs).randomElement(using: &generator) else { return }
        trace.append("someone deletes \(ObjectMeta(victim).name)")
        cluster.remove(.trainJobs, ObjectMeta(victim).namespacedName)
    }

    private func loseStatus() {
        let earlier = cluster.log(.optimizationJobs).map { $0.object["status"] ?? [:] }
        let isCleared = Int.random(in: 0..<2, using: &generator) == 0
        let status = isCleared ? [:] : earlier.randomElement(using: &generator) ?? [:]
        trace.append("someone \(isCleared ? "clears the status" : "restores an older status")")
        cluster.store.withLock { $0.hasLostStatus = true }
        cluster.setStatus(.optimizationJobs, Self.job) { $0 = status }
    }

    // MARK: How it must be in the end

    private func blame(_ promise: String) { cluster.store.withLock { $0.violations.append(promise) } }

    /// Of a suspended job no trial runs once everything was delivered.
    private func checkSuspension() {
        guard let job = finalJob, job.spec.isSuspended, !job.status.isTerminal else { return }
        let running = cluster.trainJobs
            .filter { !$0.isFinished && !$0.isSuspended }
        if !running.isEmpty { blame("\(running.map(\.metadata.name)) run though the job is suspended") }
        if !job.status.conditions.isTrue(ConditionType.suspended) { blame("the job is suspended and does not say so") }
    }

    /// What a job that has ended must have left behind.
    ///
    /// - Parameter parameters: What an undisturbed run tries; `nil` when that is not known.
    func checkEnd(parameters: [[String]]?) {
        guard let job = finalJob, let end = job.status.end else { return blame("the job did not end") }
        let records = job.status.trials
        if let parameters, records.map({ $0.parameters.map(\.value) }) != Array(parameters.prefix(records.count)) {
            blame("other parameters than those of an undisturbed run")
        }
        // More trials that would end the job at once are not begun, and an end stands that would only be followed by another.
        let isSpent = records.count == job.spec.numTrials || Stop(judging: records, of: job) != nil
        let explained =
            switch end.reason {
            case JobReason.maxTrialsReached: isSpent && records.contains { $0.state == .succeeded }
            case JobReason.allTrialsFailed: isSpent && !records.contains { $0.state == .succeeded }
            case JobReason.maxFailedTrialsExceeded: isSpent
            case JobReason.trainJobsCreationFailed: records.allSatisfy { $0.trainJobUID == nil }
            case JobReason.goalReached:
                records.contains { record in
                    job.spec.objectives.allSatisfy {
                        Metrics.value(of: $0.metric, in: record.metrics).map($0.isReached(by:)) ?? false
                    }
                }
            default: false
            }
        if !explained { blame("\(end.reason) is not true of \(records.map(\.state))") }

        let trainJobs = cluster.trainJobs
        let running = trainJobs.filter { !$0.isFinished }.map(\.metadata.name)
        if !running.isEmpty { blame("\(running) still run though the job has ended") }
        guard !losesStatus else { return }  // what nobody knows of is not cleared away
        let left = Set(trainJobs.map(\.metadata.name))
        let keepable =
            switch job.spec.trialRetention {
            case .all: left
            case .best: Set([job.status.result?.trainJobName].compactMap { $0 })
            case .none: Set<String>()
            }
        if !left.isSubset(of: keepable) { blame("\(left.subtracting(keepable)) were to be deleted") }
    }
}
