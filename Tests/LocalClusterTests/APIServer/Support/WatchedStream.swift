import HTTP
import JSON
import Synchronization

/// A watch under test: its events, as they come.
final class WatchedStream: Sendable {
    private let events: AsyncStream<JSONValue>
    private let iterator: Mutex<AsyncStream<JSONValue>.Iterator?>
    private let task: Task<Void, Never>
    private let gate: Gate

    init(_ body: @escaping @Sendable (any HTTPBodyWriter) async throws -> Void) {
        let (events, continuation) = AsyncStream.makeStream(of: JSONValue.self)
        let gate = Gate()
        self.events = events
        self.gate = gate
        iterator = Mutex(nil)
        task = Task {
            try? await body(Writer(continuation: continuation, gate: gate))
            continuation.finish()
        }
    }

    deinit { task.cancel() }

    /// The next so many events; fewer only if the watch ends.
    func next(_ count: Int) async -> [JSONValue] {
        guard count > 0 else { return [] }
        var found: [JSONValue] = []
        for await event in events {
            found.append(event)
            if found.count == count { break }
        }
        return found
    }

    /// All events until the watch ends by itself.
    func rest() async -> [JSONValue] { await next(.max) }

    /// Makes the client slow: writes wait until `resume`.
    func pause() { gate.close() }
    func resume() { gate.open() }

    func cancel() { task.cancel() }

    /// Waits until a write waits for the client.
    func untilBlocked() async { await gate.untilSomebodyWaits() }

    private struct Writer: HTTPBodyWriter {
        let continuation: AsyncStream<JSONValue>.Continuation
        let gate: Gate

        func write(_ bytes: [UInt8]) async throws {
            await gate.pass()
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                continuation.yield((try? JSONValue(parsing: Array(line))) ?? .string("not JSON"))
            }
        }

        func untilClosed() async {}
    }
}

/// Lets through, or holds.
final class Gate: Sendable {
    private struct State {
        var isOpen = true
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func close() { state.withLock { $0.isOpen = false } }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func untilSomebodyWaits() async {
        while state.withLock({ $0.waiting.isEmpty }) { await Task.yield() }
    }
}

extension JSONValue {
    /// `ADDED name`, as tests compare events.
    var brief: String {
        let type = self["type"]?.stringValue ?? "?"
        return "\(type) \(self["object"]?["metadata"]?["name"]?.stringValue ?? "-")"
    }
}
