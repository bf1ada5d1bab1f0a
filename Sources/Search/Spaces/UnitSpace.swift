/// A search space as a cube, one coordinate a parameter: what all samplers with a model share.
///
/// A coordinate is that of `Domain.coordinate(of:)`: from 0 to 1, or the number of a choice.
struct UnitSpace: Sendable {
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

    init(_ space: SearchSpace) {
        self.space = space
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
            point.append(coordinate)
        }
        return point
    }

    /// The assignment nearest to a point.
    func assignment(at point: [Double]) -> Assignment {
        Assignment(values: zip(space.parameters, point).map { $0.domain.value(at: $1) })
    }

    /// A point in the middle: of every range, and the first of every choice.
    var centre: [Double] {
        axes.map { $0.isChoice ? 0 : 0.5 }
    }

    /// The point that fractions from 0 to 1 stand for, choices in equal parts.
    func point(atUnits units: [Double]) -> [Double] {
        zip(axes, units).map { axis, unit in
            guard case .choice(let count) = axis else { return unit }
            return min((unit * Double(count)).rounded(.down), Double(count - 1))
        }
    }

    /// A point drawn at random.
    func randomPoint(using generator: inout SeededGenerator) -> [Double] {
        axes.map { axis in
            guard case .choice(let count) = axis else { return generator.unit() }
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
                let value = Domain.logUniform(from: min, to: max, unit)
                let low = ElementaryFunctions.log(Double(min) - 0.5)
                return (ElementaryFunctions.log(Double(value)) - low)
                    / (ElementaryFunctions.log(Double(max) + 0.5) - low)
            case .normal, .intNormal:
                let domain = space.parameters[axis].domain
                return domain.coordinate(of: domain.value(at: unit)) ?? unit
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
