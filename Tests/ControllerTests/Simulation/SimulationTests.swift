import Glibc
import OptimizationAPI
import Search
import Testing

@testable import Controller

@Suite("A controller in a hostile cluster")
struct SimulationTests {
    /// `SIMULATION_SEEDS`: how many seeds each of the slices tries; `SIMULATION_FIRST_SEED`: the first of all.
    private static func setting(_ name: String, _ usual: UInt64) -> UInt64 {
        getenv(name).flatMap { UInt64(String(cString: $0)) } ?? usual
    }

    @Test(
        "keeps every promise and ends every job, whatever happens between its steps",
        arguments: UInt64(0)..<4
    )
    func seeds(_ slice: UInt64) async throws {
        let (restarts, pruned, count) = try await run(slice, seeds: 500, losesStatus: false)
        #expect(restarts >= count)
        #expect(pruned >= count / 25)
    }

    @Test("has records that tell the truth, and ends every job, when its status is cleared or replaced by an older one")
    func statusLost() async throws {
        _ = try await run(0, seeds: 250, losesStatus: true)
    }

    private func run(
        _ slice: UInt64,
        seeds: UInt64,
        losesStatus: Bool
    ) async throws -> (restarts: Int, pruned: Int, count: Int) {
        let count = Self.setting("SIMULATION_SEEDS", seeds)
        let first = Self.setting("SIMULATION_FIRST_SEED", 1) &+ slice &* count
        let expected = losesStatus ? nil : try Self.undisturbed(20)
        var restarts = 0
        var pruned = 0
        for seed in first..<(first &+ count) {
            await Task.yield()  // other tests wait for moments, on the same few threads
            let simulation = Simulation(seed: seed, losesStatus: losesStatus)
            var steps = 0
            while steps < 250, simulation.cluster.violations.isEmpty {
                await simulation.step()
                steps += 1
            }
            let ended = await simulation.settle()
            if ended { simulation.checkEnd(parameters: expected) }
            restarts += simulation.restarts
            pruned += simulation.finalJob?.status.trials.count { $0.reason == TrialReason.pruned } ?? 0

            func explain(_ what: String) -> Comment {
                let trace = simulation.trace.suffix(60).joined(separator: "\n  ")
                return """
                    seed \(seed): \(what)
                    replay with SIMULATION_FIRST_SEED=\(seed) SIMULATION_SEEDS=1; the last steps were
                      \(trace)
                    """
            }
            try #require(simulation.cluster.violations.isEmpty, explain("\(simulation.cluster.violations)"))
            try #require(ended, explain("the job did not come to rest"))
        }
        return (restarts, pruned, Int(count))
    }

    /// What an undisturbed run of the sample job tries: every seed of the simulation must, too.
    static func undisturbed(_ count: Int) throws -> [[String]] {
        var suggestions = try Suggestions(for: try Sample.job(), after: [], at: Sample.start)
        return try (0..<count).map { try suggestions.next(index: $0).map(\.value) }
    }
}
