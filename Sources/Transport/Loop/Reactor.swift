import CLinux
import Glibc

/// Something that waits for a descriptor to become ready.
public protocol ReadinessHandler: AnyObject {
    /// The descriptor became readable or writable, or failed. Edge-triggered: said once for each change.
    func ready(_ readiness: Readiness)

    /// The loop is ending: give up, now.
    func loopIsEnding()
}

/// What a descriptor is ready for.
public struct Readiness: OptionSet, Sendable {
    /// The bits of `EPOLLIN` and its siblings.
    public let rawValue: UInt32

    /// Wraps epoll's bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Bytes, a connection or an end of file can be read.
    public static let readable = Readiness(
        rawValue: EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue
    )
    /// The peer has closed its half, or the connection failed.
    public static let ending = Readiness(rawValue: EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue)
    /// Bytes can be written.
    public static let writable = Readiness(
        rawValue: EPOLLOUT.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue
    )
}

/// What one event loop's thread owns. Not `Sendable`: it stays on that thread.
public final class Reactor {
    /// Names a registration for as long as it lasts, from any thread.
    public struct Token: Hashable, Sendable {
        fileprivate let slot: UInt32
        fileprivate let generation: UInt32

        fileprivate var key: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
    }

    private struct Slot {
        /// Counts the registrations of this slot, and rides beside it in epoll's 64 bits, so that an event for a
        /// descriptor that has been closed and reused in the same batch is dropped.
        var generation: UInt32
        var handler: (any ReadinessHandler)?
    }

    /// Slots stay far below this one's, so no registration can have the key of the wake-up.
    static let wakeupKey = UInt64.max

    /// The loop this belongs to.
    public let loop: EventLoop

    /// Monotonic time in nanoseconds, read once a turn.
    public private(set) var now: UInt64

    /// Scratch space for reads. What a read leaves here is handed on before the next one.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    private let epoll: Descriptor
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var timers = TimerQueue()
    private var nextTurn: [() -> Void] = []
    /// Channels whose output waits for the events at hand.
    private var unflushed: [Channel] = []

    /// For how long a turn gathers output, in nanoseconds.
    private static let gatheringTime: UInt64 = 500_000

    init(loop: EventLoop, epoll: consuming Descriptor) {
        self.loop = loop
        self.epoll = epoll
        now = Reactor.monotonicNanoseconds()
    }

    deinit {
        readBuffer.deallocate()
    }

    // MARK: - Registrations

    /// Waits for a descriptor, edge-triggered, for reading and writing at once, so that no further system call changes
    /// what is waited for.
    func register(_ descriptor: Int32, _ handler: any ReadinessHandler) throws(SyscallError) -> Token {
        let slot: UInt32
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = UInt32(slots.count)
            slots.append(Slot(generation: 0, handler: nil))
        }
        let token = Token(slot: slot, generation: slots[Int(slot)].generation)
        var event = epoll_event()
        event.events =
            EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        event.data.u64 = token.key
        do {
            _ = try systemCall("epoll_ctl") { epoll_ctl(epoll.number, EPOLL_CTL_ADD, descriptor, &event) }
        } catch {
            freeSlots.append(slot)
            throw error
        }
        slots[Int(slot)].handler = handler
        return token
    }

    /// Forgets a registration. The descriptor leaves epoll when it is closed.
    func unregister(_ token: Token) {
        guard handler(for: token) != nil else { return }
        slots[Int(token.slot)].handler = nil
        slots[Int(token.slot)].generation &+= 1
        freeSlots.append(token.slot)
    }

    /// Who registered under a token; `nil` once that has ended.
    public func handler(for token: Token) -> (any ReadinessHandler)? {
        guard Int(token.slot) < slots.count, slots[Int(token.slot)].generation == token.generation else { return nil }
        return slots[Int(token.slot)].handler
    }

    /// Everybody registered now.
    public var handlers: [any ReadinessHandler] { slots.compactMap(\.handler) }

    // MARK: - Time

    /// Runs `action` once, on this thread, when `delay` has passed.
    @discardableResult
    public func schedule(after delay: Duration, _ action: @escaping () -> Void) -> TimerQueue.ID {
        timers.add(deadline: now.addingSaturating(delay), action)
    }

    /// Calls a timer off; one that has fired or was called off is ignored.
    public func cancel(_ timer: TimerQueue.ID) {
        timers.cancel(timer)
    }

    /// Runs `action` after the events at hand, so that one busy connection does not keep the others waiting.
    func onNextTurn(_ action: @escaping () -> Void) {
        nextTurn.append(action)
    }

    /// Flushes a channel after the work at hand (events, timers, what other threads left), or before the next piece of it if
    /// that has taken half a millisecond already.
    ///
    /// Sending wakes a peer on the same machine, which can cost more than the answer itself. One that gets the answers to
    /// many of its connections at once is awake from the second one on.
    func flushSoon(_ channel: Channel) {
        unflushed.append(channel)
    }

    private func flushWaiting() {
        // By position: flushing one can have another one follow.
        var next = 0
        while next < unflushed.count {
            let channel = unflushed[next]
            channel.flush()
            next += 1
        }
        unflushed.removeAll(keepingCapacity: true)
    }

    /// Does one piece of work after another, and flushes what they have to send.
    private func perform<Work: Collection>(_ work: Work, _ body: (Work.Element) -> Void) {
        guard !work.isEmpty else { return }
        var began = Reactor.monotonicNanoseconds()
        for piece in work {
            body(piece)
            guard !unflushed.isEmpty else { continue }
            let current = Reactor.monotonicNanoseconds()
            if current &- began >= Reactor.gatheringTime {
                flushWaiting()
                began = current
            }
        }
        flushWaiting()
    }

    private static func monotonicNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    // MARK: - The loop

    func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        while true {
            let (work, isStopping) = loop.takeInbox()
            perform(work) { $0(self) }
            if isStopping { break }
            let count = wait(for: &events, hadWork: !work.isEmpty)
            now = Reactor.monotonicNanoseconds()
            perform(events.prefix(count)) { dispatch($0) }
            let actions = nextTurn
            nextTurn.removeAll(keepingCapacity: true)
            perform(actions) { $0() }
            perform(timers.takeDue(at: now)) { $0() }
        }
        end()
    }

    private func wait(for events: inout [epoll_event], hadWork: Bool) -> Int {
        var timeout: Int32 = -1
        if !nextTurn.isEmpty {
            timeout = 0
        } else if let deadline = timers.earliest {
            // Rounded up: waking a moment early would spin until the deadline.
            let current = hadWork ? Reactor.monotonicNanoseconds() : now
            let milliseconds = deadline > current ? (deadline - current).addingSaturating(999_999) / 1_000_000 : 0
            timeout = Int32(clamping: milliseconds)
        }
        let count = epoll_wait(epoll.number, &events, Int32(events.count), timeout)
        // Negative only for EINTR; any other failure would be a programming error in the arguments above.
        return max(0, Int(count))
    }

    private func dispatch(_ event: epoll_event) {
        let key = event.data.u64
        if key == Reactor.wakeupKey {
            loop.acknowledgeWakeup()
            return
        }
        let token = Token(slot: UInt32(truncatingIfNeeded: key), generation: UInt32(key >> 32))
        handler(for: token)?.ready(Readiness(rawValue: event.events))
    }

    private func end() {
        repeat {
            for slot in slots { slot.handler?.loopIsEnding() }
            for item in loop.takeInbox().work { item(self) }
        } while !loop.endIfIdle()
        for slot in slots { slot.handler?.loopIsEnding() }
        nextTurn = []
    }
}

@available(*, unavailable)
extension Reactor: Sendable {}

extension UInt64 {
    /// This many nanoseconds plus a duration, at most the largest representable; a negative duration adds nothing.
    func addingSaturating(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return self }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : addingSaturating(whole).addingSaturating(UInt64(attoseconds / 1_000_000_000))
    }

    func addingSaturating(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension Duration {
    /// This in nanoseconds, at most the largest representable; none for a negative one.
    public var nanoseconds: UInt64 { UInt64(0).addingSaturating(self) }
}
