import HostProcess
import OptimizationAPI

/// Tells a run as plain lines, one for each trial that starts or ends: for logs, pipes and CI.
enum PlainRenderer {
    /// The line for one event.
    static func line(_ event: RunEvent, _ state: RunState) -> String {
        let time = "[\(Text.clock(state.elapsed))]"
        switch event {
        case .started(let trial):
            let name = printable(trial.name)
            return "\(time) \(name) started: \(TableRenderer.assignments(trial.parameters))"
        case .ended(let trial, let isBest, let finished):
            let name = printable(trial.name)
            let count = "\(finished)/\(state.totalTrials) finished"
            let took = Text.short(trial.duration(at: state.elapsed))
            let values = state.objectives.compactMap { objective in
                trial.metric(objective.metric).map { "\(printable(objective.metric))=\(Text.number($0))" }
            }.joined(separator: " ")
            switch trial.state {
            case .succeeded:
                let best = state.objectives.count > 1 ? "best \(printable(state.objective.metric))" : "best"
                let note = isBest ? ", \(best) so far" : ""
                return "\(time) \(name) succeeded in \(took): \(values)\(note) (\(count))"
            case .earlyStopped:
                let told = [values, why(trial)].filter { !$0.isEmpty }.joined(separator: ", ")
                return "\(time) \(name) stopped early after \(took): \(told) (\(count))"
            case .failed, .running:
                return "\(time) \(name) failed after \(took): \(why(trial)) (\(count))"
            }
        }
    }

    /// The reason and message of a trial that failed or was stopped, on one line.
    static func why(_ trial: TrialView) -> String {
        Text.onOneLine(whole(trial))
    }

    /// A failed trial's reason and message with all their lines, such as the end of its log.
    static func whyInFull(_ trial: TrialView) -> [String] {
        Text.lines(whole(trial)).map(printable)
    }

    private static func whole(_ trial: TrialView) -> String {
        let parts = [trial.reason, trial.message].compactMap { $0 }.filter { !$0.isEmpty }
        return parts.isEmpty ? "no reason was given" : parts.joined(separator: ": ")
    }
}
