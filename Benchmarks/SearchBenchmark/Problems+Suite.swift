import Search

/// The problems of the table in `docs/search.md`.
enum Problems {
    /// Continuous, whole-number, categorical, mixed, noisy, log-scaled and crashing ones, and two tables of real runs.
    static func suite(tables: String) -> [Problem] {
        [branin, hartmann6, rosenbrock4, ackley5, integerLevy, categories, logValley, network, noisyBranin, crash]
            + ["svm-digits", "mlp-digits"].compactMap { table($0, in: tables) }
    }

    private static func branin(_ x: Double, _ y: Double) -> Double {
        let pi = Double.pi
        let bend: Double = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6
        return bend * bend + 10 * (1 - 1 / (8 * pi)) * cosine(x) + 10
    }

    private static var branin: Problem {
        Problem("branin", [.float(min: -5, max: 10), .float(min: 0, max: 15)], best: 0.39788735772973816) {
            branin($0[0], $0[1])
        }
    }

    private static var noisyBranin: Problem {
        Problem(
            "noisy-branin",
            [.float(min: -5, max: 10), .float(min: 0, max: 15)],
            noise: 5,
            best: 0.39788735772973816
        ) {
            branin($0[0], $0[1])
        }
    }

    private static var hartmann6: Problem {
        let a: [[Double]] = [
            [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14],
        ]
        let p: [[Double]] = [
            [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
            [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
        ]
        let c = [1, 1.2, 3, 3.2]
        return Problem("hartmann6", Array(repeating: .float(min: 0, max: 1), count: 6), best: -3.32236801141551) { x in
            var sum = 0.0
            for i in 0..<4 {
                var exponent = 0.0
                for j in 0..<6 {
                    let distance: Double = x[j] - p[i][j]
                    exponent += a[i][j] * distance * distance
                }
                sum += c[i] * exponential(-exponent)
            }
            return -sum
        }
    }

    private static var rosenbrock4: Problem {
        Problem("rosenbrock4", Array(repeating: .float(min: -2, max: 2), count: 4), best: 0) { x in
            var sum = 0.0
            for i in 0..<3 {
                let bend: Double = x[i + 1] - x[i] * x[i]
                let rest: Double = 1 - x[i]
                sum += 100 * bend * bend + rest * rest
            }
            return sum
        }
    }

    private static var ackley5: Problem {
        Problem("ackley5", Array(repeating: .float(min: -10, max: 20), count: 5), best: 0) { x in
            var squares = 0.0
            var waves = 0.0
            for value in x {
                let distance: Double = value - 2.5
                squares += distance * distance / 5
                waves += cosine(2 * Double.pi * distance) / 5
            }
            return 20 - 20 * exponential(-0.2 * squares.squareRoot()) + exponential(1) - exponential(waves)
        }
    }

    private static var integerLevy: Problem {
        Problem("integer-levy", Array(repeating: .int(min: -10, max: 10), count: 4), best: 0) { x in
            let w = x.map { 1 + ($0 - 1) / 4 }
            var sum = sine(.pi * w[0]) * sine(.pi * w[0])
            for i in 0..<3 {
                let wave = sine(.pi * w[i] + 1)
                let distance: Double = w[i] - 1
                sum += distance * distance * (1 + 10 * wave * wave)
            }
            let last = sine(2 * .pi * w[3])
            let distance: Double = w[3] - 1
            return sum + distance * distance * (1 + last * last)
        }
    }

    private static var categories: Problem {
        let choices = Domain.categorical(["a", "b", "c", "d", "e"])
        return Problem("categories", Array(repeating: choices, count: 6)) { x in
            var sum = 0.0
            for axis in 0..<6 {
                var generator = SeededGenerator(seed: 31, stream: axis * 8 + Int(x[axis]))
                sum += generator.unit()
                let next = (axis + 1) % 6
                var pair = SeededGenerator(seed: 37, stream: axis * 64 + Int(x[axis]) * 8 + Int(x[next]))
                sum += 0.5 * pair.unit()
            }
            return sum
        }
    }

    private static var logValley: Problem {
        Problem("log-valley", [.float(min: 1e-6, max: 1, scale: .log), .float(min: 1e-8, max: 1e-1, scale: .log)]) {
            x in
            let rate = logarithm(x[0]) / logarithm(10) + 2.7
            let decay = logarithm(x[1]) / logarithm(10) + 4
            let sum: Double = decay + rate
            let wall: Double = exponential(1.5 * max(0, rate)) / 10
            return 0.1 + wall + 0.2 * rate * rate + 0.05 * sum * sum
        }
    }

    private static var network: Problem {
        let domains: [Domain] = [
            .float(min: 1e-5, max: 1e-1, scale: .log), .int(min: 16, max: 512, scale: .log), .int(min: 1, max: 6),
            .float(min: 0, max: 0.6, step: 0.05), .categorical(["sgd", "adam", "rmsprop"]),
            .categorical(["relu", "gelu", "tanh"]),
        ]
        return Problem("network", domains) { x in
            let rate = logarithm(x[0]) / logarithm(10)
            let ideal = [-1.7, -3, -3.3][Int(x[4])] - 0.1 * (x[2] - 2)
            let capacity = logarithm(x[1] * x[2]) / logarithm(2)
            let overfit = max(0, capacity - 8.5 - 5 * x[3])
            let underfit = max(0, 7 + 3 * x[3] - capacity)
            let miss: Double = rate - ideal
            let fit: Double = 0.02 * overfit * overfit + 0.03 * underfit * underfit
            let choices: Double = [0.05, 0, 0.02][Int(x[4])] + [0.01, 0, 0.04][Int(x[5])]
            return 0.08 + 0.06 * miss * miss + fit + choices
        }
    }

    private static var crash: Problem {
        let domains: [Domain] = [
            .int(min: 8, max: 1024, scale: .log), .int(min: 1, max: 24), .float(min: 1e-5, max: 1, scale: .log),
        ]
        return Problem("out-of-memory", domains) { x in
            guard x[0] * x[1] <= 1500 else { return nil }
            let rate = logarithm(x[2]) / logarithm(10) + 2.5
            let batch = logarithm(x[0]) / logarithm(2) - 7
            let depth = (x[1] - 11) / 6
            let squares: Double = 0.1 * rate * rate + 0.05 * batch * batch + 0.1 * depth * depth
            return 0.2 + squares + 0.04 * rate * batch
        }
    }

    /// A grid of measured errors; see `Tables/tabulate.py`.
    private static func table(_ name: String, in folder: String) -> Problem? {
        guard let lines = read("\(folder)/\(name).tsv")?.split(separator: "\n"), lines.count > 1 else { return nil }
        let rows = lines.dropFirst().map { $0.split(separator: "\t").map(String.init) }
        guard let width = rows.first?.count else { return nil }
        var levels = Array(repeating: [String](), count: width - 1)
        for row in rows {
            for axis in levels.indices where !levels[axis].contains(row[axis]) { levels[axis].append(row[axis]) }
        }
        // Numbers become steps of an ordered range, since every table's are evenly spaced on its scale.
        let domains = levels.map { values in
            Double(values[0]) == nil ? Domain.categorical(values) : .int(min: 0, max: Int64(values.count - 1))
        }
        var errors: [[Int]: Double] = [:]
        for row in rows {
            errors[levels.indices.map { levels[$0].firstIndex(of: row[$0]) ?? 0 }] = Double(row[width - 1])
        }
        let found = errors
        return Problem(name, domains, best: found.values.min()) { found[$0.map { Int($0) }] }
    }
}
