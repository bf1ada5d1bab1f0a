import CLinux
import Glibc
import JSON

extension Manifest {
    /// Replaces `spec.parallelTrials` by what the command line says.
    ///
    /// - Parameter processors: What `auto` stands for, where there are that many trials.
    /// - Returns: What is wrong with it, in the option's name: the manifest's own field may be right.
    mutating func setParallelism(
        _ parallelism: RunOptions.Parallelism,
        processors: Int = UsableProcessors.count
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

/// The processors that this process may run on.
enum UsableProcessors {
    /// As the scheduler allows it (man 2 sched_getaffinity), which a container's `--cpuset-cpus` or `taskset` make fewer
    /// than the machine has; at least 1.
    static var count: Int {
        var set = [UInt64](repeating: 0, count: 128)  // a bit for each of 8192 processors, the most of any kernel
        guard sched_getaffinity(0, UInt(set.count * 8), &set) == 0 else { return 1 }
        return max(1, set.reduce(0) { $0 + $1.nonzeroBitCount })
    }
}
