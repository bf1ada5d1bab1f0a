import HostProcess
import OptimizationAPI

/// Draws a run as the lines of a live table.
///
/// Pure: the same state and size give the same lines, so that what people see is tested as text.
struct TableRenderer {
    /// The size of the terminal.
    var columns: Int
    var rows: Int
    /// Whether escape sequences for colour may be used.
    var isColored: Bool

    /// Trials listed at most, however high the terminal is.
    static let listedTrials = 10
    /// The bar at its longest, in a terminal with room for it.
    private static let barColumns = 20

    /// The lines to show: never wider than the terminal, and fewer than it has rows, so that drawing them does not scroll.
    func lines(_ state: RunState) -> [String] {
        // Many parameters in a narrow terminal must leave room for the trials.
        let best = StyledLine.wrapped(best(state), columns: columns).prefix(max(1, rows / 4))
        var lines = [title(state)] + StyledLine.wrapped(counts(state), columns: columns) + best + [StyledLine()]
        // One row for the table's header, and one that stays free.
        lines += table(state, room: min(Self.listedTrials, max(0, rows - lines.count - 2)))
        return lines.prefix(max(1, rows - 1)).map { $0.rendered(columns: columns, colored: isColored) }
    }

    private func title(_ state: RunState) -> StyledLine {
        var line = StyledLine()
        line.append(printable(state.jobName), .strong)
        for (index, objective) in state.objectives.enumerated() {
            line.append((index == 0 ? "  " : ", ") + "\(objective.direction.rawValue) \(printable(objective.metric))")
        }
        line.append("  \(state.totalTrials) trials, \(state.parallelTrials) at a time", .faint)
        return line
    }

    private func counts(_ state: RunState) -> [StyledLine] {
        var trials = StyledLine()
        trials.append("\(state.finishedCount)/\(state.totalTrials) finished, \(state.runningCount) running, ")
        trials.append("\(state.failedCount) failed", state.failedCount > 0 ? .bad : .plain)
        trials.append("  ")
        var time = StyledLine()
        time.append("\(Text.clock(state.elapsed)) elapsed")
        if let rest = state.estimatedRest, rest > .zero {
            time.append(", about \(Text.clock(rest)) left")
        }
        var numbers = trials
        numbers.append(time)
        return [bar(state, room: columns - numbers.width), trials, time]
    }

    /// As long as there is room for, since numbers tell more; empty where it would be too short to be read.
    private func bar(_ state: RunState, room: Int) -> StyledLine {
        let gap = "  "
        let width = min(Self.barColumns, room - gap.utf8.count)
        var line = StyledLine()
        guard width >= Self.barColumns / 4 else { return line }
        let share = state.totalTrials > 0 ? Double(state.finishedCount) / Double(state.totalTrials) : 0
        let done = Int(Double(width) * min(1, share))
        line.append(String(repeating: "━", count: done), .good)
        line.append(String(repeating: "─", count: width - done), .faint)
        line.append(gap)
        return line
    }

    private func best(_ state: RunState) -> [StyledLine] {
        var first = StyledLine()
        first.append("best so far  ", .faint)
        guard let best = state.best else {
            first.append("none yet", .faint)
            return [first]
        }
        first.append(bestText(best, state), .good)
        first.append("  ")
        let parameters = best.parameters.enumerated().map { index, parameter in
            var part = StyledLine()
            part.append(Self.assignment(parameter) + (index == best.parameters.count - 1 ? "  " : " "))
            return part
        }
        var name = StyledLine()
        name.append(Self.shortName(best.name, in: state), .faint)
        return [first] + parameters + [name]
    }

    private func bestText(_ best: TrialView, _ state: RunState) -> String {
        let value = best.metric(state.objective.metric).map(Text.number) ?? "?"
        return "\(printable(state.objective.metric)) \(value)"
    }

    private func table(_ state: RunState, room: Int) -> [StyledLine] {
        let trials = Self.listed(state.trials, room: room)
        guard let first = trials.first else { return [] }
        let metrics = state.objectives.map(\.metric)
        let header =
            ["TRIAL", "STATE"] + metrics.map { printable($0).uppercased() } + ["TIME"]
            + first.parameters.map { printable($0.name) }
        let rows = trials.map { trial in
            [Self.shortName(trial.name, in: state), Self.stateText(trial)]
                + metrics.map { trial.metric($0).map(Text.number) ?? "" }
                + [Text.short(trial.duration(at: state.elapsed))] + trial.parameters.map { Text.number($0.value) }
        }
        let widths = header.indices.map { column in
            ([header] + rows).map { column < $0.count ? Text.width($0[column]) : 0 }.max() ?? 0
        }
        func line(_ cells: [String], _ style: (Int) -> TextStyle) -> StyledLine {
            var line = StyledLine()
            for (column, (cell, width)) in zip(cells, widths).enumerated() {
                // Not behind the last one: a line that is cut because of space looks as if there were more.
                line.append(column == widths.count - 1 ? cell : Text.padded(cell, to: width + 2), style(column))
            }
            return line
        }
        return [line(header) { _ in .faint }]
            + zip(trials, rows).map { trial, cells in
                line(cells) { column in column == 1 ? Self.style(of: trial, in: state) : .plain }
            }
    }

    /// Every running trial, then the latest that ended, in the order in which they began.
    private static func listed(_ trials: [TrialView], room: Int) -> [TrialView] {
        guard trials.count > room else { return trials }
        let running = trials.indices.filter { trials[$0].state == .running }.prefix(room)
        let ended = trials.indices.filter { trials[$0].state != .running }.suffix(room - running.count)
        return (running + ended).sorted().map { trials[$0] }
    }

    private static func stateText(_ trial: TrialView) -> String {
        switch trial.state {
        case .running: trial.progress.map { "running \($0)%" } ?? "running"
        case .succeeded: "succeeded"
        case .failed: trial.reason.map { "failed: \(printable($0))" } ?? "failed"
        case .earlyStopped: "stopped early"
        }
    }

    private static func style(of trial: TrialView, in state: RunState) -> TextStyle {
        switch trial.state {
        case .failed: .bad
        case .succeeded: trial.name == state.bestTrial ? .good : .plain
        case .running, .earlyStopped: .faint
        }
    }

    /// `learning_rate=0.01 activation=tanh`, numbers shortened.
    static func assignments(_ parameters: [ParameterAssignment]) -> String {
        parameters.map(assignment).joined(separator: " ")
    }

    private static func assignment(_ parameter: ParameterAssignment) -> String {
        "\(printable(parameter.name))=\(Text.number(parameter.value))"
    }

    /// A trial's name without that of its job.
    static func shortName(_ name: String, in state: RunState) -> String {
        let prefix = state.jobName + "-"
        return printable(name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name)
    }
}
