import Kubernetes

/// Lets several tasks make their calls one at a time, in an order that a seed decides.
///
/// A call begins once every task that still runs waits to make one, so that the same seed gives the same order.
actor Turnstile {
    private var generator: SeededOrder
    private var running: Int
    private var waiting: [(id: Int, continuation: CheckedContinuation<Void, Never>)] = []

    init(tasks: Int, seed: UInt64) {
        running = tasks
        generator = SeededOrder(seed: seed)
    }

    /// Waits for this task's turn.
    func pass(_ id: Int) async {
        await withCheckedContinuation { continuation in
            waiting.append((id, continuation))
            waiting.sort { $0.id < $1.id }
            admit()
        }
    }

    /// Says that a task is over.
    func leave() {
        running -= 1
        admit()
    }

    private func admit() {
        guard !waiting.isEmpty, waiting.count == running else { return }
        waiting.remove(at: Int.random(in: waiting.indices, using: &generator)).continuation.resume()
    }
}

/// SplitMix64: numbers that a seed decides.
struct SeededOrder: RandomNumberGenerator, Sendable {
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
