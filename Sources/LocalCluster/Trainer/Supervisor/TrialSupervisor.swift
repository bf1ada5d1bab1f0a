import CLinux
import Glibc

/// The process between the trainer and one trial: it makes sure that no process of the trial survives.
///
/// The trainer starts `optimizationjob supervise-trial <name>` in a session of its own and talks to it over three
/// descriptors:
///
/// | Descriptor | What it is |
/// |---|---|
/// | 0 | the lifeline: the ``TrialOrder`` comes first, then nothing. Its end means that the trainer is gone |
/// | 1 | the ``TrialReport``, one line, once the command ended |
/// | 2 | the trial's log; the command's standard output and standard error |
///
/// What can die, and who notices:
///
/// | Killed | Consequence |
/// |---|---|
/// | the command | its other processes are killed too, then it is reported how it ended |
/// | the trainer, also by `SIGKILL` | only the trainer holds the lifeline's other end, so the kernel closes it: the supervisor kills every descendant at once |
/// | the supervisor, also by `SIGKILL` | the kernel kills the command (`PR_SET_PDEATHSIG`); the trainer kills what is left (``StraySweep``) |
///
/// Descendants cannot hide: as a child subreaper (man 2 PR_SET_CHILD_SUBREAPER) the supervisor inherits every orphan
/// below it, whatever session or process group that moved to, so all of them are found by their parents in `/proc`.
public enum TrialSupervisor {
    /// The hidden subcommand's name.
    public static let subcommand = "supervise-trial"

    /// Runs one trial from the order on standard input, and returns when no process of it is left.
    ///
    /// Call this first thing in `main`, before anything starts a thread: it blocks signals for the calling thread, which
    /// must be the only one, and the kernel kills the command when the thread that started it ends.
    ///
    /// - Returns: The status to exit with: the command's, 128 + *n* after signal *n*, 127 when the command was not found,
    ///   126 when it could not be started, 125 when there was no order to follow, 137 when the trainer was gone.
    public static func run() -> Int32 {
        // Out of reach of `pkill optimizationjob`, which would take trainer and supervisors at one stroke.
        set_process_name("trial-keeper")
        guard become_subreaper() == 0, let signals = SignalQueue() else {
            let reason = "the supervisor could not prepare itself: \(String(cString: strerror(errno)))"
            return tell(TrialReport(ending: .unknown(reason: reason), wasStopped: false))
        }
        guard let order = Lifeline.readOrder() else { return 125 }

        if let limit = order.openFiles { FileLimit.restore(limit) }
        let started = TrialChild.start(order)
        guard case .success(let child) = started else {
            guard case .failure(let refusal) = started else { return 125 }
            return tell(TrialReport(ending: refusal.ending, wasStopped: false))
        }
        var supervision = Supervision(child: child, gracePeriod: order.gracePeriod, signals: signals)
        guard let report = supervision.run() else { return 128 + SIGKILL }
        return tell(report)
    }

    private static func tell(_ report: TrialReport) -> Int32 {
        Lifeline.write(report.line, to: STDOUT_FILENO)
        return report.ending.exitStatus
    }
}
