import Glibc
import HostProcess
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

    /// Where the folders of runs are made when the user names no other.
    public static let defaultOutputDirectory = "optimizationjob-runs"

    /// The manifest; `-` for standard input.
    public var manifest: String
    /// What standard output carries.
    public var format: Format = .text
    /// The folder in which the folder of this run is made.
    public var outputDirectory = Self.defaultOutputDirectory
    /// The folder whose entries every trial finds in its own; the manifest's unless given.
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

extension RunOptions {
    /// What no run can be made of, with the option's name; `nil` when all is well.
    var problem: String? {
        // As a shell passes a variable that is not set. The folder of the run would be made in the root.
        if outputDirectory.isEmpty {
            return "--output-dir: must name a folder; leave it out for ./\(Self.defaultOutputDirectory)"
        }
        var status = stat()
        // It need not be there yet.
        if stat(outputDirectory, &status) == 0 || errno != ENOENT, let problem = Self.problem(ofFolder: outputDirectory)
        {
            return "--output-dir: \(problem)"
        }
        if let contextDirectory, let problem = Self.problem(ofFolder: contextDirectory) {
            return "--context: \(problem)"
        }
        return nil
    }

    /// Why something is no folder, after its name; `nil` when it is one.
    private static func problem(ofFolder path: String) -> String? {
        var status = stat()
        let isThere = stat(path, &status) == 0
        if isThere, status.st_mode & S_IFMT == S_IFDIR { return nil }
        return "\(printable(path)): \(isThere ? "not a folder" : String(cString: strerror(errno)))"
    }
}
