import Glibc

/// How many processors this process may use.
public enum ProcessorCount {
    /// The processors online, at least one.
    public static var available: Int {
        max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}
