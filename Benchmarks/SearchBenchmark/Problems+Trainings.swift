import Search

/// How trainings answer to their settings, as far as formulas can tell: rates that suit one optimizer and not another,
/// plateaus where nothing is learned, memory that runs out, runs that diverge, scores that are counts.
extension Problems {
    static var trainings: [Problem] {
        [boosting, convolution, plateau, counted, diverging, rateAlone, finetuning, noisyBoosting]
    }

    private static func log10(_ value: Double) -> Double { logarithm(value) / logarithm(10) }
    private static func log2(_ value: Double) -> Double { logarithm(value) / logarithm(2) }

    private static let boostingSpace: [Domain] = [
        .float(min: 1e-3, max: 0.5, scale: .log), .int(min: 20, max: 2000, scale: .log), .int(min: 2, max: 14),
        .float(min: 0.3, max: 1, step: 0.05), .float(min: 0.3, max: 1, step: 0.05),
        .float(min: 1e-4, max: 100, scale: .log), .categorical(["gbtree", "dart"]),
    ]

    /// Trees make up for a low rate; depth for the samples left out.
    private static func boostingLoss(_ x: [Double]) -> Double {
        let work: Double = log10(x[0]) + log10(x[1]) - 1.4
        let depth: Double = (x[2] - 6 - 2 * (1 - x[3]) - 0.5 * log10(x[5])) / 4
        let late: Double = 0.03 * squared(log10(x[0]) + 1.6)
        let samples: Double = 0.05 * squared(x[3] - 0.8) + 0.03 * squared(x[4] - 0.6)
        let fit: Double = 0.06 * squared(work) + 0.04 * squared(depth)
        return 0.2 + fit + late + samples + 0.002 * squared(log10(x[5])) + (x[6] == 1 ? 0.008 : 0)
    }

    private static var boosting: Problem { Problem("boosting", boostingSpace) { boostingLoss($0) } }

    private static var noisyBoosting: Problem {
        Problem("noisy-boosting", boostingSpace, noise: 0.01) { boostingLoss($0) }
    }

    private static var convolution: Problem {
        let domains: [Domain] = [
            .categorical(["sgd", "momentum", "adam", "adamw", "rmsprop"]), .float(min: 1e-6, max: 1, scale: .log),
            .float(min: 1e-7, max: 1e-1, scale: .log), .categorical(["32", "64", "128", "256", "512"]),
            .float(min: 0, max: 0.8), .categorical(["none", "flip", "crop", "mix"]), .int(min: 1, max: 5),
        ]
        return Problem("convolution", domains) { x in
            let optimizer = Int(x[0])
            let ideal: Double = [-0.6, -1.6, -3, -2.9, -3.3][optimizer] + 0.15 * (x[3] - 2)
            let miss: Double = log10(x[1]) - ideal
            let decay: Double = log10(x[2]) - [-3.5, -3.5, -5, -2, -5][optimizer]
            let rate: Double = miss > 0 ? 0.25 * miss * miss : 0.05 * miss * miss
            let drop: Double = 0.3 * squared(x[4] - 0.1 - 0.06 * x[6] + (x[5] == 3 ? 0.1 : 0))
            let choices: Double =
                [0.06, 0.01, 0.015, 0, 0.03][optimizer] + [0.05, 0.02, 0.01, 0][Int(x[5])] + 0.01 * squared(x[6] - 3)
            return min(0.9, 0.05 + rate + 0.01 * decay * decay + drop + choices)
        }
    }

    /// A support vector machine's valley; outside of it every class but one is lost.
    private static var plateau: Problem {
        let domains: [Domain] = [
            .float(min: 1e-5, max: 1e5, scale: .log), .float(min: 1e-7, max: 1e3, scale: .log),
        ]
        return Problem("plateau", domains) { x in
            let along: Double = log10(x[0]) + log10(x[1]) + 1
            let across: Double = log10(x[1]) + 2.3
            let well: Double = exponential(-squared(across) / 1.5) * exponential(-0.3 * squared(max(0, -along)))
            return 0.9 - 0.85 * well + 0.01 * max(0, along - 2)
        }
    }

    /// Errors of two hundred samples: small differences cannot be seen.
    private static var counted: Problem {
        let domains: [Domain] = [
            .float(min: 1e-5, max: 1, scale: .log), .float(min: 0, max: 1), .int(min: 4, max: 1024, scale: .log),
            .float(min: 0.5, max: 0.999),
        ]
        return Problem("counted", domains) { x in
            let rate: Double = log10(x[0]) + 2.2 + 2 * (x[3] - 0.9)
            let fit: Double = 0.12 * squared(rate) + 0.4 * squared(x[1] - 0.35) + 0.02 * squared(log2(x[2]) - 7)
            return (200 * min(0.9, 0.06 + fit + 0.5 * squared(x[3] - 0.93))).rounded() / 200
        }
    }

    /// Too high a rate gives numbers without end, too large a model none at all.
    private static var diverging: Problem {
        let domains: [Domain] = [
            .float(min: 1e-5, max: 10, scale: .log), .int(min: 32, max: 8192, scale: .log), .int(min: 1, max: 48),
            .int(min: 1, max: 256, scale: .log),
        ]
        return Problem("diverging", domains) { x in
            guard squared(x[1]) * x[2] * 1e-6 + x[1] * x[2] * x[3] * 2e-5 < 60 else { return nil }
            let rate: Double = log10(x[0]) + 0.4 * log2(x[1] / 512) - 0.2 * log2(x[3] / 32)
            if rate > -0.5 { return exponential(min(600, 20 * (rate + 0.6))) }
            let size: Double = log2(squared(x[1]) * x[2]) - 23
            return 0.3 + 0.2 * squared(rate + 2.5) + 0.02 * squared(size) + 0.01 * squared(log2(x[3]) - 5)
        }
    }

    private static var rateAlone: Problem {
        Problem("rate-alone", [.float(min: 1e-7, max: 10, scale: .log)]) { x in
            let miss: Double = log10(x[0]) + 2.31
            return min(2.3, 0.1 + (miss > 0 ? 1.4 * miss * miss : 0.15 * miss * miss))
        }
    }

    private static var finetuning: Problem {
        let domains: [Domain] = [
            .float(min: 1e-6, max: 1e-3, scale: .log), .int(min: 4, max: 128, step: 4), .int(min: 1, max: 10),
            .float(min: 0, max: 0.3, step: 0.01), .categorical(["linear", "cosine", "constant"]),
            .categorical(["attention", "all", "head"]),
        ]
        return Problem("finetuning", domains) { x in
            let target = Int(x[5])
            let ideal: Double = [-4, -4.4, -3.2][target] - 0.3 * log2(x[2] / 3)
            let rank: Double = log2(x[1]) - [4.5, 5.5, 3][target]
            let late: Double = x[4] == 2 ? 0.1 * x[2] : 0.15 * max(0, x[2] - 5)
            let warm: Double = 2 * squared(x[3] - (x[4] == 1 ? 0.06 : 0.1))
            let fit: Double = 0.5 * squared(log10(x[0]) - ideal) + 0.02 * squared(rank)
            return 1 + fit + 0.1 * late + warm + [0.03, 0, 0.25][target] + [0.01, 0, 0.05][Int(x[4])]
        }
    }
}
