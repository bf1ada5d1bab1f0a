/// The webhook configurations of `webhooks/`, as they were when the binary was built.
///
/// They exist once, as the YAML that a cluster gets; `Resources/` links to it and the build embeds it.
public enum WebhookManifests {
    /// The `MutatingWebhookConfiguration`, in YAML.
    public static var mutating: String {
        String(decoding: PackageResources.mutating_webhook_configuration_yaml, as: UTF8.self)
    }

    /// The `ValidatingWebhookConfiguration`, in YAML.
    public static var validating: String {
        String(decoding: PackageResources.validating_webhook_configuration_yaml, as: UTF8.self)
    }

    /// Both, each a YAML text of its own.
    public static var all: [String] { [mutating, validating] }
}
