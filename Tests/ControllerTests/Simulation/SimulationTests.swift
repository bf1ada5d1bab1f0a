import Glibc
import OptimizationAPI
import Search
import Testing

@testable import Controller

@Suite("A controller in a hostile cluster")
struct SimulationTests {
    /// How many seeds to try, and from which on: `SIMULATION_SEEDS`, `SIMULATION_FIRST_SEED`.
    private static func setting(_ name: String, _ usual: UInt64) -> UInt64 {
        getenv(name).flatMap { UInt64(String(cString: $0)) } ?? usual
    }

    @Test("keeps every promise and ends every job, whatever happens between its steps")
    func seeds() async throws {
        let first = Self.setting("SIMULATION_FIRST_SEED", 1)
        let count = Self.setting("SIMULATION_SEEDS", 300)
        var restarts = 0
        for seed in first..<(first + count) {
            let simulation = Simulation(seed: seed)
            var steps = 0
            while steps < 600, simulation.cluster.violations.isEmpty,
                !(simulation.finalJob?.status.isTerminal ?? false)
            {
                await simulation.step()
                steps += 1
            }
            let ended = await simulation.settle()
            restarts += simulation.restarts

            func explain(_ what: String) -> Comment {
                let trace = simulation.trace.suffix(40).joined(separator: "\n  ")
                return """
                    seed \(seed): \(what)
                    replay with SIMULATION_FIRST_SEED=\(seed) SIMULATION_SEEDS=1; the last steps were
                      \(trace)
                    """
            }
            try #require(simulation.cluster.violations.isEmpty, explain("\(simulation.cluster.violations)"))
            try #require(ended, explain("the job did not end"))
            let status = try #require(simulation.finalJob).status
            try #require(status.trials.count == simulation.numTrials, explain("\(status.trials.count) records"))
            let values = status.trials.map { $0.parameters.map(\.value) }
            try #require(values == (try Self.expected(simulation.numTrials)), explain("other parameters: \(values)"))
        }
        #expect(restarts > Int(count))
    }

    /// What an undisturbed run of the sample job tries: every seed of the simulation must, too.
    private static func expected(_ count: Int) throws -> [[String]] {
        var suggestions = try Suggestions(for: try Sample.job(), after: [], at: Sample.start)
        return try (0..<count).map { try suggestions.next(index: $0).map(\.value) }
    }
}
