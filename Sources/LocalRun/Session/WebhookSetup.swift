import JSON
import Kubernetes

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

/// Base 64 of RFC 4648, section 4.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The text for some bytes, padded, on one line.
    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let group = bytes[index..<min(index + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for position in 0..<4 {
                let isPadding = position > group.count
                text.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> UInt32(18 - 6 * position) & 63)])
            }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }
}
