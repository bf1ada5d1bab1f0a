import Logging

/// What a user can choose about a run.
public struct RunOptions: Sendable {
    /// What standard output carries when the run is over.
    public enum Format: String, Sendable, CaseIterable {
        /// Progress and a report, for people.
        case text
        /// The final OptimizationJob as JSON; progress and report go to standard error.
        case json
        /// The same as YAML.
        case yaml
    }

    /// How many trials run at the same time.
    public enum Parallelism: Sendable, Equatable {
        /// As many as there are cores.
        case auto
        /// This many, 1 or more.
        case count(Int)
    }

    /// The manifest; `-` for standard input.
    public var manifest: String
    /// What standard output carries.
    public var format: Format = .text
    /// The folder in which the folder of this run is made.
    public var outputDirectory: String = "optimizationjob-runs"
    /// The folder trials start in; the manifest's own unless given.
    public var contextDirectory: String?
    /// Instead of the manifest's `parallelTrials`.
    public var parallelism: Parallelism?
    /// What goes to `optimizationjob.log` in the folder of the run.
    public var logLevel: Logger.Level = .info
    /// The program that supervises trials; this one unless given.
    public var supervisor: String?

    /// Makes options for a manifest; the rest has defaults.
    public init(manifest: String) {
        self.manifest = manifest
    }
}
