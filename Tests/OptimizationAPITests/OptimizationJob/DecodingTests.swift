import JSON
import Kubernetes
import OptimizationAPI
import Search
import Testing

@Suite("An OptimizationJob")
struct DecodingTests {
    @Test("reads every field of its spec")
    func spec() throws {
        let job = try OptimizationJob(decoding: Samples.full)
        #expect(job.metadata.namespacedName == NamespacedName(namespace: "ml-team", name: "tune"))
        #expect(job.spec.objectives == [Objective(metric: "accuracy", direction: .maximize)])
        #expect(job.spec.searchAlgorithm == .random(seed: .max))
        #expect(
            job.spec.parameters == [
                Parameter(name: "lr", searchSpace: .logUniform(NumericRange(min: "1e-5", max: "1e-1"))),
                Parameter(name: "depth", searchSpace: .uniform(NumericRange(min: "2", max: "8", type: .int))),
                Parameter(name: "units", searchSpace: .logUniform(NumericRange(min: "16", max: "1e3", type: .int))),
                Parameter(name: "optimizer", searchSpace: .categorical(choices: ["sgd", "adam", ""])),
            ]
        )
        #expect(job.spec.numTrials == 20)
        #expect(job.spec.parallelTrials == 4)
        #expect(job.spec.trainJobTemplate.labels == ["queue": "gold"])
        #expect(job.spec.trainJobTemplate.annotations == ["note": "all night"])
    }

    @Test("reads every field beyond upstream's")
    func extendedSpec() throws {
        let spec = try OptimizationJob(decoding: Samples.extended).spec
        #expect(spec.searchAlgorithm == .cmaes(seed: 1, startupTrials: 2, sigma: "0.2"))
        #expect(
            spec.parameters.map(\.searchSpace) == [
                .normal(NormalDistribution(mean: "0", stdDev: "1", type: .int, step: "2")),
                .logNormal(NormalDistribution(mean: "0", stdDev: "1")),
            ]
        )
        #expect(spec.maxFailedTrials == 3)
        #expect(spec.warmStartFrom == ["other"])
        #expect(spec.pruneAlgorithm == .hyperband(reductionFactor: 3, minProgress: 1, maxProgress: 9))
        #expect(spec.isSuspended)
        #expect(spec.managedBy == Managers.multiKueue && !spec.isManagedByUs)
        #expect(spec.ttlSecondsAfterFinished == 60)
        #expect(spec.trialRetention == .none)
    }

    @Test("reads back every algorithm with every setting", arguments: Everything.specs)
    func everything(spec: OptimizationJobSpec) throws {
        var job = Samples.minimal
        job["spec"] = spec.json
        // A job needs names that differ, and a grid what can be counted.
        job["spec"]?["parameters"] = [["name": "x", "searchSpace": ["categorical": ["choices": ["a"]]]]]
        let read = try OptimizationJob(decoding: job).spec
        #expect(read.searchAlgorithm == spec.searchAlgorithm)
        #expect(read.pruneAlgorithm == spec.pruneAlgorithm)
        #expect(read.objectives == spec.objectives)
    }

    @Test("gives samplers steps as they are written")
    func steps() throws {
        let job = Samples.job([
            "parameters": [
                ["name": "a", "searchSpace": ["uniform": ["min": "0", "max": "1", "step": "0.1"]]],
                ["name": "b", "searchSpace": ["uniform": ["min": "0", "max": "9", "type": "Int", "step": "3"]]],
                // Not a field there, so it has no effect.
                ["name": "c", "searchSpace": ["logUniform": ["min": "1", "max": "9", "step": "3"]]],
            ]
        ])
        #expect(
            try OptimizationJob(decoding: job).spec.searchSpace.parameters.map(\.domain) == [
                .float(min: 0, max: 1, step: 0.1), .int(min: 0, max: 9, step: 3), .float(min: 1, max: 9, scale: .log),
            ]
        )
    }

    @Test("gives samplers the exact domains")
    func searchSpace() throws {
        let space = try OptimizationJob(decoding: Samples.full).spec.searchSpace
        #expect(
            space.parameters == [
                ParameterDomain(name: "lr", domain: .float(min: 1e-5, max: 0.1, scale: .log)),
                ParameterDomain(name: "depth", domain: .int(min: 2, max: 8)),
                ParameterDomain(name: "units", domain: .int(min: 16, max: 1000, scale: .log)),
                ParameterDomain(name: "optimizer", domain: .categorical(["sgd", "adam", ""])),
            ]
        )
    }

    @Test("writes back what it read, unknown parts of the template included")
    func roundTrip() throws {
        let job = try OptimizationJob(decoding: Samples.full)
        #expect(job.spec.json == Samples.full["spec"])
        #expect(
            job.spec.trainJobTemplate.spec.description
                == Samples.full["spec"]?["trainJobTemplate"]?["spec"]?.description
        )
        #expect(try OptimizationJob(decoding: job.json) == job)
    }

    @Test("fills in defaults itself")
    func defaults() throws {
        let job = try OptimizationJob(decoding: Samples.minimal)
        #expect(job.spec.objectives == [Objective(metric: "loss", direction: .minimize)])
        #expect(job.spec.searchAlgorithm == .random(seed: nil))
        #expect(job.spec.numTrials == 1)
        #expect(job.spec.parallelTrials == 1)
        #expect(job.spec.json == Defaulting.apply(to: Samples.minimal)["spec"])
        #expect(job.status == OptimizationJobStatus())
    }

    @Test("reads grid search, and nulls as absent")
    func grid() throws {
        let job = Samples.job([
            "searchAlgorithm": ["random": nil, "grid": [:]],
            "parameters": [["name": "a", "searchSpace": ["uniform": nil, "categorical": ["choices": ["x"]]]]],
        ])
        let decoded = try OptimizationJob(decoding: job)
        #expect(decoded.spec.searchAlgorithm == .grid)
        #expect(decoded.spec.parameters == [Parameter(name: "a", searchSpace: .categorical(choices: ["x"]))])
    }

    @Test("need not say what it is, as in a list, but must not say something else")
    func listItem() throws {
        var item = Samples.full
        item["apiVersion"] = nil
        item["kind"] = nil
        #expect(try OptimizationJob(decoding: item) == OptimizationJob(decoding: Samples.full))
        item["kind"] = "TrainJob"
        #expect(throws: FieldErrors.self) { try OptimizationJob(decoding: item) }
    }

    @Test("says everything that is wrong instead of being read")
    func invalid() throws {
        let job = Samples.job(["numTrials": 0, "suspend": 1])
        let error = #expect(throws: FieldErrors.self) { try OptimizationJob(decoding: job) }
        #expect(error?.errors.count == 3)
        #expect(error?.description.hasPrefix("[spec.numTrials: Invalid value: 0: ") == true)
    }

    @Test("takes its seed from the spec, else from its UID, else from its name")
    func seeds() throws {
        var job = try OptimizationJob(decoding: Samples.job(["searchAlgorithm": ["random": ["seed": -5]]]))
        #expect(job.seed == UInt64(bitPattern: -5))
        job.spec.searchAlgorithm = .grid
        let named = job.seed
        job.metadata.uid = "8a1b"
        #expect(job.seed == SeededGenerator.seed(from: "8a1b"))
        #expect(job.seed != named)
    }
}

@Suite("The status of an OptimizationJob")
struct StatusTests {
    private let time = Timestamp(secondsSinceEpoch: 1_795_000_000)

    private var record: TrialRecord {
        TrialRecord(
            trainJobName: "tune-trial-0",
            trainJobUID: "u0",
            state: .succeeded,
            reason: "Completed",
            message: "done",
            parameters: [ParameterAssignment(name: "lr", value: "0.1")],
            metrics: [MetricValue(name: "loss", value: "0.5"), MetricValue(name: "loss", value: " 0.25 ")],
            creationTime: time,
            completionTime: time
        )
    }

    @Test("survives writing and reading")
    func roundTrip() {
        let status = OptimizationJobStatus(
            conditions: [
                Condition(
                    type: ConditionType.created,
                    status: "True",
                    reason: "TrialsStarted",
                    message: "",
                    lastTransitionTime: time,
                    observedGeneration: 2
                )
            ],
            result: TrialResult(
                trainJobName: "tune-trial-0",
                parameters: record.parameters,
                metrics: record.metrics
            ),
            trials: [
                record,
                TrialRecord(trainJobName: "tune-trial-1", parameters: record.parameters, creationTime: time),
            ],
            nextTrialIndex: 2
        )
        #expect(OptimizationJobStatus(decoding: status.json) == status)
        #expect(status.json["trialCounts"] == ["running": 1, "succeeded": 1, "failed": 0, "earlyStopped": 0])
    }

    @Test("counts trials by state")
    func counts() {
        let trials = TrialState.allCases.map { state in
            TrialRecord(trainJobName: "t", state: state, parameters: [], creationTime: time)
        }
        let counts = TrialCounts(of: trials + trials)
        #expect(counts.running == 2 && counts.succeeded == 2 && counts.failed == 2 && counts.earlyStopped == 2)
        #expect(counts.finished == 6)
    }

    @Test("gives no number twice when its counter is lost")
    func lostCounter() {
        let status = OptimizationJobStatus(trials: [record, record], nextTrialIndex: 2)
        var json = status.json
        json["nextTrialIndex"] = nil
        #expect(OptimizationJobStatus(decoding: json).nextTrialIndex == 2)
    }

    @Test("keeps a record whose state it does not know")
    func unknownState() {
        var json = record.json
        json["state"] = "Hibernated"
        #expect(TrialRecord(decoding: json)?.state == .failed)
        json["completionTime"] = nil
        #expect(TrialRecord(decoding: json)?.state == .running)
    }

    @Test("reads the last value of a metric, if it is a number")
    func metrics() {
        #expect(record.number(ofMetric: "loss") == 0.25)
        #expect(record.number(ofMetric: "accuracy") == nil)
        for text in ["nan", "inf", "-Infinity", "n/a", "", "1.5 s", "1e400", "0x10"] {
            #expect(MetricValue(name: "m", value: text).number == nil)
        }
        #expect(MetricValue(name: "m", value: "1e-05").number == 1e-5)
    }

    @Test("prefers finite numbers, in the objective's direction")
    func directions() {
        #expect(Direction.minimize.prefers(1, over: 2) && !Direction.minimize.prefers(2, over: 1))
        #expect(Direction.maximize.prefers(2, over: 1) && !Direction.maximize.prefers(1, over: 1))
        #expect(!Direction.minimize.prefers(-.infinity, over: 1) && !Direction.maximize.prefers(.nan, over: 1))
        #expect(Direction.maximize.prefers(-1e308, over: .infinity) && Direction.minimize.prefers(1, over: .nan))
    }
}
