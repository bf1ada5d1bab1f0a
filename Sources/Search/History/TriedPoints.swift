/// The points of a space that trials have had, so that none gets one twice while others are left.
///
/// In a space with a real range nothing is counted: there a repetition is a coincidence, or a sampler's own wish. The
/// values of a normal law with a step are counted, but never used up.
struct TriedPoints {
    private let space: SearchSpace
    private let size: Int?
    /// Whether every parameter has values that can be told apart.
    private let isDiscrete: Bool
    private let isFinite: Bool
    private var tried: Set<Assignment> = []

    init(_ space: SearchSpace, _ history: TrialHistory) {
        self.space = space
        size = space.gridSize
        isDiscrete = space.parameters.allSatisfy { $0.domain.isDiscrete }
        isFinite = space.isEnumerable
        guard isDiscrete else { return }
        for trial in history.trials { insert(trial.assignment) }
    }

    /// Whether every point was tried.
    var isExhausted: Bool {
        guard let size else { return false }
        return tried.count >= size
    }

    /// Counts a point; texts that are no values of the space are none of its points.
    mutating func insert(_ assignment: Assignment) {
        guard isDiscrete, let assignment = canonical(assignment) else { return }
        tried.insert(assignment)
    }

    /// Whether a trial had this point.
    func contains(_ assignment: Assignment) -> Bool {
        guard isDiscrete, let assignment = canonical(assignment) else { return false }
        return tried.contains(assignment)
    }

    /// Counts a suggestion, in whose place comes another point if a trial had it.
    ///
    /// - Returns: The point counted; `nil` when there is none left. Of a normal law there is always one, if only so far out
    ///   that repeating one is better.
    mutating func take(_ suggestion: Assignment, using generator: inout SeededGenerator) -> Assignment? {
        var taken = suggestion
        if contains(suggestion) {
            if let other = untried(using: &generator) {
                taken = other
            } else if isFinite {
                return nil
            }
        }
        insert(taken)
        return taken
    }

    /// A point no trial had, drawn from the laws of the parameters; `nil` when there is none, or hardly any.
    func untried(using generator: inout SeededGenerator) -> Assignment? {
        guard !isExhausted else { return nil }
        for _ in 0..<64 {
            let drawn = Assignment(values: space.parameters.map { $0.domain.draw(using: &generator) })
            if !contains(drawn) { return drawn }
        }
        // Few are left. From a random place on, one is met after at most as many steps as there are tried points.
        guard let size else { return nil }
        let start = generator.below(UInt64(size))
        for offset in 0...UInt64(tried.count) {
            let number = (start + offset) % UInt64(size)
            if let point = GridSampler.point(number, in: space), !tried.contains(point) { return point }
        }
        return nil
    }

    /// The same point with every value as the space writes it; `nil` when it is none of the space.
    private func canonical(_ assignment: Assignment) -> Assignment? {
        guard assignment.values.count == space.parameters.count else { return nil }
        var values: [String] = []
        values.reserveCapacity(assignment.values.count)
        for (parameter, text) in zip(space.parameters, assignment.values) {
            guard let value = parameter.domain.canonical(text) else { return nil }
            values.append(value)
        }
        return Assignment(values: values)
    }
}
