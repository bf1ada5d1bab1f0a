import Glibc

/// Kills what a supervisor left behind when it was itself killed.
///
/// The kernel has killed the command by then, but the command's own children were handed to init and know nothing.
/// They are recognised by two marks they cannot lose by accident: the supervisor's session, and a variable with the
/// trial's identity that every process inherits (how CI servers find the remains of a build). A process that both
/// made a session of its own and cleared its environment is the one that gets away; that takes intent.
struct StraySweep {
    /// The session, which has the supervisor's process id. The caller must not have waited for the supervisor yet, or
    /// the id may be another's.
    var session: pid_t
    /// The entry of the environment (`NAME=value`) that is this trial's alone.
    var mark: String

    /// Kills until none is found.
    ///
    /// - Returns: Whether none is left; `false` when some did not go within `patience`.
    func run(patience: Duration = Supervision.patienceAfterKill) async -> Bool {
        let clock = ContinuousClock()
        let giveUpAt = clock.now.advanced(by: patience)
        while true {
            let table = ProcessTable.current()
            let strays = Set(table.members(ofSession: session) + table.members(withVariable: mark))
                .subtracting([getpid(), session])
            if strays.isEmpty { return true }
            for pid in strays { kill(pid, SIGKILL) }
            if clock.now >= giveUpAt { return false }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
