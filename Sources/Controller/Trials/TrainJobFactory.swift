import JSON
import Kubernetes
import OptimizationAPI

/// The TrainJob of a trial.
///
/// A function of the job and the record alone, so an attempt that is repeated after a crash asks for the same object.
/// The template's spec is taken as it is, whatever fields it has; its finalizers are not copied, as they would block
/// the deletion of trials, nor is the mark of a trial that was suspended with its job.
///
/// - Parameters:
///   - job: The job with its template.
///   - record: The trial's record, which names the TrainJob and its parameters.
/// - Returns: The object to create.
func makeTrainJob(job: OptimizationJob, record: TrialRecord) -> JSONValue {
    let template = job.spec.trainJobTemplate
    var labels = template.labels
    labels[Labels.optimizationJobName] = Labels.jobNameValue(for: job.metadata.name)
    if let index = TrialName.index(of: record.trainJobName) { labels[Labels.trialIndex] = String(index) }
    var annotations = template.annotations
    annotations[Annotations.suspendedByJob] = nil
    annotations[Annotations.parameters] = TrialParameters.text(record.parameters)

    let owner = OwnerReference(
        apiVersion: ResourceType.optimizationJobs.apiVersion,
        kind: ResourceType.optimizationJobs.kind,
        name: job.metadata.name,
        uid: job.metadata.uid,
        controller: true,
        blockOwnerDeletion: true
    )
    return [
        "apiVersion": .string(ResourceType.trainJobs.apiVersion),
        "kind": .string(ResourceType.trainJobs.kind),
        "metadata": [
            "name": .string(record.trainJobName),
            "namespace": .string(job.metadata.namespace),
            "labels": sorted(labels),
            "annotations": sorted(annotations),
            "ownerReferences": .array([owner.json]),
        ],
        "spec": TrialEnvironment.adding(record.parameters, to: template.spec),
    ]
}

private func sorted(_ entries: [String: String]) -> JSONValue {
    var object = JSONObject()
    for (key, value) in entries.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
    return .object(object)
}

extension TrainJobTemplate {
    /// Whether trials load a data set or a model first, which makes the names of their pods longer.
    var hasInitializer: Bool { spec["initializer"]?.objectValue != nil }
}
