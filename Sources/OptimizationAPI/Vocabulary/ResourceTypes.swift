import Kubernetes

extension ResourceType {
    /// `optimizationjobs.trainer.kubeflow.org/v1alpha1`.
    public static let optimizationJobs = ResourceType(
        group: "trainer.kubeflow.org",
        version: "v1alpha1",
        plural: "optimizationjobs",
        kind: "OptimizationJob",
        isNamespaced: true
    )

    /// `trainjobs.trainer.kubeflow.org/v1alpha1`.
    public static let trainJobs = ResourceType(
        group: "trainer.kubeflow.org",
        version: "v1alpha1",
        plural: "trainjobs",
        kind: "TrainJob",
        isNamespaced: true
    )
}
