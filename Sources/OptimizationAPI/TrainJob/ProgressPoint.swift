public import Search

/// The objective's value at one point of a trial's training.
///
/// A record's progress is one text, `epoch: 1=0.93 2=0.71 4=nan`: a status may hold tens of points for each of a thousand
/// trials.
public struct ProgressPoint: ProgressStep, Sendable, Hashable {
    /// How far the trial had come; 0 or more.
    public let step: Int64
    /// The value as it is kept: about seven digits, `nan`, `inf` or `-inf`. Text, because no NaN equals another and a
    /// status must be comparable.
    let text: String

    /// Makes a point; digits beyond the seventh are rounded away.
    public init(step: Int64, value: Double) {
        self.step = max(0, step)
        text =
            switch value.magnitude {
            case 1e-30...1e30: "\(Float(value))"
            default: "\(value)"
            }
    }

    /// The value; can be NaN or infinite.
    public var value: Double { Double(text) ?? .nan }

    /// What a report says about a metric; `nil` when it lacks the metric or does not say how far the trial has come.
    ///
    /// A value that is no number counts as NaN.
    public init?(_ report: TrainerStatus, of metric: String, by measure: StepMeasure) {
        guard let step = report.step(by: measure), let reported = report.metrics.last(where: { $0.name == metric })
        else { return nil }
        self.init(step: step, value: MetricValue.number(reported.value) ?? .nan)
    }

    /// Reads a record's progress; what is no point is passed over, and so is one that is not past the one before.
    static func points(in text: String) -> [ProgressPoint] {
        var points: [ProgressPoint] = []
        for part in text.split(separator: " ") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, let step = Int64(pair[0]), step > points.last?.step ?? -1 else { continue }
            points.append(ProgressPoint(step: step, value: Double(pair[1]) ?? .nan))
        }
        return points
    }

    /// `4=0.5`
    var description: String { "\(step)=\(text)" }

    /// How many bytes the point takes in a record.
    public var byteCount: Int { description.utf8.count + 1 }
}

/// What tells how far a trial has come. Steps of two measures cannot be compared, so a trial keeps to one.
public enum StepMeasure: Sendable, Hashable {
    /// A metric that counts.
    case metric(String)
    /// `progressPercentage`.
    case percentage

    /// The metrics that count, in the order in which they are looked for.
    public static let metrics = ["current_step", "global_step", "step", "epoch"]

    /// The metric's name, or `progressPercentage`.
    public var name: String {
        switch self {
        case .metric(let name): name
        case .percentage: "progressPercentage"
        }
    }

    /// What a record's progress begins with, if that is a measure and a colon. Releases before this one wrote none.
    init?(startOf progress: String) {
        let known = Self.metrics.map(Self.metric) + [.percentage]
        guard let measure = known.first(where: { progress.hasPrefix($0.name + ":") }) else { return nil }
        self = measure
    }

    /// How many bytes it takes in a record.
    public var byteCount: Int { name.utf8.count + 2 }
}

extension TrainerStatus {
    /// The first of the metrics that count, in their order, that is reported as a finite number, else
    /// `progressPercentage`; `nil` when the report has neither.
    public var stepMeasure: StepMeasure? {
        (StepMeasure.metrics.map(StepMeasure.metric) + [.percentage]).first { step(by: $0) != nil }
    }

    /// How far the trial has come: the last value, rounded down; `nil` when it is not reported as a finite number. 0 or
    /// more.
    public func step(by measure: StepMeasure) -> Int64? {
        switch measure {
        case .metric(let name):
            number(ofMetric: name).flatMap { Int64(exactly: $0.rounded(.down)) }.map { max(0, $0) }
        case .percentage: progressPercentage.map { Int64(max(0, $0)) }
        }
    }
}
