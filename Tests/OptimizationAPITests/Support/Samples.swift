import JSON

/// OptimizationJobs to start from.
enum Samples {
    /// The least that is accepted.
    static let minimal: JSONValue = [
        "apiVersion": "trainer.kubeflow.org/v1alpha1",
        "kind": "OptimizationJob",
        "metadata": ["name": "case", "namespace": "ml-team"],
        "spec": [
            "objectives": [["metric": "loss"]],
            "parameters": [["name": "lr", "searchSpace": ["uniform": ["min": "0.01", "max": "0.1"]]]],
            "trainJobTemplate": ["spec": ["runtimeRef": ["name": "torch-distributed"]]],
        ],
    ]

    /// Everything a spec can say.
    static let full: JSONValue = [
        "apiVersion": "trainer.kubeflow.org/v1alpha1",
        "kind": "OptimizationJob",
        "metadata": [
            "name": "tune", "namespace": "ml-team", "uid": "8a1b", "generation": 3,
            "labels": ["team": "vision"],
        ],
        "spec": [
            "objectives": [["metric": "accuracy", "direction": "Maximize"]],
            "searchAlgorithm": ["random": ["seed": 9_223_372_036_854_775_807]],
            "parameters": [
                ["name": "lr", "searchSpace": ["logUniform": ["min": "1e-5", "max": "1e-1", "type": "Float"]]],
                ["name": "depth", "searchSpace": ["uniform": ["min": "2", "max": "8", "type": "Int"]]],
                ["name": "units", "searchSpace": ["logUniform": ["min": "16", "max": "1e3", "type": "Int"]]],
                ["name": "optimizer", "searchSpace": ["categorical": ["choices": ["sgd", "adam", ""]]]],
            ],
            "numTrials": 20,
            "parallelTrials": 4,
            "trainJobTemplate": [
                "metadata": ["labels": ["queue": "gold"], "annotations": ["note": "all night"]],
                "spec": [
                    "runtimeRef": [
                        "name": "torch-distributed", "apiGroup": "trainer.kubeflow.org",
                        "kind": "ClusterTrainingRuntime",
                    ],
                    "trainer": [
                        "image": "example.com/train:1",
                        "command": ["python", "train.py"],
                        "args": ["--lr=$(OPT_LR)"],
                        "env": [["name": "DATA", "value": "/data"]],
                        "numNodes": 2,
                        "resourcesPerNode": ["limits": ["cpu": 4, "memory": "1.5Gi", "example.com/gpu": "1"]],
                    ],
                    "somethingNew": ["kept": [1.50, nil, true]],
                ],
            ],
        ],
    ]

    /// What `full` leaves out, since a job has only one of each.
    static let extended = job([
        "searchAlgorithm": ["cmaes": ["seed": 1, "startupTrials": 2, "sigma": "0.2"]],
        "parameters": [
            ["name": "a", "searchSpace": ["normal": ["mean": "0", "stdDev": "1", "type": "Int", "step": "2"]]],
            ["name": "b", "searchSpace": ["logNormal": ["mean": "0", "stdDev": "1"]]],
        ],
        "numTrials": 9,
        "maxFailedTrials": 3,
        "warmStartFrom": ["other"],
        "pruneAlgorithm": ["hyperband": ["reductionFactor": 3, "minProgress": 1, "maxProgress": 9]],
        "suspend": true,
        "managedBy": "kueue.x-k8s.io/multikueue",
        "ttlSecondsAfterFinished": 60,
        "trialRetention": "None",
    ])

    /// `minimal` with members of the spec replaced or added.
    static func job(_ changes: KeyValuePairs<String, JSONValue?>, in base: JSONValue = minimal) -> JSONValue {
        var job = base
        var spec = job["spec"] ?? .null
        for (key, value) in changes { spec[key] = value }
        job["spec"] = spec
        return job
    }

    /// `minimal` with one parameter `x` of this search space.
    static func job(searchSpace: JSONValue) -> JSONValue {
        job(["parameters": [["name": "x", "searchSpace": searchSpace]]])
    }

    /// `minimal` with this TrainJob spec, a runtime added.
    static func job(trainJob: JSONValue) -> JSONValue {
        var spec = trainJob
        if spec["runtimeRef"] == nil { spec["runtimeRef"] = ["name": "torch-distributed"] }
        return job(["trainJobTemplate": ["spec": spec]])
    }
}
