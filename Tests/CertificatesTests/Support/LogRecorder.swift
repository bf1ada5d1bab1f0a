import Logging
import Synchronization

/// A log that tests read as it is written.
final class LogRecorder: Sendable {
    private let stream: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    var logger: Logger { Logger(label: "test") { [continuation] _ in Handler(continuation: continuation) } }

    /// Waits for a message with these words.
    func untilLogged(_ words: String) async {
        for await message in stream where message.contains(words) { return }
    }

    private struct Handler: LogHandler {
        let continuation: AsyncStream<String>.Continuation
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = (event.metadata ?? [:]).map { " \($0.key)=\($0.value)" }.joined()
            continuation.yield("\(event.message)\(metadata)")
        }
    }
}
