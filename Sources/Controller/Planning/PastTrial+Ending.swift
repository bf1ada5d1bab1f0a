public import Search

extension PastTrial {
    /// A trial as search algorithms see it.
    ///
    /// One that ended for no fault of its parameters (`TrialReason.untelling`) keeps its point, so that others are tried
    /// before it, and teaches nothing: it counts as stopped before its first value.
    ///
    /// - Parameters:
    ///   - index: The trial's index.
    ///   - assignment: Its parameters.
    ///   - state: How far it got.
    ///   - reason: Why it ended so, as its record has it.
    ///   - objectives: The objectives' values, in their order; empty when there are none.
    public init(index: Int, assignment: Assignment, state: State, reason: String?, objectives: [Double]) {
        let isTelling = state == .succeeded || !(reason.map(TrialReason.untelling.contains) ?? false)
        self.init(
            index: index,
            assignment: assignment,
            state: isTelling ? state : .earlyStopped,
            objectives: isTelling ? objectives : []
        )
    }
}
