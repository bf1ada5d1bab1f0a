import Search

/// The samplers that are compared.
enum Contestants {
    static let all: [Contestant] = [
        Contestant(name: "random") { _, _ in RandomSampler() },
        Contestant(name: "sobol") { _, _ in SobolSampler() },
        Contestant(name: "tpe") { _, _ in TPESampler() },
        Contestant(name: "cmaes") { _, _ in CMAESSampler() },
        Contestant(name: "gp") { _, _ in GPSampler() },
        Contestant(name: "auto") { _, parallel in AutoSampler(parallelTrials: parallel) },
    ]
}

/// Mean regrets on drawn problems, for whoever works on a sampler.
enum Comparison {
    /// - Parameter numbers: The first problem, the end of the range, seeds, trials in parallel.
    static func print(_ numbers: [Int], only names: [String]) {
        guard numbers.count >= 4 else { return }
        let problems = Problems.drawn(in: numbers[0]..<numbers[1])
        for contestant in Contestants.all where names.isEmpty || names.contains(contestant.name) {
            var sums = [0.0, 0.0, 0.0]
            var lines = ""
            for problem in problems {
                var own = [0.0, 0.0, 0.0]
                for seed in 0..<numbers[2] {
                    let regrets = Run(
                        problem: problem,
                        sampler: contestant.sampler(100, numbers[3]),
                        seed: UInt64(seed),
                        trials: 100,
                        parallel: numbers[3]
                    ).regrets()
                    for (place, trial) in [25, 50, 100].enumerated() {
                        own[place] += regrets[trial - 1] / Double(numbers[2])
                    }
                }
                for place in 0..<3 { sums[place] += own[place] / Double(problems.count) }
                lines += "   \(problem.name) \(own.map { ($0 * 10000).rounded() / 10000 })\n"
            }
            Swift.print(contestant.name, sums.map { ($0 * 10000).rounded() / 10000 })
            Swift.print(lines)
        }
    }
}
