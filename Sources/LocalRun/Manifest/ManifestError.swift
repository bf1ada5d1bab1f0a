import HostProcess

/// One thing that is wrong, or doubtful, in a manifest, and where.
public struct ManifestProblem: Error, Sendable, Equatable {
    /// The line in the file, counted from 1; `nil` when the problem has no place in it.
    public var line: Int?
    /// What is wrong, in one line of text.
    public var message: String

    /// Makes a problem.
    ///
    /// - Parameters:
    ///   - line: The line, counted from 1.
    ///   - message: What is wrong. Line breaks and control characters are shown as escapes, so that a hostile
    ///     manifest cannot steer the terminal.
    public init(line: Int?, message: String) {
        self.line = line
        self.message = printable(message)
    }

    /// The problem as compilers print one: `path/to/file.yaml:12: message`.
    public func description(in file: String) -> String {
        guard let line else { return "\(file): \(message)" }
        return "\(file):\(line): \(message)"
    }
}

/// Why a manifest cannot be run: every problem that was found, in the order of the file.
public struct ManifestError: Error, Equatable, CustomStringConvertible {
    /// The file as the user named it; `<stdin>` for `-`.
    public var file: String
    /// What is wrong with it: one problem or more.
    public var problems: [ManifestProblem]

    /// Makes an error of the problems in `file`.
    public init(file: String, problems: [ManifestProblem]) {
        self.file = file
        self.problems = problems
    }

    /// One line for each problem.
    public var description: String {
        problems.map { $0.description(in: file) }.joined(separator: "\n")
    }
}
