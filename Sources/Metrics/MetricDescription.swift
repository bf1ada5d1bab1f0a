/// What kind of number a metric is.
public enum MetricKind: String, Sendable {
    case counter
    case gauge
    case histogram
}

/// A metric without its numbers.
public struct MetricDescription: Sendable, Equatable {
    /// Its name, such as `process_open_fds`.
    public let name: String
    /// What kind of number it is.
    public let kind: MetricKind
    /// What it means, in a sentence.
    public let help: String
    /// The names of its labels.
    public let labels: [String]

    init(_ name: String, _ kind: MetricKind, _ help: String, labels: [String]) {
        precondition(Self.isName(name, allowingColon: true), "\(name) is no name of a metric")
        for label in labels {
            // `le` is a histogram's own.
            precondition(Self.isName(label, allowingColon: false) && label != "le", "\(label) is no label of \(name)")
        }
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
    }

    /// Prometheus' data model: letters, digits and underscores, not beginning with a digit.
    private static func isName(_ text: String, allowingColon: Bool) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): allowingColon
            default: false
            }
        }
    }
}
