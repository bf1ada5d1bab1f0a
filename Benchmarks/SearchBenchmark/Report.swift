import Glibc
import Search

/// The measurements of `docs/search.md`.
enum Report {
    private static let marker = "<!-- measurements: written by `make bench-search` -->"
    private static let document = "docs/search.md"
    private static let folder = "Benchmarks/SearchBenchmark"
    private static let checkpoints = [25, 50, 100]

    /// One run's regrets, by column and parallelism.
    private struct Row {
        let sampler: String
        let problem: String
        let parallel: Int
        let regrets: [Double]
    }

    /// Runs every sampler on every problem of the suite, and Optuna's where there are results of it, and writes the
    /// tables after the marker.
    static func write(seeds: Int) {
        let problems = Problems.suite(tables: "\(folder)/Tables")
        var rows: [Row] = []
        for parallel in [1, 4] {
            for contestant in Contestants.all {
                for problem in problems {
                    for seed in 0..<seeds {
                        let run = Run(
                            problem: problem,
                            sampler: contestant.sampler(100, parallel),
                            seed: UInt64(seed),
                            trials: 100,
                            parallel: parallel
                        )
                        rows.append(
                            Row(
                                sampler: contestant.name,
                                problem: problem.name,
                                parallel: parallel,
                                regrets: run.regrets()
                            )
                        )
                    }
                }
                print("\(contestant.name), \(parallel) at a time: done")
            }
        }
        rows += optuna(problems, seeds: seeds)
        guard let text = read(document) else { fatalError("no \(document): run this from the top folder") }
        // Whatever follows the marker is replaced.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let kept = lines.prefix { $0 != marker }.joined(separator: "\n") + "\n"
        let measured = [marker, "", table(rows, problems, seeds: seeds), perProblem(rows, problems), latency(), ""]
        SearchBenchmark.write(kept + measured.joined(separator: "\n"), to: document)
    }

    /// What `optuna_runs.py` has left.
    private static func optuna(_ problems: [Problem], seeds: Int) -> [Row] {
        guard let text = read(".build/optuna-runs.tsv") else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "\t").map(String.init)
            guard fields.count > 4, let seed = Int(fields[2]), seed < seeds, let parallel = Int(fields[3]),
                problems.contains(where: { $0.name == fields[1] })
            else { return nil }
            let regrets = fields[4...].compactMap(Double.init)
            return Row(sampler: fields[0], problem: fields[1], parallel: parallel, regrets: regrets)
        }
    }

    private static func mean(_ rows: [Row], at trial: Int) -> Double? {
        let values = rows.filter { $0.regrets.count >= trial }.map { $0.regrets[trial - 1] }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private static func cell(_ value: Double?) -> String {
        guard let value else { return "–" }
        let thousandths = Int((value * 1000).rounded())
        let digits = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }

    private static func names(_ rows: [Row]) -> [String] {
        var names: [String] = []
        for row in rows where !names.contains(row.sampler) { names.append(row.sampler) }
        return names
    }

    private static func table(_ rows: [Row], _ problems: [Problem], seeds: Int) -> String {
        var lines = [
            "## Measured", "",
            "Mean normalized regret over \(problems.count) problems and \(seeds) seeds: 0 is the best value there is, 1 the",
            "median of random points. Less is better.", "",
            "| sampler | 25 trials | 50 | 100 | 25, 4 at a time | 50 | 100 |", "|---|---|---|---|---|---|---|",
        ]
        for name in names(rows) {
            var cells: [String] = []
            for parallel in [1, 4] {
                let own = rows.filter { $0.sampler == name && $0.parallel == parallel }
                cells += checkpoints.map { cell(mean(own, at: $0)) }
            }
            lines.append("| `\(name)` | " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func perProblem(_ rows: [Row], _ problems: [Problem]) -> String {
        let names = names(rows)
        var lines = [
            "By problem, after 50 trials one at a time:", "",
            "| problem | " + names.map { "`\($0)`" }.joined(separator: " | ") + " |",
            "|---|" + String(repeating: "---|", count: names.count),
        ]
        for problem in problems {
            let cells = names.map { name in
                cell(mean(rows.filter { $0.sampler == name && $0.problem == problem.name && $0.parallel == 1 }, at: 50))
            }
            lines.append("| \(problem.name) | " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func latency() -> String {
        var lines = [
            "Milliseconds of one suggestion, by the number of past trials:", "",
            "| sampler | parameters | 0 | 100 | 200 | 500 | 1000 |", "|---|---|---|---|---|---|---|",
        ]
        let measured = Latency.measure(Contestants.all)
        for contestant in Contestants.all {
            for dimension in [2, 10, 50] {
                let own = measured.filter { $0.sampler == contestant.name && $0.dimension == dimension }
                let cells = own.map { cell($0.milliseconds) }
                lines.append("| `\(contestant.name)` | \(dimension) | " + cells.joined(separator: " | ") + " |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
