/// Something that belongs to one step of a trial's training.
public protocol ProgressStep {
    /// How far the trial had come; 0 or more.
    var step: Int64 { get }
}

extension Array where Element: ProgressStep {
    /// Adds a report to those of one trial, which are sorted by step.
    ///
    /// One of a step that is not past the last replaces the last if it is of the same step and is dropped otherwise: a
    /// trial that started anew counts once it is past where it was. When there are more than `limit`, those go whose step is
    /// told best by the ones before and behind, in proportion to how far the trial had come: never the first or the last.
    /// The beginning stays as dense as it was, since there trials are told apart, and later ones are judged by it.
    public mutating func add(_ report: Element, atMost limit: Int) {
        if let last, report.step <= last.step {
            guard report.step == last.step else { return }
            removeLast()
        }
        append(report)
        while count > Swift.max(limit, 2) {
            func gap(_ place: Int) -> Double {
                Double(self[place + 1].step - self[place - 1].step) / Double(self[place + 1].step)
            }
            guard let least = (1..<(count - 1)).min(by: { gap($0) < gap($1) }) else { return }
            remove(at: least)
        }
    }
}

/// What a trial reported at one point of its training.
public struct ProgressReport: ProgressStep, Sendable, Hashable {
    /// How far the trial had come: steps, epochs or percent, alike for all trials of a job; 0 or more.
    public let step: Int64
    /// The objective's value then; can be NaN or infinite.
    public let value: Double

    /// Describes a report.
    public init(step: Int64, value: Double) {
        self.step = step
        self.value = value
    }
}

/// What a trial has reported so far.
public struct TrialProgress: Sendable, Hashable {
    /// The trial's number in its job, counted from 0.
    public let index: Int
    /// How far the trial got.
    public var state: PastTrial.State
    /// Its reports by ascending step, at most `limit` of them.
    public private(set) var reports: [ProgressReport]

    /// How many reports are kept of one trial.
    ///
    /// Rungs and medians need the course, not every step of it; 48 reports of 1000 trials are still a small object.
    public static let limit = 48

    /// Begins with `reports` in any order.
    public init(index: Int, state: PastTrial.State, reports: [ProgressReport] = []) {
        self.index = index
        self.state = state
        self.reports = []
        for report in reports.sorted(by: { $0.step < $1.step }) { append(report) }
    }

    /// Adds a report, as `add(_:atMost:)` does.
    public mutating func append(_ report: ProgressReport) {
        reports.add(report, atMost: TrialProgress.limit)
    }

    /// The last step reported.
    var step: Int64? { reports.last?.step }

    /// Whether the trial has come as far as any that succeeded: to stop it saves nothing, and what it was for is there.
    func isAtEnd(of others: [TrialProgress]) -> Bool {
        let ends = others.filter { $0.state == .succeeded }.compactMap(\.step)
        guard let step, let end = ends.max() else { return false }
        return step >= end
    }

    /// The lowest cost among the reports up to a step; `nil` when none of them is finite.
    func best(upTo step: Int64, _ direction: ObjectiveDirection) -> Double? {
        var best: Double?
        for report in reports {
            guard report.step <= step else { break }
            let cost = direction.cost(report.value)
            if cost.isFinite, best.map({ cost < $0 }) ?? true { best = cost }
        }
        return best
    }

    /// The lowest cost by the time the trial first reached a step; `nil` when it has not.
    ///
    /// - Returns: +∞ when it got there without any finite value.
    func best(reaching step: Int64, _ direction: ObjectiveDirection) -> Double? {
        guard let reached = reports.first(where: { $0.step >= step }) else { return nil }
        return best(upTo: reached.step, direction) ?? .infinity
    }
}
