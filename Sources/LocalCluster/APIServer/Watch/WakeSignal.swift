/// Wakes one waiting task, any number of rings at a time.
///
/// Rings while the task is busy are remembered as one: it always looks again after the last of them.
struct WakeSignal: Sendable {
    /// Yields once for each time there is something to look at; ends when the wait is over for good.
    let wakes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (wakes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func ring() { continuation.yield() }

    func finish() { continuation.finish() }
}
