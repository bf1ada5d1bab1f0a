/// Which way an objective is better.
public enum ObjectiveDirection: Sendable, Hashable, CaseIterable {
    /// Lower is better.
    case minimize
    /// Higher is better.
    case maximize

    /// A value as something to minimize: what is not finite becomes +∞, the worst.
    func cost(_ value: Double) -> Double {
        guard value.isFinite else { return .infinity }
        return self == .minimize ? value : -value
    }
}
