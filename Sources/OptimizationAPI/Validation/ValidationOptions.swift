/// What validation depends on besides the object.
public struct ValidationOptions: Sendable, Hashable {
    /// What trials may be (`--trial-resources`).
    public let trialResources: Set<TrialResource>
    /// Whether TrainJobs are among them; looked up once instead of for every job.
    let admitsTrainJobs: Bool

    /// Makes options; those of a controller started without flags.
    public init(trialResources: Set<TrialResource> = [.trainJob]) {
        self.trialResources = trialResources
        admitsTrainJobs = trialResources.contains(.trainJob)
    }
}
