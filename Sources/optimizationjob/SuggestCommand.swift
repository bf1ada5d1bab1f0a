import ArgumentParser
import LocalRun

/// `optimizationjob suggest`.
struct SuggestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggest",
        abstract:
            "Suggests the parameters of the next trials: a JSON request on standard input, the answer on standard output.",
        discussion: """
            The request has parameters, objectives and searchAlgorithm as an OptimizationJob's spec, trials (a list of \
            name, parameters, state and metrics) and count (1 if absent). The answer has suggestions and exhausted. What \
            is wrong with a request goes to standard error as {"error": …}.

            Exit status: 0, 1 when standard input or output failed, 2 when a request was wrong.
            """
    )

    @Flag(help: "Answer one request a line until the end of the input.")
    var serve = false

    func run() throws {
        throw ExitCode(LocalRun.suggest(serving: serve))
    }
}
