import OptimizationAPI

/// Finds the best trial of a job's records.
enum BestTrial {
    /// The index of the best Succeeded record by the first objective.
    ///
    /// Computed from the records alone, so it does not depend on the order in which trials ended; of equal trials
    /// the one with the lower index stays. `nil` while no trial has succeeded.
    static func position(in records: [TrialRecord], objectives: [Objective]) -> Int? {
        guard let objective = objectives.first else { return nil }
        var best: (position: Int, value: Double)?
        for (position, record) in records.enumerated() where record.state == .succeeded {
            guard let value = Metrics.value(of: objective.metric, in: record.metrics) else { continue }
            guard let champion = best else {
                best = (position, value)
                continue
            }
            let isBetter =
                switch objective.direction {
                case .minimize: value < champion.value
                case .maximize: value > champion.value
                }
            if isBetter { best = (position, value) }
        }
        return best?.position
    }
}
