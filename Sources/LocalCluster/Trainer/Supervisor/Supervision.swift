import Glibc

/// Watches one command until nothing of it is left.
///
/// One thread, one `poll` over signals and lifeline; time-outs are `poll`'s.
struct Supervision {
    private let child: TrialChild
    private let gracePeriod: Duration
    private let signals: SignalQueue
    private let clock = ContinuousClock()

    /// When `SIGKILL` follows `SIGTERM`; `nil` until somebody asks to stop.
    private var killAt: ContinuousClock.Instant?
    private var ending: TrialEnding?

    /// How long processes may take to vanish after `SIGKILL`. Only those of another user (a `sudo` in the trial), which
    /// may not be killed, and those stuck in the kernel ever take longer than a moment.
    static let patienceAfterKill: Duration = .seconds(5)

    /// Begins to watch.
    init(child: TrialChild, gracePeriod: Duration, signals: SignalQueue) {
        self.child = child
        self.gracePeriod = gracePeriod
        self.signals = signals
    }

    /// Returns when the command has ended and none of its descendants is left.
    ///
    /// - Returns: How it ended; `nil` when the trainer was gone, so that nobody wants to know.
    mutating func run() -> TrialReport? {
        while ending == nil {
            let lifelineEnded = wait(for: killAt.map { clock.now.duration(to: $0) }, lifeline: true)
            if lifelineEnded {
                _ = killEverything()
                return nil
            }
            if signals.drain().stopRequested { beginStopping() }
            reap()
            if let killAt, clock.now >= killAt { break }
        }
        let survivors = killEverything()
        return TrialReport(
            ending: ending ?? .unknown(reason: "the command did not end although it was killed"),
            wasStopped: killAt != nil,
            survivors: survivors
        )
    }

    private mutating func beginStopping() {
        guard killAt == nil else { return }  // A second request does not shorten the first one's grace.
        killAt = clock.now.advanced(by: gracePeriod)
        child.signalGroup(SIGTERM)
        child.signalGroup(SIGCONT)  // A stopped process would not see SIGTERM before it is continued.
    }

    /// Takes in every child that has ended, adopted orphans included.
    private mutating func reap() {
        var status: Int32 = 0
        while true {
            let pid = waitpid(-1, &status, WNOHANG)
            if pid < 0 && errno == EINTR { continue }
            guard pid > 0 else { return }
            if pid == child.pid { ending = TrialEnding(waitStatus: status) }
        }
    }

    /// Kills every descendant, again and again until there is none: while one snapshot is worked through, a process
    /// in it may fork, and its child is only in the next snapshot.
    ///
    /// - Returns: How many would not die.
    private mutating func killEverything() -> Int {
        let giveUpAt = clock.now.advanced(by: Self.patienceAfterKill)
        if ending == nil { child.signalGroup(SIGKILL) }
        var pause: Duration = .milliseconds(1)
        while true {
            let descendants = ProcessTable.current().descendants(of: getpid())
            for pid in descendants { kill(pid, SIGKILL) }
            reap()
            if !hasChildren { return 0 }
            if clock.now >= giveUpAt { return max(1, descendants.count) }
            _ = wait(for: pause, lifeline: false)
            _ = signals.drain()
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    /// Whether any child, ended or not, is left to wait for.
    private var hasChildren: Bool {
        var information = siginfo_t()
        while waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) != 0 {
            if errno != EINTR { return false }  // ECHILD: no child, and so no descendant either.
        }
        return true
    }

    /// Sleeps until a signal comes, the lifeline ends or the time is over.
    ///
    /// - Returns: Whether the lifeline has ended; always `false` when it is not to be minded.
    private func wait(for duration: Duration?, lifeline: Bool) -> Bool {
        var descriptors = [
            pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: lifeline ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
        ]
        // Rounded up, so that a wake-up is never too early and the loop never spins.
        let milliseconds = duration.map { Int32(clamping: max(0, $0.wholeMilliseconds + 1)) } ?? -1
        guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) > 0 else { return false }
        return descriptors[1].revents != 0 && Lifeline.hasEnded()
    }
}
