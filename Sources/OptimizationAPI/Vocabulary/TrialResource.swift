import Kubernetes

/// A kind of object a trial can be, in Katib's notation for flags: `TrainJob.v1alpha1.trainer.kubeflow.org`.
public struct TrialResource: Sendable, Hashable, CustomStringConvertible {
    /// The kind: `TrainJob`.
    public let kind: String
    /// The version: `v1alpha1`.
    public let version: String
    /// The API group: `trainer.kubeflow.org`.
    public let group: String

    /// A Kubeflow TrainJob, the only one the controller knows how to run.
    public static let trainJob = TrialResource(
        kind: ResourceType.trainJobs.kind,
        version: ResourceType.trainJobs.version,
        group: ResourceType.trainJobs.group
    )

    /// Names a kind.
    public init(kind: String, version: String, group: String) {
        self.kind = kind
        self.version = version
        self.group = group
    }

    /// Reads `Kind.version.group`.
    ///
    /// - Returns: `nil` when one of the three is missing.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(kind: String(parts[0]), version: String(parts[1]), group: String(parts[2]))
    }

    /// The notation it is read from.
    public var description: String { "\(kind).\(version).\(group)" }
}
