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

/// Runs of some samplers on some problems, for whoever works on a sampler.
enum Comparison {
    /// - Parameter words: Seeds, trials in parallel, names of samplers with commas, and the family of problems.
    static func print(_ words: some Sequence<String>) {
        let words = Array(words)
        guard words.count >= 4, let seeds = Int(words[0]), let parallel = Int(words[1]) else { return }
        let names = words[2].split(separator: ",").map(String.init)
        for problem in Problems.family(words[3...]) {
            for contestant in Contestants.all where names.contains(contestant.name) {
                for seed in 0..<seeds {
                    let regrets = Run(
                        problem: problem,
                        sampler: contestant.sampler(100, parallel),
                        seed: UInt64(seed),
                        trials: 100,
                        parallel: parallel
                    ).regrets()
                    let run = [contestant.name, problem.name, "\(seed)", "\(parallel)"]
                    Swift.print((run + regrets.map { "\(Float($0))" }).joined(separator: "\t"))
                }
            }
        }
    }
}
