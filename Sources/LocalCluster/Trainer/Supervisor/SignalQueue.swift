import CLinux
import Glibc

/// The signals a supervisor minds, delivered as bytes on a descriptor instead of as interruptions (man 2 signalfd).
struct SignalQueue {
    /// Readable when a signal waits. Closed on exec; lives as long as the process.
    let descriptor: Int32

    /// Requests to stop.
    private static let requests = [SIGTERM, SIGINT, SIGHUP, SIGQUIT]

    /// What came in since the last look.
    struct Arrivals {
        var stopRequested = false
    }

    /// Blocks the signals for the calling thread and queues them; `nil` with `errno` set when the kernel refuses.
    init?() {
        // The trainer may be gone when the report is written; that is no reason to die before the rest is done.
        signal(SIGPIPE, SIG_IGN)
        var set = sigset_t()
        sigemptyset(&set)
        for number in Self.requests + [SIGCHLD] { sigaddset(&set, number) }
        guard sigprocmask(SIG_BLOCK, &set, nil) == 0 else { return nil }
        descriptor = signalfd(-1, &set, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
        guard descriptor >= 0 else { return nil }
    }

    /// Takes all waiting signals. `SIGCHLD` is merely taken: several deaths may come as one signal, so the caller
    /// waits for children until there are none to wait for.
    func drain() -> Arrivals {
        var arrivals = Arrivals()
        var info = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        while true {
            let count = read(descriptor, &info, size)
            if count < 0 && errno == EINTR { continue }
            guard count == size else { return arrivals }
            if Self.requests.contains(Int32(bitPattern: info.ssi_signo)) { arrivals.stopRequested = true }
        }
    }
}
