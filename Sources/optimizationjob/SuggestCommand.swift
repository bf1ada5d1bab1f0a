import ArgumentParser
import Glibc
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

            Exit status: 0, or 2 when a request was wrong.
            """
    )

    @Flag(help: "Answer one request a line until the end of the input.")
    var serve = false

    func run() throws {
        guard serve else {
            var request = ""
            while let line = readLine(strippingNewline: false) { request += line }
            try answer(request)
            return
        }
        var wasWrong = false
        while let line = readLine() {
            let isBlank = line.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if isBlank { continue }
            do {
                try answer(line)
            } catch {
                wasWrong = true
            }
        }
        if wasWrong { throw ExitCode(LocalRun.invalidStatus) }
    }

    private func answer(_ request: String) throws {
        let answer = SuggestionService.answer(request)
        guard answer.isError else {
            print(answer.text)
            fflush(nil)  // whoever waits for the line at the other end of a pipe
            return
        }
        throw ExitCode(LocalRun.refuse(answer.text))
    }
}
