import JSON
import Kubernetes
import OptimizationAPI

@testable import Controller

/// Objects for tests, with defaults for everything a test does not care about.
enum Sample {
    static let jobUID = "11111111-2222-3333-4444-555555555555"
    static let start = Timestamp(secondsSinceEpoch: 1_790_000_000)

    /// A job that minimises `loss` over one learning rate, with 4 trials, 2 at a time.
    static func jobObject(
        name: String = "bert",
        uid: String = jobUID,
        numTrials: Int = 4,
        parallelTrials: Int = 2,
        direction: String = "Minimize",
        goal: String? = nil,
        algorithm: JSONValue = ["random": ["seed": 7]],
        parameters: JSONValue = [
            ["name": "lr", "searchSpace": ["uniform": ["min": "0.1", "max": "0.9", "type": "Float"]]]
        ],
        more: JSONObject = [:],
        template: JSONValue = [
            "metadata": ["labels": ["team": "a"], "annotations": ["note": "n"], "finalizers": ["keep/me"]],
            "spec": [
                "runtimeRef": ["name": "torch-distributed"],
                "trainer": ["image": "train:1", "env": [["name": "LOG", "value": "info"]]],
            ],
        ]
    ) -> JSONValue {
        var object: JSONValue = [
            "apiVersion": "trainer.kubeflow.org/v1alpha1",
            "kind": "OptimizationJob",
            "metadata": [
                "name": .string(name), "namespace": "ml", "uid": .string(uid), "resourceVersion": "100",
                "generation": 3,
                "creationTimestamp": .string(start.description),
            ],
            "spec": [
                "objectives": [objective("loss", direction, goal: goal)],
                "searchAlgorithm": algorithm,
                "parameters": parameters,
                "numTrials": .number(JSONNumber(numTrials)),
                "parallelTrials": .number(JSONNumber(parallelTrials)),
                "trainJobTemplate": template,
            ],
        ]
        for (field, value) in more { object["spec"]?[field] = value }
        return object
    }

    static func objective(_ metric: String, _ direction: String = "Minimize", goal: String? = nil) -> JSONValue {
        var objective: JSONObject = ["metric": .string(metric), "direction": .string(direction)]
        if let goal { objective["goal"] = .string(goal) }
        return .object(objective)
    }

    static func job(_ object: JSONValue = jobObject(), status: OptimizationJobStatus? = nil) throws -> OptimizationJob {
        var object = object
        if let status { object["status"] = status.json }
        return try OptimizationJob(decoding: object)
    }

    /// Choices of a grid with `count` points.
    static func grid(_ count: Int) -> JSONValue {
        [
            [
                "name": "batch",
                "searchSpace": ["categorical": ["choices": .array((0..<count).map { .string("b\($0)") })]],
            ]
        ]
    }

    /// A TrainJob as the cache shows it.
    static func trainJob(
        _ name: String,
        uid: String,
        owner: String = jobUID,
        conditions: [(type: String, reason: String, message: String)] = [],
        at time: Timestamp = start,
        metrics: [(String, String)]? = nil,
        isBeingDeleted: Bool = false
    ) -> TrainJob {
        TrainJob(
            decoding: trainJobObject(
                name,
                uid: uid,
                owner: owner,
                conditions: conditions,
                at: time,
                metrics: metrics,
                isBeingDeleted: isBeingDeleted
            )
        )
    }

    static func trainJobObject(
        _ name: String,
        uid: String,
        owner: String = jobUID,
        conditions: [(type: String, reason: String, message: String)] = [],
        at time: Timestamp = start,
        metrics: [(String, String)]? = nil,
        isBeingDeleted: Bool = false
    ) -> JSONValue {
        var object: JSONValue = [
            "apiVersion": "trainer.kubeflow.org/v1alpha1",
            "kind": "TrainJob",
            "metadata": [
                "name": .string(name), "namespace": "ml", "uid": .string(uid), "resourceVersion": "7",
                "ownerReferences": [
                    [
                        "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "OptimizationJob", "name": "bert",
                        "uid": .string(owner), "controller": true, "blockOwnerDeletion": true,
                    ]
                ],
            ],
            "spec": ["runtimeRef": ["name": "torch-distributed"]],
        ]
        if isBeingDeleted { object["metadata"]?["deletionTimestamp"] = .string(start.description) }
        if !conditions.isEmpty {
            object["status"] = [
                "conditions": .array(
                    conditions.map {
                        [
                            "type": .string($0.type), "status": "True", "reason": .string($0.reason),
                            "message": .string($0.message), "lastTransitionTime": .string(time.description),
                        ]
                    }
                )
            ]
        }
        if let metrics {
            if object["status"] == nil { object["status"] = [:] }
            object["status"]?["trainerStatus"] = [
                "metrics": .array(metrics.map { ["name": .string($0.0), "value": .string($0.1)] }),
                "lastUpdatedTime": .string(time.description),
            ]
        }
        return object
    }

    static func complete(_ name: String, uid: String, metrics: [(String, String)]?, at time: Timestamp = start)
        -> TrainJob
    {
        trainJob(
            name,
            uid: uid,
            conditions: [("Complete", "AllJobsCompleted", "jobset completed successfully")],
            at: time,
            metrics: metrics
        )
    }

    static func failed(_ name: String, uid: String, reason: String, message: String) -> TrainJob {
        trainJob(name, uid: uid, conditions: [("Failed", reason, message)])
    }

    /// A record as written when the trial was started.
    static func record(
        _ index: Int,
        uid: String? = nil,
        state: TrialState = .running,
        reason: String? = nil,
        loss: String? = nil,
        job: String = "bert"
    ) -> TrialRecord {
        TrialRecord(
            trainJobName: "\(job)-trial-\(index)",
            trainJobUID: uid,
            state: state,
            reason: reason,
            parameters: [ParameterAssignment(name: "lr", value: "0.\(index + 1)")],
            metrics: loss.map { [MetricValue(name: "loss", value: $0)] } ?? [],
            creationTime: start,
            completionTime: state == .running ? nil : start
        )
    }

    static func status(_ records: [TrialRecord]) -> OptimizationJobStatus {
        var status = OptimizationJobStatus()
        status.trials = records
        status.nextTrialIndex = records.count
        return status
    }
}

extension OptimizationJobStatus {
    func condition(_ type: String) -> Condition? { conditions.first { $0.type == type } }
}
