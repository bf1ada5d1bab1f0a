import JSON
import Kubernetes

extension ResourceType {
    static let jobs = ResourceType(
        group: "trainer.kubeflow.org",
        version: "v1alpha1",
        plural: "optimizationjobs",
        kind: "OptimizationJob"
    )
    static let secrets = ResourceType(group: "", version: "v1", plural: "secrets", kind: "Secret")
    static let namespaces = ResourceType(
        group: "",
        version: "v1",
        plural: "namespaces",
        kind: "Namespace",
        isNamespaced: false
    )
}

/// An object with a name and a version, and little else.
func sample(
    _ name: String,
    _ resourceVersion: Int,
    uid: String? = nil,
    owners: [String] = []
) -> JSONValue {
    [
        "apiVersion": "v1", "kind": "Thing",
        "metadata": [
            "name": .string(name), "namespace": "ns", "uid": .string(uid ?? "uid-\(name)"),
            "resourceVersion": .string(String(resourceVersion)),
            "ownerReferences": .array(owners.map { ["uid": .string($0)] }),
        ],
    ]
}

func samples(_ objects: JSONValue..., at resourceVersion: Int) -> Result<ObjectList, APIError> {
    .success(ObjectList(items: objects, resourceVersion: String(resourceVersion)))
}

func bookmark(_ resourceVersion: Int) -> WatchEvent {
    .bookmark(["kind": "Thing", "metadata": ["resourceVersion": .string(String(resourceVersion))]])
}

extension APIError {
    static let expired = APIError.status(.expired(requested: "1", oldest: "836"), retryAfter: nil)
}
