import JSON

/// Rules on what is tuned for.
enum ObjectiveRules {
    private static let members = Members("metric", "direction", "goal")

    /// - Returns: How many objectives there are; `nil` when there is no usable list of them.
    static func check(_ spec: JSONObject, _ findings: inout Findings) -> Int? {
        guard let objectives = findings.list("objectives", in: spec, required: true, count: Limits.objectives) else {
            return nil
        }
        var metrics = DistinctValues()
        findings.forEachObject(of: objectives, at: "objectives") { _, objective, findings in
            let metric = findings.string("metric", in: objective, required: true, length: Limits.metricLength)
            if let metric, !metrics.insert(.string(metric)) {
                findings.add(.duplicate, ["metric": .string(metric)])
            }
            let direction = findings.choice("direction", in: objective, of: [Direction.maximize, .minimize])
            let goal = findings.number("goal", in: objective, required: false, .float)
            if let metric, let goal {
                checkSide(of: goal, metric, direction ?? .minimize, &findings)
            }
            findings.checkMembers(of: objective, members)
        }
        return objectives.count
    }

    /// A goal on the wrong side is reached by the first trial, whatever it is: `accuracy` with goal 0.95 that someone
    /// forgot to maximize. The direction is not known better here than by the user, so this is a warning.
    private static func checkSide(
        of goal: DecimalText,
        _ metric: String,
        _ direction: Direction,
        _ findings: inout Findings
    ) {
        guard let usual = Direction.usual(for: metric), usual != direction else { return }
        let (verb, values) =
            direction == .minimize ? ("minimized", "up to \(goal.text)") : ("maximized", "from \(goal.text) on")
        findings.warn("\(findings.path.key("goal")): \(metric) is \(verb), so any value \(values) reaches the goal")
    }
}

extension Direction {
    private static let better: [(words: Set<String>, direction: Direction)] = [
        (
            [
                "acc", "accuracy", "auc", "auroc", "bleu", "dice", "f1", "iou", "map", "ndcg", "precision", "r2",
                "recall", "reward", "rouge",
            ],
            .maximize
        ),
        (
            ["cer", "err", "error", "fid", "loss", "mae", "mape", "mse", "nll", "perplexity", "ppl", "rmse", "wer"],
            .minimize
        ),
    ]

    /// The direction in which a metric is better, going by the last word of its name that says so: `eval_loss`,
    /// `val/accuracy`; `nil` for names that do not tell.
    static func usual(for metric: String) -> Direction? {
        let words = metric.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        for word in words.reversed() {
            if let match = better.first(where: { $0.words.contains(word) }) { return match.direction }
        }
        return nil
    }
}
