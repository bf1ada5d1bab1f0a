import JSON

/// What a supervisor is to run: everything about one trial's process.
///
/// It travels over the supervisor's standard input rather than as arguments and environment. So the trial's variables
/// cannot change how the supervisor itself behaves (`LD_PRELOAD`, `SWIFT_BACKTRACE`), and its values do not show in `ps`.
struct TrialOrder: Equatable {
    /// The program and its arguments; never empty. A program without a slash is looked up in the trial's own `PATH`.
    var command: [String]
    /// Entries of the form `NAME=value`.
    var environment: [String]
    /// Absolute path of the working directory.
    var directory: String
    /// How long the command may take to end after `SIGTERM`.
    var gracePeriod: Duration
    /// How many files the command may have open; as many as the trainer when it is `nil`.
    var openFiles: Int64?

    /// The largest order that is read: well above what Linux takes for arguments and environment together (6 MiB).
    static let maximumBytes = 16 << 20

    /// The order as it is sent: its length in decimal, a line feed, and that many bytes of JSON.
    var message: [UInt8] {
        let body = JSONValue.object([
            "command": .array(command.map { .string($0) }),
            "environment": .array(environment.map { .string($0) }),
            "directory": .string(directory),
            "gracePeriodMilliseconds": .number(JSONNumber(gracePeriod.wholeMilliseconds)),
            "openFiles": openFiles.map { .number(JSONNumber($0)) } ?? .null,
        ]).serialized()
        return Array("\(body.count)\n".utf8) + body
    }
}

extension TrialOrder {
    /// Reads the JSON of a message; `nil` when it is not an order.
    init?(decoding body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), let directory = value["directory"]?.stringValue,
            let command = value["command"]?.arrayValue?.compactMap(\.stringValue), !command.isEmpty,
            let environment = value["environment"]?.arrayValue?.compactMap(\.stringValue),
            let grace = value["gracePeriodMilliseconds"]?.int64Value
        else { return nil }
        self.init(
            command: command,
            environment: environment,
            directory: directory,
            gracePeriod: .milliseconds(min(max(grace, 0), 86_400_000)),
            openFiles: value["openFiles"]?.int64Value
        )
    }
}

extension Duration {
    /// Rounded down; bounded rather than overflowing.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return carry ? .max : sum
    }
}
