import HostProcess
import OptimizationAPI

/// What is told when a run is over.
struct RunReport {
    /// How it ended.
    var ending: RunEnding
    /// The run as the views saw it.
    var state: RunState
    /// The job's own last word: the message of its `Complete` or `Failed` condition.
    var message: String
    /// A shell command that runs the best trial again; `nil` when there is no best trial or it cannot be told.
    var reproduction: String?
    /// The folder with the results, as the user would type it.
    var directory: String
    /// Where the log of a trial is, as the user would type it.
    var logPath: @Sendable (String) -> String

    /// Failed trials told in full; more are only counted.
    static let listedFailures = 5

    /// The lines, without colour.
    func lines() -> [String] {
        var lines = [headline, ""]
        if let best = state.best {
            lines += bestTrial(best) + [""]
            if let reproduction {
                lines += ["Run it again by hand:", "  " + reproduction, ""]
            }
        }
        let failed = state.trials.filter { $0.state == .failed }
        if !failed.isEmpty { lines += failures(failed) + [""] }
        lines.append("Results  \(directory)/  (job.yaml, trials.csv)")
        if let last = state.best ?? state.trials.last {
            lines.append("Logs     \(printable(logPath(last.name)))  (one a trial)")
        }
        return lines
    }

    private var headline: String {
        let name = printable(state.jobName)
        let count = "\(state.finishedCount) of \(state.totalTrials) trials in \(Text.clock(state.elapsed))"
        let detail = message.isEmpty ? "" : ": \(Text.onOneLine(message))"
        switch ending {
        case .complete:
            // The condition says how many trials there were and which was best, as the lines below do. Why there were
            // fewer than asked for is only there.
            return "\(name) is complete, \(count)" + (state.finishedCount < state.totalTrials ? detail : "")
        case .failed: return "\(name) failed, \(count)\(detail)"
        case .interrupted: return "\(name) was interrupted, \(count). This is what was found so far."
        }
    }

    private func bestTrial(_ best: TrialView) -> [String] {
        let objective = state.objective
        var rows = [("objective", printable(objective.metric), objective.direction.rawValue)]
        rows = best.metrics.filter { $0.name == objective.metric }.suffix(1).map {
            (printable($0.name), printable($0.value), objective.direction == .minimize ? "minimised" : "maximised")
        }
        let others = best.metrics.filter { $0.name != objective.metric }.map {
            (printable($0.name), printable($0.value), "")
        }
        let parameters = best.parameters.map { (printable($0.name), printable($0.value), "") }
        let width = (rows + others + parameters).map { Text.width($0.0) }.max() ?? 0
        func line(_ row: (String, String, String)) -> String {
            "  \(Text.padded(row.0, to: width))  \(row.1)" + (row.2.isEmpty ? "" : "  (\(row.2))")
        }
        return ["Best trial: \(printable(best.name))", " Metrics"] + (rows + others).map(line) + [" Parameters"]
            + parameters.map(line)
    }

    private func failures(_ failed: [TrialView]) -> [String] {
        var lines = ["Failed trials: \(failed.count)"]
        for trial in failed.prefix(Self.listedFailures) {
            let why = PlainRenderer.whyInFull(trial)
            lines.append("  \(printable(trial.name))  \(why.first ?? "")")
            lines += why.dropFirst().map { "    | \($0)" }
            lines.append("    \(printable(logPath(trial.name)))")
        }
        if failed.count > Self.listedFailures {
            lines.append("  and \(failed.count - Self.listedFailures) more, see trials.csv")
        }
        return lines
    }
}

/// How a run ended.
public enum RunEnding: Sendable, Equatable {
    /// The job's condition `Complete` is true.
    case complete
    /// The job's condition `Failed` is true, or the run itself broke.
    case failed
    /// A signal ended it.
    case interrupted(signal: Int32)

    /// The exit status of the process; 128 plus the signal's number for a signal, as shells count.
    public var exitCode: Int32 {
        switch self {
        case .complete: 0
        case .failed: 1
        case .interrupted(let signal): 128 &+ signal
        }
    }
}
