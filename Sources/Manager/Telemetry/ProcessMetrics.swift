import Glibc
import Metrics

/// What the kernel knows of this process, under the names every Prometheus client gives it.
enum ProcessMetrics {
    /// Adds the metrics to a registry; each is looked up when somebody asks.
    static func register(in registry: MetricsRegistry) {
        func observe(
            _ name: String,
            _ help: String,
            _ kind: MetricKind = .gauge,
            read: @escaping @Sendable () -> Double?
        ) {
            registry.observe(name, kind, help: help) { read().map { [([], $0)] } ?? [] }
        }
        observe("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", .counter) {
            cpuSeconds
        }
        observe("process_resident_memory_bytes", "Resident memory size in bytes.") {
            ProcessStat.own().map { $0.residentPages * pageSize }
        }
        observe("process_virtual_memory_bytes", "Virtual memory size in bytes.") { ProcessStat.own()?.virtualBytes }
        observe("process_threads", "Number of threads.") { ProcessStat.own()?.threads }
        observe("process_open_fds", "Number of open file descriptors.") { openDescriptors }
        observe("process_max_fds", "Maximum number of open file descriptors.") {
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
            return Double(limit.rlim_cur)
        }
        let start = startSeconds
        observe("process_start_time_seconds", "Start time of the process since unix epoch in seconds.") { start }
    }

    private static var pageSize: Double { Double(sysconf(Int32(_SC_PAGESIZE))) }

    private static var cpuSeconds: Double? {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// The entries of `/proc/self/fd`, without the one that reading it takes.
    private static var openDescriptors: Double? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0.0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != CChar(bitPattern: UInt8(ascii: ".")) { count += 1 }
        }
        return max(0, count - 1)
    }

    private static var startSeconds: Double? {
        guard let ticks = ProcessStat.own()?.startTicks,
            let boot = ProcFile.read("/proc/stat")?.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }),
            let bootSeconds = Double(boot.dropFirst(6))
        else { return nil }
        return bootSeconds + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

/// Some of `/proc/self/stat` (proc_pid_stat(5)).
private struct ProcessStat {
    var threads: Double
    var startTicks: Double
    var virtualBytes: Double
    var residentPages: Double

    static func own() -> ProcessStat? {
        // The name of the program, in parentheses, may hold anything, so fields count from the last one. Field 3 comes first.
        guard let fields = ProcFile.read("/proc/self/stat")?.split(separator: ")").last?.split(separator: " "),
            fields.count > 21, let threads = Double(fields[17]), let start = Double(fields[19]),
            let virtual = Double(fields[20]), let resident = Double(fields[21])
        else { return nil }
        return ProcessStat(threads: threads, startTicks: start, virtualBytes: virtual, residentPages: resident)
    }
}
