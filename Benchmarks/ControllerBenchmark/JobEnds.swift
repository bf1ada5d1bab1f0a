import Controller
import Logging
import Synchronization

/// Waits for the ends of jobs: the controller logs each event with its reason, and a job's end is one.
final class JobEnds: LogHandler, Sendable {
    private let left: Mutex<Int>
    private let ended: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init(expected: Int) {
        left = Mutex(expected)
        (ended, continuation) = AsyncStream.makeStream()
    }

    func wait() async {
        for await _ in ended {}
    }

    func log(event: LogEvent) {
        guard let reason = event.metadata?["reason"].map({ "\($0)" }),
            reason == EventReason.jobComplete || reason == EventReason.jobFailed
        else { return }
        let isLast = left.withLock { left in
            left -= 1
            return left == 0
        }
        if isLast { continuation.finish() }
    }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .info }
        set {}
    }
}
