import Kubernetes
import Synchronization
import Transport

/// Random numbers that are the same for the same seed (SplitMix64: Steele, Lea and Flood, 2014).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Processes in a world whose time passes only when everybody waits, so that what happens depends on the seed alone.
///
/// Tasks run on the world's own executor, which runs them one after another while the test looks at nothing else. When all of
/// them wait, time jumps to the next event.
final class VirtualWorld: TaskExecutor {
    /// Something that will happen.
    private struct Event {
        var due: Duration
        /// The process it happens to; `nil` for the world.
        var process: Int?
        var action: @Sendable () -> Void
    }

    private struct State {
        var now: Duration = .zero
        var random: SplitMix
        var events: [Int: Event] = [:]
        var lastID = 0
        /// Processes that stand still, and until when.
        var pauses: [Int: Duration] = [:]

        func moment(of event: Event) -> Duration {
            max(event.due, event.process.flatMap { pauses[$0] } ?? .zero)
        }
    }

    private let state: Mutex<State>
    private let jobs = Mutex<[UnownedJob]>([])

    init(seed: UInt64) {
        state = Mutex(State(random: SplitMix(seed: seed)))
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    var now: Duration { state.withLock { $0.now } }

    /// A random number.
    func random(_ range: ClosedRange<Double>) -> Double {
        state.withLock { Double.random(in: range, using: &$0.random) }
    }

    /// Whether something happens that does so with some probability.
    func happens(_ probability: Double) -> Bool {
        random(0...1) < probability
    }

    /// Has something happen later.
    @discardableResult
    func schedule(
        after delay: Duration,
        for process: Int? = nil,
        _ action: @escaping @Sendable () -> Void
    ) -> Int {
        state.withLock { state in
            state.lastID += 1
            state.events[state.lastID] = Event(due: state.now + max(delay, .zero), process: process, action: action)
            return state.lastID
        }
    }

    func cancel(_ id: Int) {
        _ = state.withLock { $0.events.removeValue(forKey: id) }
    }

    /// Lets a process stand still; what is due meanwhile comes afterwards, in any order.
    func pause(_ process: Int, for duration: Duration) {
        state.withLock { $0.pauses[process] = $0.now + duration }
    }

    /// Starts a task of a process.
    func start(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: self) { await body() }
    }

    /// Lets time pass, event by event.
    ///
    /// - Parameter check: Called whenever everybody waits.
    func run(for duration: Duration, check: () -> Void = {}) {
        let end = now + duration
        settle()
        while let action = nextAction(until: end) {
            action()
            settle()
            check()
        }
        state.withLock { $0.now = end }
    }

    private func nextAction(until end: Duration) -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard let moment = state.events.values.map({ state.moment(of: $0) }).min(), moment <= end else {
                return nil
            }
            let due = state.events.filter { state.moment(of: $0.value) == moment }.keys.sorted()
            guard let id = due.randomElement(using: &state.random) else { return nil }
            state.now = max(state.now, moment)
            return state.events.removeValue(forKey: id)?.action
        }
    }

    /// Runs every task until all of them wait.
    private func settle() {
        while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}

/// The time of one process of a world, by a clock that may be fast or slow.
struct ProcessTime: MonotonicTime {
    let world: VirtualWorld
    let process: Int
    /// Seconds this clock counts in a second of the world.
    var rate = 1.0

    var now: Duration { world.now * rate }

    func sleep(for duration: Duration) async throws {
        let woken = OneShot<Void>()
        let id = world.schedule(after: duration / rate, for: process) { woken.resume(with: .success(())) }
        defer { world.cancel(id) }
        try await woken.wait()
    }
}
