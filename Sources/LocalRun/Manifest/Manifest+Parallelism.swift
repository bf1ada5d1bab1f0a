import JSON
import Transport

extension Manifest {
    /// How many trials run at a time, of a manifest that was found good.
    var trialsAtOnce: Int {
        let spec = object["spec"] ?? .null
        let parallel = spec["parallelTrials"]?.int64Value ?? 1
        return Int(clamping: min(parallel, spec["numTrials"]?.int64Value ?? parallel))
    }

    /// Replaces `spec.parallelTrials` by what the command line says.
    ///
    /// - Parameter processors: What `auto` stands for, where there are that many trials.
    /// - Returns: What is wrong with it, in the option's name: the manifest's own field may be right.
    mutating func setParallelism(
        _ parallelism: RunOptions.Parallelism,
        processors: Int = ProcessorCount.available
    ) -> ManifestProblem? {
        let written = object["spec"]?["numTrials"] ?? .null
        let trials = written.isNull ? 1 : written.int64Value ?? .max  // validation speaks of what is no number
        let count: Int
        switch parallelism {
        case .auto: count = Int(clamping: max(1, min(Int64(processors), trials)))
        case .count(let wanted):
            guard wanted <= trials else {
                let message =
                    "--parallel-trials: \(wanted) is more than spec.numTrials (\(trials)); lower it, or use auto"
                return ManifestProblem(line: nil, message: message)
            }
            count = wanted
        }
        object["spec"]?["parallelTrials"] = .number(JSONNumber(count))
        return nil
    }
}
