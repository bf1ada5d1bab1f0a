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
    /// The value that is good enough, in the grammar of `DecimalText`; `nil` for none.
    ///
    /// The job completes once a trial that succeeded has reached the goals of all objectives that have one.
    public var goal: String?

    /// Makes an objective.
    public init(metric: String, direction: Direction = .minimize, goal: String? = nil) {
        self.metric = metric
        self.direction = direction
        self.goal = goal
    }

    /// Whether a value is as good as the goal or better: at most the goal when minimizing, at least when maximizing.
    ///
    /// - Returns: `false` without a goal, and for a value that is not finite.
    public func isReached(by value: Double) -> Bool {
        guard value.isFinite, let goal = goal.flatMap(DecimalText.init)?.double else { return false }
        return direction == .minimize ? value <= goal : value >= goal
    }

    /// The objective as a spec carries it.
    public var json: JSONValue {
        var object: JSONObject = ["metric": .string(metric), "direction": .string(direction.rawValue)]
        if let goal { object["goal"] = .string(goal) }
        return .object(object)
    }
}
