import Glibc
import HostProcess
import OptimizationAPI
import Search

extension LocalRun {
    /// Shows the first suggestions of a manifest and what its job would cost, and starts nothing.
    ///
    /// - Parameter count: How many suggestions to show at most.
    /// - Returns: The exit status: 0, or 2 when the manifest is invalid.
    public static func plan(_ path: String, count: Int) -> Int32 {
        let errors = TextOutput(descriptor: STDERR_FILENO, environment: [:])
        guard let manifest = load(path, parallelism: nil, tellingProblemsTo: errors) else { return invalidStatus }
        do {
            let job = try OptimizationJob(decoding: Defaulting.apply(to: manifest.object))
            let output = TextOutput(descriptor: STDOUT_FILENO, environment: [:])
            output.write(try Plan(job, count: count).text)
            return 0
        } catch {
            return refuse("Error: \(error)")
        }
    }
}

/// What a job would do first, and in all.
struct Plan {
    let text: String

    /// - Throws: When the job's algorithm cannot search its space.
    init(_ job: OptimizationJob, count: Int) throws {
        let space = try job.spec.searchSpace
        let size = space.gridSize
        let trials = min(job.spec.numTrials, size ?? .max)
        let suggestions = try SuggestionService.suggestions(
            min(max(count, 0), trials),
            for: job,
            in: space,
            after: TrialHistory(
                directions: job.spec.objectives.map { $0.direction == .minimize ? .minimize : .maximize }
            )
        )
        var lines = [
            "Algorithm  \(job.spec.searchAlgorithm.name), seed \(Int64(bitPattern: job.seed))",
            "Space      \(size.map { "\($0) points" } ?? "infinitely many points") of "
                + "\(space.parameters.count) parameters",
            "Trials     \(trials)"
                + (trials < job.spec.numTrials
                    ? " (numTrials says \(job.spec.numTrials), but there are no more points)" : ""),
            "Rounds     \((trials + job.spec.parallelTrials - 1) / max(1, job.spec.parallelTrials)), with "
                + "\(job.spec.parallelTrials) trials at a time",
        ]
        if let pruning = job.spec.pruneAlgorithm {
            lines.append("Pruning    \(Plan.words(pruning)); the trials it stops count among the \(trials)")
        }
        if !suggestions.isEmpty {
            lines += ["", "The first \(suggestions.count), if none had a result yet:", ""]
            let header = ["TRIAL"] + space.parameters.map(\.name)
            let rows = [header] + suggestions.enumerated().map { [String($0.offset)] + $0.element.values }
            let widths = header.indices.map { column in rows.reduce(0) { max($0, $1[column].count) } }
            for row in rows {
                let cells = zip(row, widths).enumerated().map { column, cell in
                    // No spaces at the end of a line.
                    column + 1 == row.count ? cell.0 : cell.0 + String(repeating: " ", count: cell.1 - cell.0.count)
                }
                lines.append(printable(cells.joined(separator: "  ")))
            }
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    /// Which trials a pruner stops, and from when on.
    private static func words(_ algorithm: PruneAlgorithm) -> String {
        switch algorithm {
        case .medianStop(let trials, let steps):
            "medianStop, once \(trials) trials have succeeded" + (steps > 0 ? ", after step \(steps)" : "")
        case .asha(let factor, let first):
            "asha, where 1 in \(factor) go on at each rung" + (first.map { " from step \($0)" } ?? "")
        case .hyperband(let factor, let first, let last):
            "hyperband, where 1 in \(factor) go on at each rung"
                + (first.map { " from step \($0)" } ?? "") + (last.map { " to step \($0)" } ?? "")
        }
    }
}
