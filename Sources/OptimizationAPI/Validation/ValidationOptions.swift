/// What validation depends on besides the object.
public struct ValidationOptions: Sendable, Hashable {
    /// What trials may be (`--trial-resources`).
    public var trialResources: Set<TrialResource>

    /// Makes options; those of a controller started without flags.
    public init(trialResources: Set<TrialResource> = [.trainJob]) {
        self.trialResources = trialResources
    }
}
