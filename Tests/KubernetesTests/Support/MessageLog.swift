import InMemoryLogging
import Logging

/// A logger's messages, for a test to look at.
struct MessageLog: Sendable {
    private let handler = InMemoryLogHandler()

    /// All messages, in order.
    var all: [String] { handler.entries.map { "\($0.message)" } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in handler }
        logger.logLevel = .trace
        return logger
    }
}
