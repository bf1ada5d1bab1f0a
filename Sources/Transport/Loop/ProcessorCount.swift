import CLinux

/// How many processors this process may use.
public enum ProcessorCount {
    /// As the scheduler allows it (man 2 sched_getaffinity), which a container's `--cpuset-cpus` or `taskset` make fewer
    /// than the machine has; at least 1.
    public static var available: Int {
        var set = [UInt64](repeating: 0, count: 128)  // a bit for each of 8192 processors, the most of any kernel
        guard sched_getaffinity(0, UInt(set.count * 8), &set) == 0 else { return 1 }
        return max(1, set.reduce(0) { $0 + $1.nonzeroBitCount })
    }
}
