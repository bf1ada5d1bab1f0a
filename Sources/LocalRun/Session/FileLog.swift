import Glibc
import Kubernetes
import Logging
import Synchronization

/// Writes log lines to a file of the run: the terminal belongs to the table.
///
/// A line is `time level message key=value …`. Lines of several threads do not mix, since each is one write to a file
/// opened for appending.
final class FileLog: Sendable {
    private let descriptor: Int32

    init(path: String) throws(SystemError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
    }

    deinit {
        close(descriptor)
    }

    /// A logger that writes here.
    func logger(label: String, level: Logger.Level) -> Logger {
        var logger = Logger(label: label) { _ in Handler(log: self) }
        logger.logLevel = level
        return logger
    }

    private func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        // What cannot be logged (a full disk) must not end a run.
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }

    private struct Handler: LogHandler {
        let log: FileLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info

        init(log: FileLog) {
            self.log = log
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
            let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.value("\($0.value)"))" }.joined()
            log.write("\(Timestamp.now()) \(event.level) \(printable("\(event.message)"))\(pairs)")
        }

        private static func value(_ text: String) -> String {
            let text = printable(text)
            return text.contains(" ") || text.isEmpty ? "\"\(text)\"" : text
        }
    }
}
