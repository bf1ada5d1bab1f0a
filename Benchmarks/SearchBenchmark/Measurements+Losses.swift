extension Measurements {
    /// A problem on which `auto` had more regret than random search, and the mean regret of both in more runs.
    struct Loss {
        let problem: String
        let parallel: Int
        let trial: Int
        let auto: Double
        let random: Double

        /// Whether more runs say the same, so that it was no chance.
        var isConfirmed: Bool { auto > random }
    }

    /// Where `auto` had more regret than random search at a checkpoint, run again: among hundreds of means of a few runs
    /// some are worse by chance.
    ///
    /// - Parameter runs: How many more there are, with other seeds.
    func losses(runs: Int) async -> [Loss] {
        let parallels = Measurements.parallels + [Measurements.crowd]
        let suspects = problems.flatMap { problem in
            parallels.map { parallel in
                let trials = Measurements.checkpoints.filter { isWorseThanRandom(on: problem.name, parallel, at: $0) }
                return (problem: problem, parallel: parallel, trials: trials)
            }
        }.filter { !$0.trials.isEmpty }
        return await withTaskGroup(of: (Int, [Loss]).self) { group in
            for (number, suspect) in suspects.enumerated() {
                group.addTask {
                    let (problem, parallel) = (suspect.problem, suspect.parallel)
                    let auto = Contestants.means("auto", on: problem, parallel: parallel, runs: runs)
                    let random = Contestants.means("random", on: problem, parallel: parallel, runs: runs)
                    let losses = suspect.trials.map { trial in
                        Loss(
                            problem: problem.name,
                            parallel: parallel,
                            trial: trial,
                            auto: auto[trial - 1],
                            random: random[trial - 1]
                        )
                    }
                    return (number, losses)
                }
            }
            var found: [(number: Int, losses: [Loss])] = []
            for await losses in group { found.append(losses) }
            return found.sorted { $0.number < $1.number }.flatMap(\.losses)
        }
    }

    private func isWorseThanRandom(on problem: String, _ parallel: Int, at trial: Int) -> Bool {
        guard let own = mean("auto", on: problem, parallel, at: trial),
            // A random point does not depend on others: how many are drawn at once makes no difference.
            let random = mean("random", on: problem, 1, at: trial)
        else { return false }
        return own > random
    }
}

extension Contestants {
    /// The mean regret after each trial, in runs with seeds that `Measurements` does not use.
    fileprivate static func means(_ name: String, on problem: Problem, parallel: Int, runs: Int) -> [Double] {
        guard let contestant = all.first(where: { $0.name == name }) else { return [] }
        let regrets = (0..<runs).map { contestant.regrets(on: problem, seed: 1_000 + UInt64($0), parallel: parallel) }
        return (0..<(regrets.first?.count ?? 0)).map { trial in
            regrets.reduce(0) { $0 + $1[trial] } / Double(runs)
        }
    }
}
