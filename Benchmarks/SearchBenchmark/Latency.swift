import Search

/// The time of one suggestion, by the number of past trials and the dimension of the space.
enum Latency {
    struct Measurement {
        let sampler: String
        let dimension: Int
        let trials: Int
        let milliseconds: Double
    }

    static let dimensions = [2, 10, 50]
    static let histories = [0, 50, 100, 200, 500, 1000]

    static func measure(_ contestants: [Contestant]) -> [Measurement] {
        var measurements: [Measurement] = []
        for contestant in contestants {
            for dimension in dimensions {
                guard
                    let space = try? SearchSpace(
                        (0..<dimension).map { ParameterDomain(name: "p\($0)", domain: .float(min: 0, max: 1)) }
                    )
                else { continue }
                for trials in histories {
                    measurements.append(
                        Measurement(
                            sampler: contestant.name,
                            dimension: dimension,
                            trials: trials,
                            milliseconds: milliseconds(contestant.sampler(1), space, trials)
                        )
                    )
                }
            }
        }
        return measurements
    }

    static func print(only names: [String]) {
        for entry in measure(Contestants.all.filter { names.isEmpty || names.contains($0.name) }) {
            Swift.print(
                entry.sampler,
                entry.dimension,
                entry.trials,
                (entry.milliseconds * 1000).rounded() / 1000,
                "ms"
            )
        }
    }

    /// The least of 25, since anything else the machine does only adds.
    private static func milliseconds(_ sampler: any Sampler, _ space: SearchSpace, _ trials: Int) -> Double {
        var generator = SeededGenerator(seed: 4)
        let points = (try? RandomSampler().suggest(trials, in: space, after: TrialHistory(), using: &generator)) ?? []
        let history = TrialHistory(
            points.enumerated().map { index, point in
                let cost = point.values.reduce(0) { $0 + ((Double($1) ?? 0) - 0.3) * ((Double($1) ?? 0) - 0.3) }
                return PastTrial(index: index, assignment: point, state: .succeeded, objectives: [cost])
            }
        )
        var least = Double.infinity
        let clock = ContinuousClock()
        for _ in 0..<25 {
            let time = clock.measure {
                _ = try? sampler.suggestion(forTrial: trials, in: space, after: history, seed: 1)
            }
            least = min(least, time / .milliseconds(1))
        }
        return least
    }
}
