/// The paths the webhooks are served under: controller-runtime's scheme, `/<verb>-<group>-<version>-<kind>`.
public enum WebhookPaths {
    /// Where objects are given their defaults.
    public static let mutate = "/mutate-trainer-kubeflow-org-v1alpha1-optimizationjob"
    /// Where objects are checked.
    public static let validate = "/validate-trainer-kubeflow-org-v1alpha1-optimizationjob"
}
