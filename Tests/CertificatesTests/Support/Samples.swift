import Admission
import JSON
import Kubernetes
import Transport

@testable import Certificates

/// Objects and certificates that tests begin with.
enum Samples {
    /// A configuration as `webhooks/` has it, without a `caBundle`.
    static func configuration(_ kind: WebhookConfiguration.Kind) -> JSONValue {
        let isMutating = kind == .mutating
        return [
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": .string(kind.type.kind),
            "metadata": ["name": .string(kind.name(in: CertificateSettings()))],
            "webhooks": [
                webhook(
                    (isMutating ? "defaulter" : "validator") + ".optimizationjob.trainer.kubeflow.org",
                    path: isMutating ? WebhookPaths.mutate : WebhookPaths.validate
                )
            ],
        ]
    }

    static func webhook(
        _ name: String,
        service: String = "optimizationjob-webhook",
        namespace: String = "kubeflow-system",
        path: String = "/"
    ) -> JSONValue {
        [
            "name": .string(name), "admissionReviewVersions": ["v1"], "sideEffects": "None", "timeoutSeconds": 30,
            "clientConfig": [
                "service": ["name": .string(service), "namespace": .string(namespace), "path": .string(path)]
            ],
            "rules": [
                [
                    "operations": ["CREATE", "UPDATE"], "apiGroups": ["trainer.kubeflow.org"],
                    "apiVersions": ["v1alpha1"], "resources": ["optimizationjobs"],
                ]
            ],
        ]
    }

    /// A pair by an authority of its own, in PEM.
    static func pair(
        hosts: [String] = CertificateSettings().hosts,
        made: Timestamp = InMemoryCluster.start,
        lifetime: Int64 = 365 * 86_400
    ) throws -> (certificate: String, key: String, authority: String) {
        let time = made.secondsSinceEpoch
        let issued = try CertificateAuthority.make(commonName: "sample", now: time, validity: lifetime)
            .issueServing(hosts: hosts, now: time, validity: lifetime)
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        return (text(issued.certificatePEM), text(issued.keyPEM), text(issued.authorityPEM))
    }
}
