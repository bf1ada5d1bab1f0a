import Controller
import Kubernetes
import OptimizationAPI

/// All trials of a job as comma-separated values (RFC 4180), for spreadsheets and data frames.
enum TrialsTable {
    /// One header line, then one line for each trial, oldest first; lines end in CRLF as the RFC has it.
    ///
    /// Columns: `trial`, `state`, `reason`, `created`, `completed`, each parameter, each metric that any trial reported; with
    /// several objectives also `optimal`, which is `true` for the trials of the Pareto front. A parameter and a metric of the same name, or of the name of a fixed column, are told apart by the prefixes
    /// `parameter.` and `metric.`.
    static func csv(_ job: OptimizationJob) -> String {
        let trials = job.status.trials
        let objectives = job.spec.objectives
        let hasFront = objectives.count > 1
        let front = hasFront ? Set(ParetoFront.positions(in: trials, objectives: objectives)) : []
        let fixed = ["trial", "state", "reason", "created", "completed"] + (hasFront ? ["optimal"] : [])
        let parameters = names(trials.map { $0.parameters.map(\.name) })
        let metrics = names(trials.map { $0.metrics.map(\.name) })
        let header =
            fixed
            + parameters.map { fixed.contains($0) || metrics.contains($0) ? "parameter.\($0)" : $0 }
            + metrics.map { fixed.contains($0) || parameters.contains($0) ? "metric.\($0)" : $0 }
        let rows = trials.enumerated().map { position, trial in
            [
                trial.trainJobName, trial.state.rawValue, trial.reason ?? "", trial.creationTime.description,
                trial.completionTime?.description ?? "",
            ]
                + (hasFront ? [String(front.contains(position))] : [])
                + parameters.map { name in trial.parameters.last { $0.name == name }?.value ?? "" }
                + metrics.map { name in trial.metrics.last { $0.name == name }?.value ?? "" }
        }
        return ([header] + rows).map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// Every name once, in the order of first appearance.
    private static func names(_ lists: [[String]]) -> [String] {
        var seen: Set<String> = []
        return lists.joined().filter { seen.insert($0).inserted }
    }

    private static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
