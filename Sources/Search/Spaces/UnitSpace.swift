/// A search space as a cube, one coordinate a parameter: what all samplers with a model share.
///
/// A coordinate is that of `Domain.coordinate(of:)`: from 0 to 1, or the number of a choice. Of a normal law it can be the
/// place between three standard deviations below the mean and three above instead, see `NormalMeasure`.
struct UnitSpace: Sendable {
    /// What the coordinate of a normal law measures.
    enum NormalMeasure: Sendable {
        /// Probability, in which the law is uniform.
        case probability
        /// Standard deviations, from −3 to 3: for models in which a smooth function has to stay smooth up to the ends. In
        /// probability it becomes infinitely steep there, and the ends are 8 deviations out.
        case deviations
    }

    /// Standard deviations at the ends of a coordinate that measures them.
    private static let reach = 3.0

    /// How a coordinate may move.
    enum Axis: Sendable, Equatable {
        /// Anywhere from 0 to 1.
        case continuous
        /// In order, to the places of discrete values.
        case ordered(levels: Double)
        /// To the numbers of choices, none closer to one than to another.
        case choice(count: Int)

        var isChoice: Bool {
            if case .choice = self { true } else { false }
        }
    }

    let space: SearchSpace
    let axes: [Axis]
    /// Of the axes that are real ranges: every value of every past trial is measured for every suggestion.
    private let rulers: [Ruler?]
    /// The number of points, where it is finite and fits an `Int`.
    let size: Int?
    /// Whether an axis measures standard deviations.
    private let isInDeviations: [Bool]

    init(_ space: SearchSpace, normals: NormalMeasure = .probability) {
        self.space = space
        isInDeviations = space.parameters.map { parameter in
            switch parameter.domain {
            case .normal, .intNormal: normals == .deviations
            case .float, .int, .categorical: false
            }
        }
        size = space.gridSize
        rulers = space.parameters.map { parameter -> Ruler? in
            guard case .float(let min, let max, let scale, nil) = parameter.domain else { return nil }
            return Ruler(from: min, to: max, scale)
        }
        axes = space.parameters.map { parameter in
            switch parameter.domain {
            case .categorical(let choices):
                return .choice(count: choices.count)
            case .float(_, _, _, nil), .normal(_, _, _, nil):
                return .continuous
            case .float, .int:
                return .ordered(levels: Double(parameter.domain.lastPoint ?? 0) + 1)
            case .normal(_, let stdDev, _, let step?):
                return .ordered(levels: max(2, 4 * stdDev / step))
            case .intNormal(let mean, let stdDev, let scale, let step):
                let spread = scale == .linear ? stdDev : ElementaryFunctions.exp(min(mean + stdDev, 40))
                return .ordered(levels: max(2, 4 * spread / Double(step)))
            }
        }
    }

    /// How many coordinates a point has.
    var dimension: Int { axes.count }

    /// Where an assignment lies; `nil` when a value is none of its domain's.
    func point(of assignment: Assignment) -> [Double]? {
        guard assignment.values.count == axes.count else { return nil }
        var point: [Double] = []
        point.reserveCapacity(axes.count)
        for (axis, text) in assignment.values.enumerated() {
            let coordinate =
                if let ruler = rulers[axis] {
                    ruler.coordinate(of: text)
                } else {
                    space.parameters[axis].domain.coordinate(of: text)
                }
            guard let coordinate else { return nil }
            point.append(measured(coordinate, on: axis))
        }
        return point
    }

    /// The assignment nearest to a point.
    func assignment(at point: [Double]) -> Assignment {
        Assignment(values: axes.indices.map { value(at: point[$0], on: $0) })
    }

    private func value(at coordinate: Double, on axis: Int) -> String {
        let domain = space.parameters[axis].domain
        guard isInDeviations[axis] else { return domain.value(at: coordinate) }
        let deviations = (2 * min(max(coordinate, 0), 1) - 1) * UnitSpace.reach
        return domain.value(at: NormalLaw.probability(below: deviations))
    }

    /// The coordinate that a fraction in which the axis' own law is uniform stands for.
    private func measured(_ unit: Double, on axis: Int) -> Double {
        guard isInDeviations[axis] else { return unit }
        return min(max(NormalLaw.quantile(unit) / UnitSpace.reach / 2 + 0.5, 0), 1)
    }

    /// A point in the middle: of every range, and the first of every choice.
    var centre: [Double] {
        axes.map { $0.isChoice ? 0 : 0.5 }
    }

    /// The point that fractions from 0 to 1 stand for, choices in equal parts.
    func point(atUnits units: [Double]) -> [Double] {
        axes.indices.map { axis in
            guard case .choice(let count) = axes[axis] else { return measured(units[axis], on: axis) }
            return min((units[axis] * Double(count)).rounded(.down), Double(count - 1))
        }
    }

    /// A point drawn at random.
    func randomPoint(using generator: inout SeededGenerator) -> [Double] {
        axes.indices.map { axis in
            guard case .choice(let count) = axes[axis] else { return measured(generator.unit(), on: axis) }
            return Double(generator.below(UInt64(count)))
        }
    }

    /// The nearest coordinate at which there is a value.
    func snapped(_ coordinate: Double, on axis: Int) -> Double {
        switch axes[axis] {
        case .continuous:
            return min(max(coordinate, 0), 1)
        case .choice(let count):
            return min(max(coordinate.rounded(), 0), Double(count - 1))
        case .ordered(let levels):
            let unit = min(max(coordinate, 0), 1)
            switch space.parameters[axis].domain {
            case .int(let min, let max, .log, _):
                return Domain.coordinate(of: Domain.logUniform(from: min, to: max, unit), from: min, to: max)
            case .normal, .intNormal:
                let domain = space.parameters[axis].domain
                return domain.coordinate(of: value(at: unit, on: axis)).map { measured($0, on: axis) } ?? unit
            case .float, .int, .categorical:
                return (min((unit * levels).rounded(.down), levels - 1) + 0.5) / levels
            }
        }
    }

    /// The nearest point at which there are values.
    func snapped(_ point: [Double]) -> [Double] {
        var point = point
        for axis in axes.indices { point[axis] = snapped(point[axis], on: axis) }
        return point
    }
}

extension UnitSpace {
    /// The coordinates of the values before and behind one, up to `reach` on each side, on an axis in order.
    ///
    /// - Parameter coordinate: Where there is a value.
    func neighbours(of coordinate: Double, on axis: Int, reach: Int) -> [Double] {
        guard case .ordered(let levels) = axes[axis] else { return [] }
        let steps = (1...max(1, reach)).flatMap { [-$0, $0] }
        let domain = space.parameters[axis].domain
        guard let last = domain.lastPoint, let own = domain.number(of: value(at: coordinate, on: axis)) else {
            // The values of a normal law have no numbers.
            return steps.map { snapped(coordinate + Double($0) / levels, on: axis) }
        }
        return steps.compactMap { step in
            let (number, isBeyond) = own.addingReportingOverflow(UInt64(bitPattern: Int64(step)))
            // To subtract is to add with a carry.
            guard isBeyond == (step < 0), number <= last else { return nil }
            return domain.point(number).flatMap(domain.coordinate)
        }
    }

    /// How far the nearest coordinate with another value is, on an axis in order; `nil` where there is none.
    func distanceToOtherValue(from coordinate: Double, on axis: Int) -> Double? {
        guard case .ordered(let levels) = axes[axis] else { return nil }
        let part: (low: Double, high: Double)
        if case .int(let min, let max, .log, _) = space.parameters[axis].domain {
            part = Domain.part(of: Domain.logUniform(from: min, to: max, coordinate), from: min, to: max)
        } else {
            let number = Swift.min((coordinate * levels).rounded(.down), levels - 1)
            part = (number / levels, (number + 1) / levels)
        }
        let distances = [part.low > 0 ? coordinate - part.low : nil, part.high < 1 ? part.high - coordinate : nil]
        return distances.compactMap { $0 }.min().map { max($0, 0) }
    }
}
