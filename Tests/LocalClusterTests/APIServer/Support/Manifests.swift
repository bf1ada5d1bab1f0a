import JSON

@testable import LocalCluster

/// Objects that tests create.
enum Manifests {
    static let base = "/apis/trainer.kubeflow.org/v1alpha1/namespaces/default"
    static let jobs = "\(base)/optimizationjobs"
    static let trainJobs = "\(base)/trainjobs"

    static func job(_ name: String, labels: JSONValue? = nil, trials: Int = 20) -> JSONValue {
        var metadata: JSONObject = ["name": .string(name)]
        metadata["labels"] = labels
        return [
            "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "OptimizationJob", "metadata": .object(metadata),
            "spec": [
                "numTrials": .integer(trials), "objectives": [["metric": "val_loss", "direction": "Minimize"]],
            ],
        ]
    }

    static func trainJob(_ name: String, owner: (name: String, uid: String)? = nil, blocks: Bool = true) -> JSONValue {
        var metadata: JSONObject = ["name": .string(name)]
        if let owner {
            metadata["ownerReferences"] = [
                [
                    "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "OptimizationJob",
                    "name": .string(owner.name), "uid": .string(owner.uid), "controller": true,
                    "blockOwnerDeletion": .bool(blocks),
                ]
            ]
        }
        return [
            "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "TrainJob", "metadata": .object(metadata),
            "spec": ["runtimeRef": ["name": "torch-distributed"]],
        ]
    }

    static func webhookConfiguration(
        _ name: String,
        mutating: Bool = false,
        webhooks: [String] = ["validator.optimizationjob.trainer.kubeflow.org"],
        extra: JSONObject = [:]
    ) -> JSONValue {
        [
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": mutating ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration",
            "metadata": ["name": .string(name)],
            "webhooks": .array(
                webhooks.map { webhook in
                    var entry: JSONObject = [
                        "name": .string(webhook), "admissionReviewVersions": ["v1"], "sideEffects": "None",
                        "clientConfig": ["url": .string("https://127.0.0.1:8443/\(mutating ? "mutate" : "validate")")],
                        "rules": [
                            [
                                "operations": ["*"], "apiGroups": ["trainer.kubeflow.org"], "apiVersions": ["v1alpha1"],
                                "resources": ["*/*"],
                            ]
                        ],
                    ]
                    for (key, value) in extra { entry[key] = value }
                    return .object(entry)
                }
            ),
        ]
    }

    static let validating = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    static let mutating = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
}
