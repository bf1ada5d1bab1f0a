import Search

/// Functions that the literature tests optimizers with, none of them in the suite, their lowest point never in the
/// middle of the space: where a search may well start.
extension Problems {
    static var textbook: [Problem] {
        [
            camel, goldsteinPrice, beale, hartmann3, shekel, michalewicz, styblinskiTang, levy, griewank, rastrigin,
            schwefel, dixonPrice, zakharov, ellipsoid, integerRosenbrock,
        ] + trainings
    }

    private static func box(_ low: Double, _ high: Double, _ dimension: Int) -> [Domain] {
        Array(repeating: .float(min: low, max: high), count: dimension)
    }

    private static var camel: Problem {
        Problem("camel", [.float(min: -3, max: 2), .float(min: -1.5, max: 2)], best: -1.031628453489877) { v in
            let (x, y) = (v[0] * v[0], v[1] * v[1])
            let first: Double = (4 - 2.1 * x + x * x / 3) * x
            let second: Double = (-4 + 4 * y) * y
            return first + v[0] * v[1] + second
        }
    }

    private static var goldsteinPrice: Problem {
        Problem("goldstein-price", box(-2, 2, 2), best: logarithm(3)) { v in
            let (x, y) = (v[0], v[1])
            let inner: Double = 19 - 14 * x + 3 * x * x - 14 * y + 6 * x * y + 3 * y * y
            let outer: Double = 18 - 32 * x + 12 * x * x + 48 * y - 36 * x * y + 27 * y * y
            let first: Double = 1 + squared(x + y + 1) * inner
            let second: Double = 30 + squared(2 * x - 3 * y) * outer
            return logarithm(first * second)
        }
    }

    private static var beale: Problem {
        Problem("beale", box(-4.5, 4.5, 2), best: 0) { v in
            let (x, y) = (v[0], v[1])
            let first = squared(1.5 - x + x * y)
            let second = squared(2.25 - x + x * y * y)
            return first + second + squared(2.625 - x + x * y * y * y)
        }
    }

    private static var hartmann3: Problem {
        let a: [[Double]] = [[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]]
        let p: [[Double]] = [
            [0.3689, 0.1170, 0.2673], [0.4699, 0.4387, 0.7470], [0.1091, 0.8732, 0.5547], [0.0381, 0.5743, 0.8828],
        ]
        let c = [1, 1.2, 3, 3.2]
        return Problem("hartmann3", box(0, 1, 3), best: -3.86278214782076) { x in
            var sum = 0.0
            for i in 0..<4 {
                var exponent = 0.0
                for j in 0..<3 { exponent += a[i][j] * squared(x[j] - p[i][j]) }
                sum -= c[i] * exponential(-exponent)
            }
            return sum
        }
    }

    private static var shekel: Problem {
        let centres: [[Double]] = [
            [4, 4, 4, 4], [1, 1, 1, 1], [8, 8, 8, 8], [6, 6, 6, 6], [3, 7, 3, 7], [2, 9, 2, 9], [5, 3, 5, 3],
            [8, 1, 8, 1], [6, 2, 6, 2], [7, 3.6, 7, 3.6],
        ]
        let widths = [0.1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.3, 0.7, 0.5, 0.5]
        return Problem("shekel", box(0, 10, 4), best: -10.5364431534834) { x in
            var sum = 0.0
            for (centre, width) in zip(centres, widths) {
                var distance = width
                for axis in 0..<4 { distance += squared(x[axis] - centre[axis]) }
                sum -= 1 / distance
            }
            return sum
        }
    }

    private static var michalewicz: Problem {
        Problem("michalewicz", box(0, .pi, 5), best: -4.687658179) { x in
            var sum = 0.0
            for axis in 0..<5 {
                let ridge = sine(Double(axis + 1) * x[axis] * x[axis] / .pi)
                let fourth = squared(squared(ridge))
                sum -= sine(x[axis]) * squared(squared(fourth)) * fourth
            }
            return sum
        }
    }

    private static var styblinskiTang: Problem {
        Problem("styblinski-tang", box(-5, 5, 5), best: -39.16616570377142 * 5) { x in
            x.reduce(0.0) { sum, v in
                let square: Double = v * v
                return sum + 0.5 * (square * square - 16 * square + 5 * v)
            }
        }
    }

    private static var levy: Problem {
        Problem("levy", box(-10, 10, 6), best: 0) { x in
            let w = x.map { 1 + ($0 - 1) / 4 }
            var sum = squared(sine(.pi * w[0])) + squared(w[5] - 1) * (1 + squared(sine(2 * .pi * w[5])))
            for i in 0..<5 { sum += squared(w[i] - 1) * (1 + 10 * squared(sine(.pi * w[i] + 1))) }
            return sum
        }
    }

    private static var griewank: Problem {
        Problem("griewank", box(-300, 600, 5), best: 0) { x in
            var (bowl, waves) = (0.0, 1.0)
            for axis in 0..<5 {
                bowl += squared(x[axis]) / 4000
                waves *= cosine(x[axis] / Double(axis + 1).squareRoot())
            }
            return 1 + bowl - waves
        }
    }

    private static var rastrigin: Problem {
        Problem("rastrigin", box(-3.5, 5.12, 3), best: 0) { x in
            x.reduce(0.0) { $0 + 10 + $1 * $1 - 10 * cosine(2 * .pi * $1) }
        }
    }

    private static var schwefel: Problem {
        Problem("schwefel", box(-500, 500, 3), best: 0) { x in
            x.reduce(0.0) { $0 + 418.98288727 - $1 * sine($1.magnitude.squareRoot()) }
        }
    }

    private static var dixonPrice: Problem {
        Problem("dixon-price", box(-10, 10, 5), best: 0) { x in
            var sum = squared(x[0] - 1)
            for axis in 1..<5 { sum += Double(axis + 1) * squared(2 * x[axis] * x[axis] - x[axis - 1]) }
            return sum
        }
    }

    private static var zakharov: Problem {
        Problem("zakharov", box(-5, 10, 5), best: 0) { x in
            var (bowl, slope) = (0.0, 0.0)
            for axis in 0..<5 {
                bowl += squared(x[axis])
                slope += 0.5 * Double(axis + 1) * x[axis]
            }
            return bowl + squared(slope) + squared(squared(slope))
        }
    }

    private static var ellipsoid: Problem {
        Problem("ellipsoid", box(-4, 8, 10), best: 0) { x in
            var sum = 0.0
            for axis in 0..<10 { sum += Double(axis + 1) * squared(x[axis] - 0.3 * Double(axis)) }
            return sum
        }
    }

    private static var integerRosenbrock: Problem {
        Problem("integer-rosenbrock", Array(repeating: .int(min: -5, max: 10), count: 3), best: 0) { x in
            var sum = 0.0
            for axis in 0..<2 { sum += 100 * squared(x[axis + 1] - x[axis] * x[axis]) + squared(1 - x[axis]) }
            return sum
        }
    }
}
