/// The version of this program, for people and for metrics.
public enum ProgramVersion {
    /// Semantic versioning (https://semver.org).
    public static let current = "0.1.0"
}
