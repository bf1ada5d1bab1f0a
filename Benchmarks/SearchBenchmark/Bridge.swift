import Glibc
import Search

/// Lets a tuner of another language evaluate the very same problems: a line in, a line out, fields between tabs.
///
/// - `problems drawn A B`, `problems suite FOLDER` or `problems textbook` gives a line a problem, `name`, `best`, `typical`
///   and then a field a parameter, and an empty line.
/// - `value NAME SEED INDEX v…` gives `reported true`, or `failed`.
enum Bridge {
    static func serve() {
        var known: [String: Problem] = [:]
        while let line = readLine() {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            switch fields.first {
            case "problems":
                for problem in Problems.family(fields.dropFirst()) {
                    known[problem.name] = problem
                    let parameters = problem.space.parameters.map { text($0.domain) }
                    print(
                        ([problem.name, "\(problem.best)", "\(problem.typical)"] + parameters).joined(separator: "\t")
                    )
                }
                print("")
            case "value" where fields.count >= 4:
                guard let problem = known[fields[1]], let seed = UInt64(fields[2]), let index = Int(fields[3]) else {
                    print("unknown")
                    continue
                }
                let outcome = problem.trial(Assignment(values: Array(fields[4...])), seed: seed, index: index)
                print(outcome.map { "\($0.reported)\t\(problem.regret($0.true))" } ?? "failed")
            default:
                print("unknown")
            }
            fflush(nil)  // a pipe would keep the answer otherwise
        }
    }

    private static func text(_ domain: Domain) -> String {
        switch domain {
        case .float(let min, let max, let scale, let step):
            "float \(min) \(max) \(scale) \(step.map { "\($0)" } ?? "-")"
        case .int(let min, let max, let scale, let step): "int \(min) \(max) \(scale) \(step)"
        case .categorical(let choices): "choice " + choices.joined(separator: " ")
        case .normal, .intNormal: "unsupported"
        }
    }
}
