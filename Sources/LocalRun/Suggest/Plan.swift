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
        guard let manifest = load(path, for: .reading, tellingProblemsTo: errors) else { return invalidStatus }
        do {
            let job = try OptimizationJob(decoding: Defaulting.apply(to: manifest.object))
            return answer(try Plan(job, count: count).text)
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
        let isSeeded = job.spec.searchAlgorithm.seed != nil || job.spec.searchAlgorithm == .grid
        let seed = job.spec.searchAlgorithm.seed.map { ", seed \($0)" } ?? (isSeeded ? "" : ", no seed set")
        var lines = [
            "Algorithm  \(job.spec.searchAlgorithm.name)\(seed)",
            "Space      \(Plan.words(for: space)) of \(Text.count(space.parameters.count, "parameter"))",
            "Trials     \(trials)"
                + (trials < job.spec.numTrials
                    ? " (numTrials says \(job.spec.numTrials), but there are no more points)" : ""),
            "Rounds     \((trials + job.spec.parallelTrials - 1) / max(1, job.spec.parallelTrials)), with "
                + "\(Text.count(job.spec.parallelTrials, "trial")) at a time",
        ]
        if let pruning = job.spec.pruneAlgorithm {
            lines.append("Pruning    \(Plan.words(pruning)); the trials it stops count among the \(trials)")
        }
        if !suggestions.isEmpty {
            // What draws the values of a job without a seed is its UID, which nobody knows before there is one.
            let others = isSeeded ? "" : "; as no seed is set, a job draws others"
            lines += ["", "The first \(suggestions.count), if none had a result yet\(others):", ""]
            let header = ["TRIAL"] + space.parameters.map(\.name)
            let rows = [header] + suggestions.enumerated().map { [String($0.offset)] + $0.element.values }
            lines += Text.columns(rows.map { $0.map(printable) })
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    /// How many points a space has.
    private static func words(for space: SearchSpace) -> String {
        if let size = space.gridSize { return Text.count(size, "point") }
        guard space.isEnumerable else { return "infinitely many points" }
        // Whether it is ten to the twentieth or to the twenty-first is all that such a number tells.
        return "about 1e\(Int(space.decimalExponentOfSize.rounded())) points"
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
