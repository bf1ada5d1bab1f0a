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
            switch trial.state {
            case .succeeded:
                let values = state.objectives.map { objective in
                    "\(printable(objective.metric))=\(trial.metric(objective.metric).map(Text.number) ?? "?")"
                }
                let best = state.objectives.count > 1 ? "best \(printable(state.objective.metric))" : "best"
                let note = isBest ? ", \(best) so far" : ""
                return "\(time) \(name) succeeded in \(took): \(values.joined(separator: " "))\(note) (\(count))"
            case .earlyStopped:
                return "\(time) \(name) stopped early after \(took) (\(count))"
            case .failed, .running:
                return "\(time) \(name) failed after \(took): \(why(trial)) (\(count))"
            }
        }
    }

    /// A failed trial's reason and message, on one line.
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
