import Glibc
import Search

/// The measurements of `docs/search.md`.
enum Report {
    private static let marker = "<!-- measurements: written by `make bench-search` -->"
    private static let document = "docs/search.md"
    private static let picture = "docs/search-regret.svg"
    private static let tables = "Benchmarks/SearchBenchmark/Tables"
    private static let optuna = ".build/optuna-runs.tsv"
    /// The drawn problems of the report. Whoever works on a sampler compares it on others.
    private static let drawn = Array(400..<448) + Array(700..<748)
    /// Where `auto` is worse than random search, so many runs more say whether that is chance.
    private static let runsMore = 20

    /// Runs every sampler on the drawn problems, those of the literature and the suite, joins Optuna's results where there
    /// are some, and writes the tables after the marker.
    static func write(seeds: Int, otherSeeds: Int) async {
        guard let text = read(document) else { fatalError("no \(document): run this from the top folder") }
        var unseen = await Measurements(drawn.map(Problems.drawn), seeds: otherSeeds)
        var known = await Measurements(Problems.textbook, seeds: otherSeeds)
        var suite = await Measurements(Problems.suite(tables: tables), seeds: seeds)
        unseen.join(optuna)
        known.join(optuna)
        suite.join(optuna)
        // Whatever follows the marker is replaced.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let kept = lines.prefix { $0 != marker }.joined(separator: "\n") + "\n"
        let measured = [
            marker, "", "## Measured", "",
            "Regret is normalized: 0 is the best value there is, 1 the median of random points. Less is better. A run's regret",
            "is that of the trial whose report was best; means count every problem the same. Optuna's samplers have their",
            "default settings, and `constant_liar` for parallel trials.", "",
            "### Problems that nobody tuned for", "",
            "\(drawn.count) problems drawn at random, \(drawn.count / 8) each of smooth, rotated, mixed, crashing, whole-number, noisy,",
            "log-scaled and categorical ones.", "",
            table(unseen), await verdict(unseen), "![Mean regret by trials](search-regret.svg)", "",
            "### Functions of the literature, and models of trainings", "",
            "Functions that optimizers are tested with, and formulas that answer as trainings do.", "",
            table(known), await verdict(known), perProblem(known),
            "### The suite", "",
            table(suite), await verdict(suite), perProblem(suite),
            "### Time", "", latency(),
        ]
        SearchBenchmark.write(Picture.svg(unseen), to: picture)
        SearchBenchmark.write(kept + measured.joined(separator: "\n"), to: document)
    }

    private static func cell(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "–" }
        let thousandths = Int((value * 1000).rounded())
        let digits = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }

    private static func table(_ measured: Measurements) -> String {
        var lines = [
            "| sampler | runs a problem | 25 trials | 50 | 100 | 25, 4 at a time | 50 | 100 |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for name in measured.samplers {
            let cells = Measurements.parallels.flatMap { parallel in
                Measurements.checkpoints.map { cell(measured.mean(name, parallel, at: $0)) }
            }
            lines.append("| `\(name)` | \(measured.runsOfEach(name)) | " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `auto` against the best of Optuna's, and against random search.
    private static func verdict(_ measured: Measurements) async -> String {
        var lines = [
            "| `auto` in parts of Optuna's best | 25 trials | 50 | 100 |", "|---|---|---|---|",
        ]
        for parallel in Measurements.parallels + [Measurements.crowd] {
            let cells = Measurements.checkpoints.map { trial in
                measured.ratio(parallel, at: trial).map {
                    "\(cell($0.value)) (\(cell($0.low))–\(cell($0.high))) of `\($0.rival)`"
                } ?? "–"
            }
            let batches = parallel > Run.batch ? ", in batches of \(Run.batch)" : ""
            lines.append("| \(parallel) at a time\(batches) | " + cells.joined(separator: " | ") + " |")
        }
        lines += [
            "", crowd(measured), "", "In parentheses where 95 of 100 draws of as many problems have it (bootstrap).",
            losses(await measured.losses(runs: runsMore)),
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func losses(_ losses: [Measurements.Loss]) -> String {
        guard !losses.isEmpty else { return "`auto` is worse than random search on none of the problems." }
        func list(_ losses: [Measurements.Loss]) -> String {
            let items = losses.map { loss in
                "\(loss.problem) (\(loss.trial) trials, \(loss.parallel) at a time: \(cell(loss.auto)) against "
                    + "\(cell(loss.random)))"
            }
            return items.isEmpty ? "none" : items.joined(separator: ", ")
        }
        return "Where `auto` is worse than random search, both ran \(runsMore) times more. There too it is worse on: "
            + list(losses.filter(\.isConfirmed)) + ".\nNo longer worse, so that it was chance: "
            + list(losses.filter { !$0.isConfirmed }) + "."
    }

    private static func crowd(_ measured: Measurements) -> String {
        let parts = Measurements.checkpoints.map { cell(measured.lossInCrowd(at: $0)) }.joined(separator: ", ")
        let trials = Measurements.checkpoints.map { measured.trialsAlone(asAfter: $0).map { "\($0)" } ?? "more" }
            .joined(separator: ", ")
        return
            "With \(Measurements.crowd) trials at once, in batches of \(Run.batch), `auto` has \(parts) times the regret that "
            + "it has\nwith one: that of \(trials) trials one after another, of which each knows what all before it gave, where in "
            + "a\ncrowd \(Run.batch) to \(Measurements.crowd - 1) of them are still running."
    }

    private static func perProblem(_ measured: Measurements) -> String {
        var lines = [
            "By problem, after 50 trials one at a time:", "",
            "| problem | " + measured.samplers.map { "`\($0)`" }.joined(separator: " | ") + " |",
            "|---|" + String(repeating: "---|", count: measured.samplers.count),
        ]
        for problem in measured.problems {
            let cells = measured.samplers.map { cell(measured.mean($0, on: problem.name, 1, at: 50)) }
            lines.append("| \(problem.name) | " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func latency() -> String {
        var lines = [
            "Milliseconds of one suggestion, by the number of past trials:", "",
            "| sampler | parameters | " + Latency.histories.map { "\($0)" }.joined(separator: " | ") + " |",
            "|---|---|" + String(repeating: "---|", count: Latency.histories.count),
        ]
        let measured = Latency.measure(Contestants.all)
        for contestant in Contestants.all {
            for dimension in Latency.dimensions {
                let own = measured.filter { $0.sampler == contestant.name && $0.dimension == dimension }
                let cells = own.map { cell($0.milliseconds) }
                lines.append("| `\(contestant.name)` | \(dimension) | " + cells.joined(separator: " | ") + " |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
