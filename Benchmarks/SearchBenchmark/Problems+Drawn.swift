import Search

/// Problems nobody tuned for: every number draws another one, of one of eight kinds.
extension Problems {
    static func drawn(_ number: Int) -> Problem {
        var generator = SeededGenerator(seed: 0xD1CE, stream: number)
        let dimension = 2 + Int(generator.below(7))
        let wave = Waves(dimension: dimension, using: &generator)
        let line = Array(repeating: Domain.float(min: 0, max: 1), count: dimension)
        let name = "drawn-\(number)"
        switch number % 8 {
        case 0:
            return Problem("\(name)-smooth-\(dimension)d", line) { wave.value($0) }
        case 1:
            let bowl = Bowl(dimension: dimension, using: &generator)
            return Problem("\(name)-rotated-\(dimension)d", line, best: 0) { bowl.value($0) }
        case 2:
            let choices = generator.below(3) + 2
            let effects = (0..<64).map { _ in normal(using: &generator) }
            let domains =
                line + [
                    .categorical((0..<choices).map { "c\($0)" }), .categorical(["x", "y", "z"]), .int(min: 1, max: 12),
                ]
            return Problem("\(name)-mixed-\(dimension)d", domains) { x in
                // A choice shifts the rest of the landscape, as an optimizer shifts the best learning rate.
                let first = Int(x[dimension])
                let second = Int(x[dimension + 1])
                let whole = (x[dimension + 2] - 4 - effects[first + 20]) / 4
                let shifted = (0..<dimension).map { x[$0] + 0.1 * effects[(first * 8 + $0) % 64] }
                let own: Double = 0.5 * effects[first] + 0.3 * effects[second + 8]
                return wave.value(shifted) + own + 0.4 * whole * whole
            }
        case 3:
            let edge = 0.5 + 0.4 * generator.unit()
            let bowl = Bowl(dimension: dimension, using: &generator)
            return Problem("\(name)-crashing-\(dimension)d", line) { x in
                x[0] + 0.7 * x[1] > edge + 0.3 ? nil : 0.3 * wave.value(x) + bowl.value(x)
            }
        case 4:
            let domains = (0..<dimension).map { Domain.int(min: 0, max: Int64(4 + 6 * ($0 % 3))) }
            return Problem("\(name)-whole-\(dimension)d", domains) { x in
                let units = x.enumerated().map { axis, value -> Double in value / Double(4 + 6 * (axis % 3)) }
                return (4 * wave.value(units)).rounded() / 4
            }
        case 5:
            return Problem("\(name)-noisy-\(dimension)d", line, noise: 0.3) { wave.value($0) }
        case 6:
            let bowl = Bowl(dimension: dimension, using: &generator)
            let domains = Array(repeating: Domain.float(min: 1e-6, max: 1, scale: .log), count: dimension)
            return Problem("\(name)-log-\(dimension)d", domains, best: 1) { x in
                let units = x.map { value -> Double in 1 + logarithm(value) / logarithm(10) / 6 }
                return exponential(6 * bowl.value(units))
            }
        default:
            let count = dimension + 3
            let effects = (0..<(count * 6)).map { _ in normal(using: &generator) }
            let pairs = (0..<(count * 36)).map { _ in 0.5 * normal(using: &generator) }
            let domains = Array(repeating: Domain.categorical(["a", "b", "c", "d", "e", "f"]), count: count)
            return Problem("\(name)-choices-\(count)d", domains) { x in
                var sum = 0.0
                for axis in 0..<count {
                    let own = Int(x[axis])
                    let next = Int(x[(axis + 1) % count])
                    sum += effects[axis * 6 + own] + pairs[axis * 36 + own * 6 + next]
                }
                return sum
            }
        }
    }

    static func drawn(in numbers: Range<Int>) -> [Problem] { numbers.map(drawn) }
}

/// A random smooth landscape: a sum of waves, as a draw from a Gaussian process is, axes of different importance.
private struct Waves: Sendable {
    private let directions: [[Double]]
    private let phases: [Double]

    init(dimension: Int, using generator: inout SeededGenerator) {
        let scales = (0..<dimension).map { _ in exponential(1.2 * normal(using: &generator)) }
        directions = (0..<80).map { _ in scales.map { 1.5 * min($0, 5) * normal(using: &generator) } }
        phases = (0..<80).map { _ in 2 * .pi * generator.unit() }
    }

    func value(_ x: [Double]) -> Double {
        var sum = 0.0
        for (direction, phase) in zip(directions, phases) {
            var angle = phase
            for axis in direction.indices { angle += direction[axis] * x[axis] }
            sum += cosine(angle)
        }
        return sum / 40.0.squareRoot()
    }
}

/// A rotated valley, long in some directions and narrow in others.
private struct Bowl: Sendable {
    private let centre: [Double]
    private let rows: [[Double]]

    init(dimension: Int, using generator: inout SeededGenerator) {
        centre = (0..<dimension).map { _ in 0.15 + 0.7 * generator.unit() }
        rows = (0..<dimension).map { row in
            let stretch = exponential(2.3 * Double(row) / Double(max(1, dimension - 1)) - 1.2)
            return (0..<dimension).map { _ in stretch * normal(using: &generator) / Double(dimension).squareRoot() }
        }
    }

    func value(_ x: [Double]) -> Double {
        var sum = 0.0
        for row in rows {
            var along = 0.0
            for axis in row.indices { along += row[axis] * (x[axis] - centre[axis]) }
            sum += along * along
        }
        return sum
    }
}
