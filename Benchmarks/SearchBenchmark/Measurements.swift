import Search

/// What every sampler reached on a set of problems: our own, run here, and Optuna's, read from a file.
struct Measurements {
    private struct Key: Hashable {
        let sampler: String
        let problem: String
        let parallel: Int
    }

    static let checkpoints = [25, 50, 100]
    static let parallels = [1, 4]
    /// As many trials at once as, of our samplers, `auto` alone is measured with, to see what it loses by them.
    static let crowd = 8

    let problems: [Problem]
    let seeds: Int
    /// Of every run the regrets after each trial.
    private var runs: [Key: [[Double]]] = [:]
    /// The samplers that ran, ours first.
    private(set) var samplers = Contestants.all.map(\.name)

    /// Runs our samplers on all processors, which takes a while.
    init(_ problems: [Problem], seeds: Int) async {
        self.problems = problems
        self.seeds = seeds
        var keys = Measurements.parallels.flatMap { parallel in
            Contestants.all.flatMap { contestant in
                problems.map { Key(sampler: contestant.name, problem: $0.name, parallel: parallel) }
            }
        }
        keys += problems.map { Key(sampler: "auto", problem: $0.name, parallel: Measurements.crowd) }
        print("\(problems.count) problems, \(seeds) runs of each")
        runs = await withTaskGroup(of: (Key, [[Double]]).self) { group in
            for key in keys {
                guard let contestant = Contestants.all.first(where: { $0.name == key.sampler }),
                    let problem = problems.first(where: { $0.name == key.problem })
                else { continue }
                group.addTask {
                    let seeds = 0..<UInt64(seeds)
                    return (key, seeds.map { contestant.regrets(on: problem, seed: $0, parallel: key.parallel) })
                }
            }
            var runs: [Key: [[Double]]] = [:]
            for await (key, regrets) in group {
                runs[key] = regrets
                if runs.count % 30 == 0 { print("  \(100 * runs.count / keys.count) %") }
            }
            return runs
        }
    }

    /// Joins what `optuna_runs.py` left, as far as there is something.
    mutating func join(_ path: String) {
        let names = Set(problems.map(\.name))
        for line in (SearchBenchmark.read(path) ?? "").split(separator: "\n") {
            let fields = line.split(separator: "\t").map(String.init)
            guard fields.count > 4, let seed = Int(fields[2]), seed < seeds, let parallel = Int(fields[3]),
                names.contains(fields[1])
            else { continue }
            if !samplers.contains(fields[0]) { samplers.append(fields[0]) }
            let key = Key(sampler: fields[0], problem: fields[1], parallel: parallel)
            runs[key, default: []].append(fields[4...].compactMap(Double.init))
        }
    }

    /// How many runs of every problem there are, one trial at a time.
    func runsOfEach(_ sampler: String) -> Int {
        problems.map { runs[Key(sampler: sampler, problem: $0.name, parallel: 1)]?.count ?? 0 }.min() ?? 0
    }

    /// The mean regret after so many trials on one problem; `nil` without runs.
    func mean(_ sampler: String, on problem: String, _ parallel: Int, at trial: Int) -> Double? {
        let own = runs[Key(sampler: sampler, problem: problem, parallel: parallel)] ?? []
        let values = own.filter { $0.count >= trial }.map { $0[trial - 1] }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The mean over all problems, each counting the same; `nil` when one was not run.
    func mean(_ sampler: String, _ parallel: Int, at trial: Int) -> Double? {
        let means = problems.map { mean(sampler, on: $0.name, parallel, at: trial) }
        let known = means.compactMap { $0 }
        return known.count == problems.count && !known.isEmpty ? known.reduce(0, +) / Double(known.count) : nil
    }

    /// `auto`'s mean regret with a crowd of trials at once in parts of the one that it has with one after another.
    func lossInCrowd(at trial: Int) -> Double? {
        guard let crowd = mean("auto", Measurements.crowd, at: trial), let alone = mean("auto", 1, at: trial), alone > 0
        else { return nil }
        return crowd / alone
    }

    /// After how many trials, one after another, `auto` has the mean regret that it has after `trial` of a crowd; `nil`
    /// when it never has it.
    func trialsAlone(asAfter trial: Int) -> Int? {
        guard let crowd = mean("auto", Measurements.crowd, at: trial) else { return nil }
        let last = Measurements.checkpoints.last ?? trial
        return (1...last).first { trial in mean("auto", 1, at: trial).map { $0 <= crowd } ?? false }
    }

    /// How `auto` compares with the best of Optuna's samplers.
    struct Ratio {
        let rival: String
        let value: Double
        /// Where 95 of 100 sets of as many problems would have it.
        let low: Double
        let high: Double
    }

    /// `auto`'s mean regret in parts of that of the Optuna sampler whose mean is least; `nil` without Optuna.
    ///
    /// The interval is that of the bootstrap: problems are drawn again, with replacement, both samplers keeping theirs.
    func ratio(_ parallel: Int, at trial: Int) -> Ratio? {
        let rivals = samplers.filter { $0.hasPrefix("optuna") }.compactMap { name in
            mean(name, parallel, at: trial).map { (name: name, mean: $0) }
        }
        guard let rival = rivals.min(by: { $0.mean < $1.mean }), rival.mean > 0,
            let own = mean("auto", parallel, at: trial)
        else { return nil }
        let pairs = problems.map { problem in
            (
                own: mean("auto", on: problem.name, parallel, at: trial) ?? 0,
                rival: mean(rival.name, on: problem.name, parallel, at: trial) ?? 0
            )
        }
        var generator = SeededGenerator(seed: 95)
        let draws = (0..<4000).map { _ in
            var sums = (own: 0.0, rival: 0.0)
            for _ in pairs.indices {
                let pair = pairs[Int(generator.below(UInt64(pairs.count)))]
                sums.own += pair.own
                sums.rival += pair.rival
            }
            return sums.rival > 0 ? sums.own / sums.rival : .infinity
        }.sorted()
        return Ratio(rival: rival.name, value: own / rival.mean, low: draws[100], high: draws[3899])
    }
}
