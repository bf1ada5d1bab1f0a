import HTTP
import JSON
import Kubernetes

/// One watch, from its first event to its end.
///
/// It keeps a position in the collection's history instead of a queue: a slow client costs nothing, until what it has
/// not read yet is forgotten. Then it is told that it is too late, as any client is that comes back too late.
struct WatchSession: Sendable {
    /// Events written at once, so that a long history is not copied as a whole.
    private static let batch = 64

    private let registry: ObjectRegistry
    private let kind: ServedKind
    private let namespace: String?
    private let parameters: ListParameters
    private let presenter: Presenter
    private let clock: APIServerClock
    private let schedule: WatchSchedule
    /// The objects that come first, if any do.
    private let state: [StoredObject]
    /// The revision after which changes are followed.
    private let position: UInt64

    /// Fixes where the watch begins: what happens from now on will be seen, however late the answer is sent.
    ///
    /// - Throws: 504 if the objects are to be as new as a revision that is still to come.
    init(
        _ registry: ObjectRegistry,
        _ kind: ServedKind,
        namespace: String?,
        _ parameters: ListParameters,
        _ presenter: Presenter,
        _ clock: APIServerClock,
        _ schedule: WatchSchedule
    ) throws(Status) {
        self.registry = registry
        self.kind = kind
        self.namespace = namespace
        self.parameters = parameters
        self.presenter = presenter
        self.clock = clock
        self.schedule = schedule

        let asked: UInt64? = if case .exactly(let revision) = parameters.version { revision } else { nil }
        let beginsWithState = parameters.sendsInitialEvents ?? (asked == nil)
        let (entries, current) = registry.read { store in
            (beginsWithState ? store.collection(kind.collection).sorted(namespace: namespace) : [], store.revision)
        }
        if beginsWithState, let asked, asked > current {
            throw .resourceVersionTooLarge(requested: String(asked), current: String(current))
        }
        state = entries.map(\.object).filter { parameters.selector.matches($0) }
        position = beginsWithState ? current : asked ?? current
    }

    /// Writes events until the time is up, the client is gone or the server stops.
    func run(_ writer: any HTTPBodyWriter) async throws {
        let signal = WakeSignal()
        // Before anything is read, so that nothing falls between.
        let bell = registry.addBell(signal, to: kind.collection)
        defer { registry.removeBell(bell, from: kind.collection) }
        let start = clock.elapsed()
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                while let next = schedule.next(after: clock.elapsed() - start) {
                    do { try await clock.sleep(next - (clock.elapsed() - start)) } catch { return }
                    signal.ring()
                }
            }
            try await follow(writer, signal, since: start)
        }
    }

    private func follow(_ writer: any HTTPBodyWriter, _ signal: WakeSignal, since start: Duration) async throws {
        var encoder = WatchEncoder(kind: kind, presenter: presenter)
        try await begin(writer, &encoder)
        var position = position
        var bookmarks = 0
        signal.ring()
        for await _ in signal.wakes {
            guard let reached = try await catchUp(writer, &encoder, from: position) else { return }
            position = reached
            let now = clock.elapsed() - start
            if now >= schedule.end { return }
            let due = schedule.bookmarks(by: now)
            if due > bookmarks {
                bookmarks = due
                try await writer.write(encoder.bookmark(position))
            }
        }
    }

    /// Sends what comes before the changes.
    private func begin(_ writer: any HTTPBodyWriter, _ encoder: inout WatchEncoder) async throws {
        var piece: [UInt8] = []
        for object in state {
            piece += encoder.event(.added, object)
            if piece.count > 1 << 16 {
                try await writer.write(piece)
                piece = []
            }
        }
        if parameters.sendsInitialEvents == true, parameters.allowsBookmarks {
            piece += encoder.bookmark(position, endsInitialEvents: true)
        }
        if !piece.isEmpty { try await writer.write(piece) }
    }

    /// Sends what happened after a revision.
    ///
    /// - Returns: the revision up to which everything is sent; `nil` if the watch cannot go on.
    private func catchUp(
        _ writer: any HTTPBodyWriter,
        _ encoder: inout WatchEncoder,
        from position: UInt64
    ) async throws -> UInt64? {
        var position = position
        while true {
            let (changes, current, forgotten) = registry.read { store in
                let history = store.collection(kind.collection).history
                return (
                    history.changes(after: position, limit: Self.batch).map { Array($0) }, store.revision,
                    history.forgottenThrough
                )
            }
            guard let changes else {
                try await writer.write(
                    encoder.error(.expired(requested: String(position), oldest: String(forgotten)))
                )
                return nil
            }
            guard let last = changes.last else { return max(position, current) }
            let piece = changes.flatMap { transition($0).map { encoder.event($0.0, $0.1) } ?? [] }
            if !piece.isEmpty { try await writer.write(piece) }
            position = last.revision
        }
    }

    /// What a change is to this client, who may see only some objects.
    private func transition(_ change: Change) -> (WatchEncoder.EventType, StoredObject)? {
        guard namespace == nil || change.key.namespace == namespace else { return nil }
        let was = change.previous.map { parameters.selector.matches($0) } ?? false
        let isNow = change.kind != .deleted && parameters.selector.matches(change.object)
        switch (was, isNow) {
        case (false, false): return nil
        case (false, true): return (.added, change.object)
        case (true, true): return (.modified, change.object)
        case (true, false):
            guard change.kind != .deleted else { return (.deleted, change.object) }
            // As it was when it still matched, at the revision at which it stopped.
            return change.previous.map { (.deleted, StoredObject($0.value, revision: change.revision)) }
        }
    }
}
