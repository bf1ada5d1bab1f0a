import JSON
import Kubernetes
import OptimizationAPI
import Search

/// One trial that is simulated: all that is known of it before it starts.
struct SimulatedTrial: Equatable {
    /// How long it takes.
    var duration: Duration
    /// What it reports, in order, at even distances up to its end.
    var reports: [TrainerStatus]
    /// How it ends.
    var end: TrainJobState

    init(of request: TrainJobRequest, in simulation: TrialSimulation) {
        var parameters = Self.parameters(of: request.spec)
        let code = parameters.removeValue(forKey: "EXIT_CODE") ?? "0"
        let seconds = parameters.removeValue(forKey: "SECONDS").flatMap { Double($0) } ?? .nan
        duration = seconds.isNaN ? simulation.duration : .seconds(min(max(seconds, 0), Self.longest))

        // In an order, so that rounding comes to the same every time.
        let loss = parameters.sorted { $0.key < $1.key }.compactMap { Double($0.value) }.reduce(0) { $0 + $1 * $1 }
        let count = max(1, simulation.reports)
        reports = (1...count).map { [duration] step in
            let rest = 1 - Double(step) / Double(count)
            let now = loss + rest
            return TrainerStatus(
                progressPercentage: step * 100 / count,
                estimatedRemainingSeconds: Int(min((duration / .seconds(1) * rest).rounded(.up), 0x1p31 - 1)),
                metrics: [
                    MetricValue(name: simulation.lossMetric, value: "\(now)"),
                    MetricValue(name: simulation.accuracyMetric, value: "\(1 / (1 + now))"),
                    MetricValue(name: "current_step", value: "\(step)"),
                ]
            )
        }
        var chance = SeededGenerator(seed: SeededGenerator.seed(from: request.metadata.namespacedName.description))
        if code != "0" {
            end = .failed(reason: "FailedJobs", message: "the trial exited with code \(code)")
        } else if chance.unit() < simulation.failureShare {
            end = .failed(reason: "FailedJobs", message: "the trial failed by chance, as it was asked to")
        } else {
            end = .complete
        }
    }

    /// The most seconds that a parameter may ask a trial to take: a day.
    private static let longest = 86_400.0

    /// The values of the trial's parameters, by the variable's name without its prefix.
    private static func parameters(of spec: JSONValue?) -> [String: String] {
        var parameters: [String: String] = [:]
        for entry in spec?["trainer"]?["env"]?.arrayValue ?? [] {
            guard let name = entry["name"]?.stringValue, name.hasPrefix(TrialEnvironment.prefix) else { continue }
            parameters[String(name.dropFirst(TrialEnvironment.prefix.count))] = entry["value"]?.stringValue
        }
        return parameters
    }
}
