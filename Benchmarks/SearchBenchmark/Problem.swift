import Search

/// Something to minimize whose best value is known, or well estimated.
struct Problem: Sendable {
    let name: String
    let space: SearchSpace
    /// The value at given coordinates: numbers as they are, choices by their number. `nil` where a trial fails.
    let value: @Sendable ([Double]) -> Double?
    /// The standard deviation of the noise that a trial's report has.
    var noise = 0.0
    /// The lowest value.
    let best: Double
    /// The median value of random points that do not fail: what counts as a regret of 1.
    let typical: Double

    /// - Parameter best: `nil` to look for it, which takes a moment.
    init(
        _ name: String,
        _ domains: [Domain],
        noise: Double = 0,
        best: Double? = nil,
        value: @escaping @Sendable ([Double]) -> Double?
    ) {
        self.name = name
        self.noise = noise
        self.value = value
        let parameters = domains.enumerated().map { ParameterDomain(name: "p\($0.offset)", domain: $0.element) }
        guard let space = try? SearchSpace(parameters) else { fatalError("\(name) is no search space") }
        self.space = space
        var scan = Scan(space: space, value: value, seed: SeededGenerator.seed(from: name))
        typical = scan.typical
        self.best = best ?? scan.lowest()
    }

    /// The coordinates of an assignment.
    static func numbers(_ assignment: Assignment, in space: SearchSpace) -> [Double] {
        zip(space.parameters, assignment.values).map { parameter, text in
            guard case .categorical(let choices) = parameter.domain else { return Double(text) ?? .nan }
            return Double(choices.firstIndex(of: text) ?? -1)
        }
    }

    /// What a trial reports, and what it is worth: the same without the noise.
    func trial(_ assignment: Assignment, seed: UInt64, index: Int) -> (reported: Double, true: Double)? {
        guard let value = value(Problem.numbers(assignment, in: space)) else { return nil }
        guard noise > 0 else { return (value, value) }
        var generator = SeededGenerator(seed: seed ^ 0x0153, stream: index)
        return (value + noise * normal(using: &generator), value)
    }

    /// How much of the way from the best value to a typical one is left.
    func regret(_ value: Double) -> Double {
        max(0, min(1, (value - best) / (typical - best)))
    }
}

/// Looks for a problem's lowest value, by more points than any sampler gets.
private struct Scan {
    let space: SearchSpace
    let value: ([Double]) -> Double?
    var generator: SeededGenerator
    private var found: [(point: Assignment, value: Double)] = []
    let typical: Double

    init(space: SearchSpace, value: @escaping ([Double]) -> Double?, seed: UInt64) {
        self.space = space
        self.value = value
        generator = SeededGenerator(seed: seed)
        let draws = (try? RandomSampler().suggest(4000, in: space, after: TrialHistory(), using: &generator)) ?? []
        for point in draws {
            if let value = value(Problem.numbers(point, in: space)) { found.append((point, value)) }
        }
        found.sort { $0.value < $1.value }
        typical = found.isEmpty ? 0 : found[found.count / 2].value
    }

    /// From the best random points, random steps that shrink when they stop helping.
    mutating func lowest() -> Double {
        var lowest = found.first?.value ?? .infinity
        for start in found.prefix(8) {
            var coordinates = Problem.numbers(start.point, in: space)
            var best = start.value
            var size = 0.3
            while size > 1e-4 {
                var improved = false
                for _ in 0..<60 {
                    let next = step(from: coordinates, size)
                    if let value = value(next), value < best {
                        (best, coordinates, improved) = (value, next, true)
                    }
                }
                if !improved { size *= 0.6 }
            }
            lowest = min(lowest, best)
        }
        return lowest
    }

    private mutating func step(from point: [Double], _ size: Double) -> [Double] {
        var point = point
        let share = generator.unit() < 0.5 ? 1 : 0.3
        for (axis, parameter) in space.parameters.enumerated() where generator.unit() < share {
            switch parameter.domain {
            case .categorical(let choices):
                if generator.unit() < 0.3 { point[axis] = Double(generator.below(UInt64(choices.count))) }
            case .float(let low, let high, .linear, _):
                point[axis] += size * (high - low) * normal(using: &generator)
                point[axis] = min(max(point[axis], low), high)
            case .float(let low, let high, .log, _):
                point[axis] *= exponential(size * logarithm(high / low) * normal(using: &generator))
                point[axis] = min(max(point[axis], low), high)
            case .int(let low, let high, _, let step):
                let width = max(0.7, size * Double(high - low) / Double(step))
                let moved = point[axis] + Double(step) * (width * normal(using: &generator)).rounded()
                point[axis] = min(max(moved, Double(low)), Double(high))
            case .normal, .intNormal:
                break
            }
        }
        return point
    }
}
