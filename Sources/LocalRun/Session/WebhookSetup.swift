import JSON
import Kubernetes
import YAML

/// Tells the API server of a local run about the webhooks, with the very manifests that a cluster gets.
enum WebhookSetup {
    /// Creates the webhook configurations.
    ///
    /// - Parameters:
    ///   - manifests: YAML texts, each with configurations.
    ///   - origin: Where the webhooks are served, such as `https://127.0.0.1:8443`.
    ///   - authorityPEM: Who signed their certificate.
    static func install(_ manifests: [String], through api: any KubernetesAPI, origin: String, authorityPEM: [UInt8])
        async throws
    {
        for text in manifests {
            for document in try YAMLDocuments.read(text) {
                guard let type = types.first(where: { $0.kind == document.value["kind"]?.stringValue }) else {
                    continue
                }
                let object = localized(document.value, origin: origin, authorityPEM: authorityPEM)
                _ = try await api.create(type, namespace: "", object)
            }
        }
    }

    /// The configuration with every `clientConfig.service` turned into a URL on loopback, and the authority put in.
    static func localized(_ configuration: JSONValue, origin: String, authorityPEM: [UInt8]) -> JSONValue {
        var configuration = configuration
        let bundle = JSONValue.string(Base64.encode(authorityPEM))
        let webhooks = (configuration["webhooks"]?.arrayValue ?? []).map { webhook in
            var webhook = webhook
            let path = webhook["clientConfig"]?["service"]?["path"]?.stringValue ?? ""
            webhook["clientConfig"] = ["url": .string(origin + path), "caBundle": bundle]
            return webhook
        }
        configuration["webhooks"] = .array(webhooks)
        return configuration
    }

    private static let types = [
        ResourceType(
            group: "admissionregistration.k8s.io",
            version: "v1",
            plural: "mutatingwebhookconfigurations",
            kind: "MutatingWebhookConfiguration",
            isNamespaced: false
        ),
        ResourceType(
            group: "admissionregistration.k8s.io",
            version: "v1",
            plural: "validatingwebhookconfigurations",
            kind: "ValidatingWebhookConfiguration",
            isNamespaced: false
        ),
    ]
}
