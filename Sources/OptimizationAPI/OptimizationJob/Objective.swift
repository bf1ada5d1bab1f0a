import JSON

/// Which way is better.
public enum Direction: String, Sendable, Hashable, CaseIterable {
    /// Lower is better; the default.
    case minimize = "Minimize"
    /// Higher is better.
    case maximize = "Maximize"

    /// Whether `value` is better than `other`. A number that is not finite is never better, and anything finite beats it.
    public func prefers(_ value: Double, over other: Double) -> Bool {
        guard value.isFinite else { return false }
        guard other.isFinite else { return true }
        return self == .minimize ? value < other : value > other
    }
}

/// What a job tunes for: a metric that trials report, and which way is better.
public struct Objective: Sendable, Hashable {
    /// The metric's name in `status.trainerStatus.metrics`; 1 to 64 characters.
    public var metric: String
    /// Which way is better.
    public var direction: Direction

    /// Makes an objective.
    public init(metric: String, direction: Direction = .minimize) {
        self.metric = metric
        self.direction = direction
    }

    /// The objective as a spec carries it.
    public var json: JSONValue {
        ["metric": .string(metric), "direction": .string(direction.rawValue)]
    }
}
