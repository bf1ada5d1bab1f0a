import Glibc
public import Logging
import Synchronization

/// Where a process writes its log: a descriptor, in one of two forms.
///
/// A record is one line, whatever is in it, and lines of several threads do not mix. What cannot be logged (a full disk, a
/// reader that has gone) is lost: it must not end what the process is for.
public final class LogSink: Sendable {
    /// How a record is written.
    public enum Format: String, Sendable, CaseIterable {
        /// For people: `time level logger: message key=value …`.
        case text
        /// For programs: a JSON object.
        case json
    }

    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private let format: Format
    /// One writer at a time, since a long line may take several calls.
    private let lock = Mutex(())

    /// Writes to a descriptor that stays the caller's, such as standard error.
    public init(descriptor: Int32, format: Format) {
        self.descriptor = descriptor
        self.format = format
        ownsDescriptor = false
    }

    /// Appends to a file, which is made if there is none.
    public init(path: String, format: Format) throws(SystemError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        self.format = format
        ownsDescriptor = true
    }

    deinit {
        if ownsDescriptor { close(descriptor) }
    }

    /// A logger that writes here.
    ///
    /// - Parameters:
    ///   - label: Which part of the program speaks.
    ///   - level: What is less than this is left out.
    public func logger(label: String, level: Logger.Level) -> Logger {
        var logger = Logger(label: label) { label in Handler(sink: self, label: label) }
        logger.logLevel = level
        return logger
    }

    fileprivate func write(_ record: LogRecord) {
        let line = format == .json ? record.json : Array((record.text + "\n").utf8)
        lock.withLock { _ in
            var rest = line[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    // Somebody who shares the descriptor made it non-blocking.
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    guard poll(&waiting, 1, 1000) > 0 else { return }
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    private struct Handler: LogHandler {
        let sink: LogSink
        let label: String
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info

        init(sink: LogSink, label: String) {
            self.sink = sink
            self.label = label
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            var all = metadata.merging(event.metadata ?? [:]) { _, own in own }
            if let error = event.error { all["error"] = "\(error)" }
            sink.write(LogRecord(label: label, level: event.level, message: "\(event.message)", metadata: all))
        }
    }
}
