import Search

/// The samplers that are compared.
enum Contestants {
    static let all: [Contestant] = [
        Contestant(name: "random") { _ in RandomSampler() },
        Contestant(name: "sobol") { _ in SobolSampler() },
        Contestant(name: "tpe") { _ in TPESampler() },
        Contestant(name: "cmaes") { _ in CMAESSampler() },
        Contestant(name: "gp") { _ in GPSampler() },
        Contestant(name: "auto") { parallel in AutoSampler(parallelTrials: parallel) },
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
                    let regrets = contestant.regrets(on: problem, seed: UInt64(seed), parallel: parallel)
                    let run = [contestant.name, problem.name, "\(seed)", "\(parallel)"]
                    Swift.print((run + regrets.map { "\(Float($0))" }).joined(separator: "\t"))
                }
            }
        }
    }
}
