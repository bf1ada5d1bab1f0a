import CLinux
import Glibc
import Synchronization

/// One thread with one epoll instance.
///
/// What the thread owns — descriptors, timers, connections — hangs on its `Reactor`, which never leaves it: the
/// compiler keeps a `Reactor` out of every `@Sendable` closure, and hands it only to work that `execute` brings in. The
/// inbox is all that threads share.
public final class EventLoop: Sendable {
    /// Work brought to the thread from elsewhere.
    public typealias Work = @Sendable (Reactor) -> Void

    private struct Shared {
        var inbox: [Work] = []
        var isStopping = false
        var hasEnded = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let shared = Mutex(Shared())
    private let wakeup: Int32

    /// Starts the thread.
    ///
    /// - Parameter name: What tools such as `top -H` show; cut to 15 bytes by the kernel's limit.
    /// - Throws: When a descriptor or a thread cannot be had.
    public init(name: String) throws(SyscallError) {
        let epoll = Descriptor(owning: try systemCall("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        wakeup = try systemCall("eventfd") { eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)) }
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = Reactor.wakeupKey
        let watched = wakeup
        let polled = epoll.number
        _ = try systemCall("epoll_ctl") { epoll_ctl(polled, EPOLL_CTL_ADD, watched, &event) }
        let number = epoll.release()
        do {
            try BlockingThread.start(named: name) { Reactor(loop: self, epoll: Descriptor(owning: number)).run() }
        } catch {
            _ = close(number)
            throw error
        }
    }

    deinit {
        _ = close(wakeup)
    }

    /// Has the thread run `work`, after what was handed over before.
    ///
    /// - Returns: `false` when the loop has ended, in which case `work` will not run.
    @discardableResult
    public func execute(_ work: @escaping Work) -> Bool {
        let (accepted, wasEmpty) = shared.withLock { shared in
            guard !shared.hasEnded else { return (false, false) }
            shared.inbox.append(work)
            return (true, shared.inbox.count == 1)
        }
        if wasEmpty { signal() }
        return accepted
    }

    /// Closes every connection of the loop and ends its thread. Work handed over before still runs.
    public func stop() {
        let alreadyStopping = shared.withLock { shared in
            defer { shared.isStopping = true }
            return shared.isStopping
        }
        if !alreadyStopping { signal() }
    }

    /// Returns when the thread has ended; see `stop()`.
    public func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = shared.withLock { shared in
                if !shared.hasEnded { shared.waitingForEnd.append(continuation) }
                return shared.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func signal() {
        // The only failure is a full counter, and a full counter wakes the thread as well.
        var one: UInt64 = 1
        _ = write(wakeup, &one, MemoryLayout<UInt64>.size)
    }

    // MARK: - The thread's side

    /// Takes what has been handed over, and whether the loop should end.
    func takeInbox() -> (work: [Work], isStopping: Bool) {
        shared.withLock { shared in
            defer { shared.inbox.removeAll(keepingCapacity: shared.inbox.capacity <= 256) }
            return (shared.inbox, shared.isStopping)
        }
    }

    /// Clears the signal that woke the thread.
    func acknowledgeWakeup() {
        var count: UInt64 = 0
        _ = read(wakeup, &count, MemoryLayout<UInt64>.size)
    }

    /// Ends the loop for good unless more work has come in; from then on `execute` refuses.
    ///
    /// - Returns: Whether it ended.
    func endIfIdle() -> Bool {
        let waiting: [CheckedContinuation<Void, Never>]? = shared.withLock { shared in
            guard shared.inbox.isEmpty else { return nil }
            shared.hasEnded = true
            defer { shared.waitingForEnd = [] }
            return shared.waitingForEnd
        }
        waiting?.forEach { $0.resume() }
        return waiting != nil
    }
}
