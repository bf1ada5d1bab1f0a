import Search

/// A sampler under its column's name.
struct Contestant: Sendable {
    let name: String
    let sampler: @Sendable (_ parallel: Int) -> any Sampler

    /// The regret after each of the trials of one job.
    func regrets(on problem: Problem, seed: UInt64, parallel: Int) -> [Double] {
        Run(problem: problem, sampler: sampler(parallel), seed: seed, trials: 100, parallel: parallel).regrets()
    }
}

/// One job: a problem, a sampler, a seed.
struct Run {
    let problem: Problem
    let sampler: any Sampler
    let seed: UInt64
    let trials: Int
    /// Trials that run at once. They start and end in batches of at most `batch`.
    let parallel: Int

    static let batch = 4

    /// The regret after every trial: of the trial whose report was best so far, by its true value.
    func regrets() -> [Double] {
        var history = TrialHistory()
        var best = (reported: Double.infinity, true: Double.infinity)
        var regrets: [Double] = []
        var started: [Assignment] = []
        while regrets.count < trials {
            let free = min(parallel - started.count, trials - history.trials.count)
            for _ in 0..<free {
                let index = history.trials.count
                guard
                    let next = try? sampler.suggestion(forTrial: index, in: problem.space, after: history, seed: seed)
                else { break }
                history.trials.append(PastTrial(index: index, assignment: next, state: .running))
                started.append(next)
            }
            let ended = started.prefix(Run.batch)
            started.removeFirst(ended.count)
            for assignment in ended {
                let index = regrets.count
                let outcome = problem.trial(assignment, seed: seed, index: index)
                history.trials[index] = PastTrial(
                    index: index,
                    assignment: assignment,
                    state: outcome == nil ? .failed : .succeeded,
                    objectives: outcome.map { [$0.reported] } ?? []
                )
                if let outcome, outcome.reported < best.reported { best = outcome }
                regrets.append(best.true == .infinity ? 1 : problem.regret(best.true))
            }
            // A finite space that was seen whole: nothing changes any more.
            if ended.isEmpty {
                regrets += Array(repeating: regrets.last ?? 1, count: trials - regrets.count)
            }
        }
        return regrets
    }
}
