import OptimizationAPI

/// How metrics of successive reports become the metrics of a record.
enum Metrics {
    /// Metrics kept of a trial besides its objectives.
    static let otherLimit = 16

    /// Later values over earlier ones: one entry a name, the last entry of a name winning, names in order of first
    /// appearance.
    static func merged(_ earlier: [MetricValue], _ later: [MetricValue]) -> [MetricValue] {
        guard !later.isEmpty else { return earlier }
        var merged = earlier
        var positions: [String: Int] = [:]
        for (position, metric) in merged.enumerated() { positions[metric.name] = position }
        for metric in later {
            if let position = positions[metric.name] {
                merged[position] = metric
            } else {
                positions[metric.name] = merged.count
                merged.append(metric)
            }
        }
        return merged
    }

    /// The objectives first, then others in their order as long as they fit into `bytes` and are no more than
    /// `otherLimit`. Objectives are kept whatever they weigh.
    static func kept(_ metrics: [MetricValue], objectives: [Objective], bytes: Int) -> [MetricValue] {
        let names = objectives.map(\.metric)
        var kept = names.compactMap { name in metrics.last { $0.name == name } }
        var left = bytes - kept.reduce(0) { $0 + StatusSize.bytes(of: $1) }
        var others = 0
        for metric in metrics where !names.contains(metric.name) {
            let size = StatusSize.bytes(of: metric)
            guard others < otherLimit, size <= left else { break }
            kept.append(metric)
            left -= size
            others += 1
        }
        return kept
    }

    /// The value of an objective: the last entry of its name, when that is a finite number.
    static func value(of metric: String, in metrics: [MetricValue]) -> Double? {
        metrics.last { $0.name == metric }?.number
    }

    /// The values of all objectives, in their order; `nil` unless each has one.
    static func objectiveValues(_ objectives: [Objective], in metrics: [MetricValue]) -> [Double]? {
        var values: [Double] = []
        for objective in objectives {
            guard let value = value(of: objective.metric, in: metrics) else { return nil }
            values.append(value)
        }
        return values.isEmpty ? nil : values
    }
}
