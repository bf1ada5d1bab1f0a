import JSON
import Kubernetes

/// A webhook configuration, as far as its trust goes.
struct WebhookConfiguration: Sendable {
    /// The two kinds of configuration there are.
    enum Kind: Sendable, Hashable, CaseIterable {
        case mutating
        case validating

        var type: ResourceType {
            switch self {
            case .mutating: .mutatingWebhookConfigurations
            case .validating: .validatingWebhookConfigurations
            }
        }

        /// The flag that names the configuration.
        var flag: String {
            switch self {
            case .mutating: "--mutating-webhook-configuration"
            case .validating: "--validating-webhook-configuration"
            }
        }

        func name(in settings: CertificateSettings) -> String {
            switch self {
            case .mutating: settings.mutatingConfiguration
            case .validating: settings.validatingConfiguration
            }
        }
    }

    let kind: Kind
    let metadata: ObjectMeta
    /// The webhooks that call our Service: where they are in the list, and whom the API server trusts to answer them.
    let ours: [(index: Int, trusted: Authorities)]
    /// What the other webhooks call.
    let otherTargets: [String]

    /// Finds our webhooks by the Service they call, since that is what the certificate is for; their places in the list
    /// and their names may change.
    init(_ object: JSONValue, kind: Kind, settings: CertificateSettings) {
        self.kind = kind
        metadata = ObjectMeta(object)
        var ours: [(Int, Authorities)] = []
        var otherTargets: [String] = []
        for (index, webhook) in (object["webhooks"]?.arrayValue ?? []).enumerated() {
            let client = webhook["clientConfig"]
            let service = client?["service"]
            let name = service?["name"]?.stringValue ?? ""
            let namespace = service?["namespace"]?.stringValue ?? ""
            if name == settings.serviceName, namespace == settings.namespace {
                let bundle = client?["caBundle"]?.stringValue.flatMap { Base64.decode($0) } ?? []
                ours.append((index, Authorities(pem: bundle)))
            } else {
                otherTargets.append(client?["url"]?.stringValue ?? "\(namespace)/\(name)")
            }
        }
        self.ours = ours
        self.otherTargets = otherTargets
    }

    /// Whether each of our webhooks trusts just these.
    func trusts(_ authorities: Authorities) -> Bool {
        ours.allSatisfy { $0.trusted == authorities }
    }

    /// A patch that has our webhooks trust just these, and touches nothing else.
    ///
    /// A merge patch would replace the whole list. This one names places in the list, so it carries the resource version
    /// as well: after any other change the API server answers with a conflict, and nothing is written in a wrong place.
    func patch(trusting pem: [UInt8]) -> JSONPatch {
        let bundle = JSONValue.string(Base64.encode(pem))
        return JSONPatch(
            [.replace(path: JSONPointer("metadata", "resourceVersion"), value: .string(metadata.resourceVersion))]
                + ours.map { webhook in
                    .add(
                        path: JSONPointer("webhooks", String(webhook.index), "clientConfig", "caBundle"),
                        value: bundle
                    )
                }
        )
    }
}
