import JSON

/// An OptimizationJob as a controller meets it late in a run: a template with a long environment, and a hundred or so
/// records in its status.
enum SampleDocument {
    /// About 100 KB of compact JSON.
    static func make() -> [UInt8] {
        let job: JSONValue = [
            "apiVersion": "trainer.kubeflow.org/v1alpha1",
            "kind": "OptimizationJob",
            "metadata": metadata,
            "spec": spec,
            "status": status,
        ]
        return job.serialized()
    }

    private static let metadata: JSONValue = [
        "name": "resnet-cifar10-sweep",
        "namespace": "team-vision",
        "uid": "5b0d8ab3-4c3a-4e2a-9d75-9d9b1fd7a1c4",
        "resourceVersion": "1848213",
        "generation": 3,
        "creationTimestamp": "2026-08-21T10:30:45Z",
        "labels": ["app.kubernetes.io/part-of": "vision", "kueue.x-k8s.io/queue-name": "gpu"],
        "annotations": [
            "kubectl.kubernetes.io/last-applied-configuration":
                .string(
                    "{\"apiVersion\":\"trainer.kubeflow.org/v1alpha1\",\"kind\":\"OptimizationJob\",\"metadata\":"
                        + "{\"name\":\"resnet-cifar10-sweep\",\"namespace\":\"team-vision\"}}\n"
                )
        ],
    ]

    private static let spec: JSONValue = [
        "objectives": [["metric": "validation_accuracy", "direction": "Maximize"]],
        "searchAlgorithm": ["random": ["seed": 9_007_199_254_740_993]],
        "parameters": [
            ["name": "learning_rate", "searchSpace": ["logUniform": ["min": "1e-5", "max": "0.1", "type": "Float"]]],
            ["name": "batch_size", "searchSpace": ["uniform": ["min": "16", "max": "512", "type": "Int"]]],
            [
                "name": "optimizer",
                "searchSpace": ["categorical": ["choices": ["sgd", "adam", "adamw", "lion", "größe"]]],
            ],
            ["name": "weight_decay", "searchSpace": ["uniform": ["min": "0.0", "max": "0.3", "type": "Float"]]],
        ],
        "numTrials": 120,
        "parallelTrials": 4,
        "trainJobTemplate": [
            "metadata": ["labels": ["team": "vision"]],
            "spec": [
                "runtimeRef": ["name": "torch-distributed", "kind": "ClusterTrainingRuntime"],
                "trainer": [
                    "image": "registry.example.org/vision/train:2026.08",
                    "command": ["python", "-m", "train"],
                    "args": ["--lr=$(OPT_LEARNING_RATE)", "--message", "say \"hello\"\tand\\or goodbye\n"],
                    "numNodes": 2,
                    "resourcesPerNode": ["limits": ["nvidia.com/gpu": 1, "memory": "64Gi", "cpu": "8"]],
                    "env": environment,
                ],
            ],
        ],
    ]

    private static let environment = JSONValue.array(
        (0..<110).map { number in
            number % 9 == 0
                ? [
                    "name": .string("SECRET_\(number)"),
                    "valueFrom": ["secretKeyRef": ["name": "vision-credentials", "key": .string("token-\(number)")]],
                ]
                : ["name": .string("SETTING_\(number)"), "value": .string("/data/cifar10/shards/part-\(number).tar")]
        }
    )

    private static let status: JSONValue = [
        "conditions": [
            [
                "type": "Created", "status": "True", "reason": "OptimizationJobCreated",
                "message": "The OptimizationJob is accepted.", "lastTransitionTime": "2026-08-21T10:30:46Z",
                "observedGeneration": 1,
            ],
            [
                "type": "Running", "status": "True", "reason": "TrialsRunning",
                "message": "4 trials are running.", "lastTransitionTime": "2026-08-21T10:30:49Z",
                "observedGeneration": 3,
            ],
        ],
        "nextTrialIndex": 120,
        "trials": .array((0..<168).map(trial)),
    ]

    private static func trial(_ number: Int) -> JSONValue {
        let fraction = Double(number * 7919 % 1009) / 1009
        let digits = String(number + 100_000).suffix(5)
        return [
            "trainJobName": .string("resnet-cifar10-sweep-trial-\(number)"),
            "trainJobUID": .string("7d0f\(digits.suffix(4))-91c2-4a57-8f7e-2f6b1c9\(digits)"),
            "state": number % 13 == 5 ? "Failed" : "Succeeded",
            "parameters": [
                ["name": "learning_rate", "value": .string("\(1e-5 + fraction / 10)")],
                ["name": "batch_size", "value": .string("\(16 + number * 31 % 497)")],
                ["name": "optimizer", "value": "adamw"],
                ["name": "weight_decay", "value": .string("\(fraction * 0.3)")],
            ],
            "metrics": [
                ["name": "validation_accuracy", "value": .string("\(0.5 + fraction / 2.5)")],
                ["name": "loss", "value": .string("\(2.3 - fraction * 2)")],
            ],
            "creationTime": "2026-08-21T10:31:07Z",
            "completionTime": "2026-08-21T11:02:59Z",
        ]
    }
}
