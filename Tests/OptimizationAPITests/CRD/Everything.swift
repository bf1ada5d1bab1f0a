import JSON
import Kubernetes
import OptimizationAPI

/// Specs and a status in which every field is set somewhere, the template's metadata apart: its maps have any keys.
enum Everything {
    static let specs: [OptimizationJobSpec] = zip(algorithms, pruners).map { algorithm, pruner in
        OptimizationJobSpec(
            objectives: [Objective(metric: "loss", goal: "0.1")],
            searchAlgorithm: algorithm,
            parameters: spaces.map { Parameter(name: "x", searchSpace: $0) },
            numTrials: 10,
            parallelTrials: 2,
            maxFailedTrials: 3,
            warmStartFrom: ["other"],
            pruneAlgorithm: pruner,
            isSuspended: true,
            managedBy: Managers.multiKueue,
            ttlSecondsAfterFinished: 60,
            trialRetention: .best,
            trainJobTemplate: TrainJobTemplate(spec: ["runtimeRef": ["name": "r", "kind": "k", "apiGroup": "g"]])
        )
    }

    private static let algorithms: [SearchAlgorithm] = [
        .random(seed: 1), .grid, .sobol(seed: 1), .tpe(seed: 1), .cmaes(seed: 1, sigma: "0.2"), .gp(seed: 1),
        .auto(seed: 1),
    ]

    private static let pruners: [PruneAlgorithm] = [
        .medianStop(), .asha(minProgress: 1), .hyperband(minProgress: 1, maxProgress: 9), .asha(), .asha(), .asha(),
        .asha(),
    ]

    private static let spaces: [SearchSpaceSpec] = [
        .uniform(NumericRange(min: "0", max: "1", step: "0.1")),
        .logUniform(NumericRange(min: "1", max: "2")),
        .categorical(choices: ["a"]),
        .normal(NormalDistribution(mean: "0", stdDev: "1", step: "0.1")),
        .logNormal(NormalDistribution(mean: "0", stdDev: "1")),
    ]

    static let status: OptimizationJobStatus = {
        let time = Timestamp(secondsSinceEpoch: 1_795_000_000)
        let parameters = [ParameterAssignment(name: "x", value: "0.5")]
        let metrics = [MetricValue(name: "loss", value: "0.25")]
        let result = TrialResult(trainJobName: "job-trial-0", parameters: parameters, metrics: metrics)
        var status = OptimizationJobStatus(
            conditions: [
                Condition(
                    type: ConditionType.complete,
                    status: "True",
                    reason: "MaxTrialsReached",
                    message: "done",
                    lastTransitionTime: time,
                    observedGeneration: 1
                )
            ],
            result: result,
            optimalTrials: [result],
            trials: [
                TrialRecord(
                    trainJobName: "job-trial-0",
                    trainJobUID: "u",
                    state: .succeeded,
                    reason: "Completed",
                    message: "done",
                    parameters: parameters,
                    metrics: metrics,
                    progress: [ProgressPoint(step: 1, value: 0.5)],
                    stepMeasure: .metric("epoch"),
                    creationTime: time,
                    completionTime: time
                )
            ],
            nextTrialIndex: 1
        )
        if let spec = specs.first { status.summary = StatusSummary(of: status, spec: spec) }
        return status
    }()
}
