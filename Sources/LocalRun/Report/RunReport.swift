import Controller
import Glibc
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
    /// The trials of the Pareto front of a job with several objectives, in any order; empty for one objective.
    var front: [TrialView] = []
    /// How to run the best trial again; `nil` when there is no best trial or it cannot be told.
    var reproduction: Reproduction?
    /// The folder with the results, as the user would type it.
    var directory: String
    /// Where the log of a trial is, as the user would type it; `nil` when it has none.
    var logPath: @Sendable (String) -> String?

    /// Failed trials told in full; more are only counted.
    static let listedFailures = 5
    /// The same of trials in the Pareto front.
    static let listedOptima = 20

    /// The lines, without colour.
    func lines() -> [String] {
        var lines = [headline, ""]
        if !front.isEmpty { lines += paretoFront() + [""] }
        if let best = state.best {
            lines += bestTrial(best) + [""]
            if let reproduction {
                let secrets = reproduction.secrets.map(printable).joined(separator: ", ")
                let condition = secrets.isEmpty ? "" : ", with \(secrets) set in your shell"
                lines += ["Run it again by hand\(condition):", "  " + reproduction.command, ""]
            }
        }
        let failed = state.trials.filter { $0.state == .failed }
        if !failed.isEmpty { lines += failures(failed) + [""] }
        lines.append("Results  \(directory)/  (job.yaml, trials.csv)")
        if let last = state.best ?? state.trials.last, let path = logPath(last.name) {
            lines.append("Logs     \(printable(path))  (one a trial)")
        }
        return lines
    }

    /// The front as a table, in the columns of the table that is shown while the job runs: from the best in the first
    /// objective on, so that a column tells what the others cost. Of a long one both ends, and as many between them as fit.
    private func paretoFront() -> [String] {
        let metrics = state.objectives.map(\.metric)
        let sorted = front.enumerated().map { (value: value(of: $0.element), place: $0.offset, trial: $0.element) }
            .sorted { first, second in
                if first.value == second.value { return first.place < second.place }
                return state.objective.direction.prefers(first.value, over: second.value)
            }
            .map(\.trial)
        let last = Self.listedOptima - 1
        let shown = sorted.count <= last ? sorted : (0...last).map { sorted[$0 * (sorted.count - 1) / last] }
        let header =
            ["TRIAL"] + metrics.map { printable($0).uppercased() }
            + (shown.first?.parameters.map { printable($0.name) } ?? [])
        let rows =
            [header]
            + shown.map { trial in
                [TableRenderer.shortName(trial.name, in: state)]
                    + metrics.map { trial.metric($0).map(Text.number) ?? "?" }
                    + trial.parameters.map { Text.number($0.value) }
            }
        let heading =
            "Pareto front: \(Text.count(front.count, "trial")) that no other beats in one objective and matches in the rest"
        var lines = [heading]
        lines += Text.columns(rows).map { "  " + $0 }
        if front.count > shown.count {
            lines.append("  and \(front.count - shown.count) more between them, marked \"optimal\" in trials.csv")
        }
        return lines
    }

    private func value(of trial: TrialView) -> Double {
        trial.number(state.objective.metric) ?? .nan
    }

    private var headline: String {
        let name = printable(state.jobName)
        let stopped = state.trials.count { $0.state == .earlyStopped }
        let count =
            "\(state.finishedCount) of \(state.totalTrials) trials in \(Text.clock(state.elapsed))"
            + (stopped > 0 ? ", \(stopped) of them stopped early" : "")
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
        let rows = state.objectives.compactMap { objective in
            best.metric(objective.metric).map { value in
                let direction = objective.direction == .minimize ? "minimised" : "maximised"
                return (printable(objective.metric), printable(value), direction)
            }
        }
        let objectives = Set(state.objectives.map(\.metric))
        let others = best.metrics.filter { !objectives.contains($0.name) }.map {
            (printable($0.name), printable($0.value), "")
        }
        let parameters = best.parameters.map { (printable($0.name), printable($0.value), "") }
        let width = (rows + others + parameters).map { Text.width($0.0) }.max() ?? 0
        func line(_ row: (String, String, String)) -> String {
            "  \(Text.padded(row.0, to: width))  \(row.1)" + (row.2.isEmpty ? "" : "  (\(row.2))")
        }
        let heading = front.isEmpty ? "Best trial" : "Best in \(printable(state.objective.metric)), the first objective"
        return ["\(heading): \(printable(best.name))", " Metrics"] + (rows + others).map(line) + [" Parameters"]
            + parameters.map(line)
    }

    private func failures(_ failed: [TrialView]) -> [String] {
        var lines = ["Failed trials: \(failed.count)"]
        for trial in failed.prefix(Self.listedFailures) {
            let why = PlainRenderer.whyInFull(trial)
            lines.append("  \(printable(trial.name))  \(why.first ?? "")")
            lines += why.dropFirst().map { "    | \($0)" }
            if let path = logPath(trial.name) { lines.append("    \(printable(path))") }
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

extension RunReport {
    /// Reports how a session ended.
    ///
    /// - Parameters:
    ///   - directory: The folder of the run, as the user would type it.
    ///   - context: The folder of the manifest, from the root.
    init(_ outcome: LocalSession.Outcome, directory: String, context: String) {
        let state = outcome.state
        var front: [TrialView] = []
        var reproduction: Reproduction?
        if let job = try? OptimizationJob(decoding: outcome.job) {
            if job.spec.objectives.count > 1 {
                let records = job.status.trials
                let names = ParetoFront.positions(in: records, objectives: job.spec.objectives).map {
                    records[$0].trainJobName
                }
                front = names.compactMap { name in state.trials.first { $0.name == name } }
            }
            reproduction = state.best.flatMap { best in
                // From the record, as a TrainJob may be deleted when its trial has ended.
                Reproduction(
                    template: job.spec.trainJobTemplate.spec,
                    parameters: best.parameters,
                    directory: context
                )
            }
        }
        self.init(
            ending: outcome.ending,
            state: state,
            message: outcome.message,
            front: front,
            reproduction: reproduction,
            directory: directory,
            logPath: { name in
                let path = "\(directory)/trials/\(name)/log.txt"
                return access(path, F_OK) == 0 ? path : nil
            }
        )
    }
}
