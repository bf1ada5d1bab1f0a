import JSON
import Kubernetes

/// One column of `kubectl get`.
public struct PrinterColumn: Sendable {
    /// The heading; kubectl prints it in upper case.
    public var name: String
    /// The OpenAPI type of the cells: `string`, `integer`, `date`…
    public var type: String
    /// The OpenAPI format, `name` for the object's own name.
    public var format: String
    /// What the column says, for those who ask.
    public var description: String
    /// 0 is always shown, more only with `-o wide`.
    public var priority: Int
    /// The cell of an object at a time; `.null` when there is nothing to show.
    public var cell: @Sendable (_ object: JSONValue, _ now: Timestamp) -> JSONValue

    /// Makes a column.
    public init(
        name: String,
        type: String = "string",
        format: String = "",
        description: String = "",
        priority: Int = 0,
        cell: @escaping @Sendable (_ object: JSONValue, _ now: Timestamp) -> JSONValue
    ) {
        self.name = name
        self.type = type
        self.format = format
        self.description = description
        self.priority = priority
        self.cell = cell
    }

    /// The object's name: the first column of every kind.
    public static let name = PrinterColumn(
        name: "Name",
        format: "name",
        description: "Name is unique within a namespace."
    ) { object, _ in
        object["metadata"]?["name"] ?? .null
    }

    /// How long ago the object was created: the last column of every kind.
    public static let age = PrinterColumn(
        name: "Age",
        type: "date",
        description: "CreationTimestamp is when the server created the object, in UTC."
    ) { object, now in
        guard let text = object["metadata"]?["creationTimestamp"]?.stringValue, let created = Timestamp(rfc3339: text)
        else { return "<unknown>" }
        return .string(HumanDuration.text(seconds: now.secondsSinceEpoch - created.secondsSinceEpoch))
    }

    /// A column that shows the string at a path of keys.
    public static func path(_ name: String, _ keys: String..., priority: Int = 0) -> PrinterColumn {
        PrinterColumn(name: name, priority: priority) { object, _ in
            var value: JSONValue? = object
            for key in keys { value = value?[key] }
            return value ?? .null
        }
    }
}

/// Durations as kubectl prints ages: one or two units, coarser as they grow.
///
/// Source: `HumanDuration` in k8s.io/apimachinery/pkg/util/duration.
enum HumanDuration {
    /// - Parameter seconds: how long; a few seconds less than 0 can come from clocks that differ.
    static func text(seconds: Int64) -> String {
        switch seconds {
        case ..<(-1): return "<invalid>"
        case ..<0: return "0s"
        case ..<120: return "\(seconds)s"
        default: break
        }
        let minutes = seconds / 60
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        let hours = minutes / 60
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        let days = hours / 24
        if days < 8 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        let years = days / 365
        if years < 8 { return pair(years, "y", days % 365, "d") }
        return "\(years)y"
    }

    private static func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
    }
}
