import OptimizationAPI

/// A trial as people look at it.
public struct TrialView: Sendable, Equatable {
    /// The name of its TrainJob.
    public var name: String
    /// Where it stands.
    public var state: TrialState
    /// Why it stands there, as in `status.trials[].reason`; mostly for failed trials.
    public var reason: String?
    /// The reason in a sentence.
    public var message: String?
    /// The values it was given, in the order of the search space.
    public var parameters: [ParameterAssignment]
    /// What it reported last.
    public var metrics: [MetricValue]
    /// How far it says it is, 0…100.
    public var progress: Int?
    /// When this process first saw it, and saw it end, counted from the start of the run.
    public var began: Duration
    /// See `began`; `nil` while it runs.
    public var ended: Duration?

    /// The value of a metric, as reported.
    func metric(_ name: String) -> String? {
        metrics.last { $0.name == name }?.value
    }

    /// The same as a number, `nan` and `inf` among them; `nil` when it is none.
    func number(_ name: String) -> Double? { metric(name).flatMap(MetricValue.number) }

    /// How long it has run, or ran.
    func duration(at now: Duration) -> Duration { (ended ?? now) - began }
}

/// A run at one moment: everything a view shows, and nothing else.
public struct RunState: Sendable, Equatable {
    /// The name of the OptimizationJob.
    public var jobName: String
    /// What is optimised, one objective or more. With several there is no best trial but a Pareto front; what is called the
    /// best is the best in the first.
    public var objectives: [Objective]
    /// `spec.numTrials`.
    public var totalTrials: Int
    /// `spec.parallelTrials`.
    public var parallelTrials: Int
    /// Every trial so far, oldest first.
    public var trials: [TrialView] = []
    /// The name of the best trial so far.
    public var bestTrial: String?
    /// Time since the run began.
    public var elapsed: Duration = .zero

    /// The first objective.
    var objective: Objective { objectives.first ?? Objective(metric: "", direction: .minimize) }
    /// Trials that ended, in whichever way.
    var finishedCount: Int { trials.count { $0.state != .running } }
    /// Trials under way.
    var runningCount: Int { trials.count { $0.state == .running } }
    /// Trials that gave no result.
    var failedCount: Int { trials.count { $0.state == .failed } }
    /// The best trial so far.
    var best: TrialView? { bestTrial.flatMap { name in trials.first { $0.name == name } } }

    /// The time the rest will take if it goes on like this; `nil` before the first trial has ended.
    ///
    /// What remains of the trials under way, plus the ones not begun, spread over the parallel places, each as long as the
    /// trials that ended took on average.
    var estimatedRest: Duration? {
        let ended = trials.filter { $0.state != .running }
        guard !ended.isEmpty, totalTrials > 0 else { return nil }
        guard ended.count < totalTrials else { return .zero }
        let mean = ended.reduce(Duration.zero) { $0 + $1.duration(at: elapsed) } / ended.count
        let underWay = trials.filter { $0.state == .running }
        let begun = underWay.reduce(Duration.zero) { $0 + max(.zero, mean - $1.duration(at: elapsed)) }
        let waiting = max(0, totalTrials - trials.count)
        return (begun + mean * waiting) / max(1, min(parallelTrials, totalTrials - ended.count))
    }
}
