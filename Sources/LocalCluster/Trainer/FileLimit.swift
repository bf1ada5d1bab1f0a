import Glibc

/// How many files this process may have open.
///
/// A trial takes five, and twice as many while it is started, so that the 1024 of most shells end at some hundred trials
/// at a time. Running out of them is no error of one trial: nothing more can be started, written or connected.
public enum FileLimit {
    /// What servers, logs and results take.
    private static let forTheRun = 64
    /// With all trials starting at once.
    private static let perTrial = 10

    /// The limit that this process was started with, which trials get: programs that use `select(2)` fail above 1024.
    static let inherited: Int64 = current().map { Int64(clamping: $0.rlim_cur) } ?? 1024

    /// Makes room for as many trials at a time, as far as the hard limit allows.
    ///
    /// - Returns: What is too little, as a sentence; `nil` when there is room.
    public static func makeRoom(forTrials count: Int) -> String? {
        _ = inherited  // read before it is raised
        let (product, overflow) = count.multipliedReportingOverflow(by: perTrial)
        let needed = overflow ? Int.max : product + forTheRun
        guard let limit = current(), limit.rlim_cur < rlim_t(needed) else { return nil }
        guard limit.rlim_max >= rlim_t(needed), set(rlim_t(needed), below: limit.rlim_max) else {
            return "\(count) at a time may need \(needed) open files, and this shell allows \(limit.rlim_max): "
                + "raise that (ulimit -Hn), or run fewer at a time"
        }
        return nil
    }

    /// Gives back what was raised: for the supervisor, before the trial's command inherits it.
    static func restore(_ limit: Int64) {
        guard let now = current(), let wanted = rlim_t(exactly: limit), wanted < now.rlim_cur else { return }
        _ = set(wanted, below: now.rlim_max)
    }

    private static func current() -> rlimit? {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? limit : nil
    }

    private static func set(_ soft: rlim_t, below hard: rlim_t) -> Bool {
        var limit = rlimit(rlim_cur: soft, rlim_max: hard)
        return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
    }
}
