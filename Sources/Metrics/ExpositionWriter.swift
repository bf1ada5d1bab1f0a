/// Writes Prometheus' text format, version 0.0.4.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
public struct ExpositionWriter {
    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(16 << 10)
    }

    mutating func begin(_ description: MetricDescription) {
        bytes += "# HELP \(description.name) ".utf8
        escape(description.help, quotes: false)
        bytes += "\n# TYPE \(description.name) \(description.kind.rawValue)\n".utf8
    }

    mutating func sample(
        _ description: MetricDescription,
        suffix: String = "",
        labels: [String],
        upperBound: Double? = nil,
        value: Double
    ) {
        series(description, suffix, labels, upperBound)
        bytes += "\(Self.text(value))\n".utf8
    }

    mutating func sample(
        _ description: MetricDescription,
        suffix: String = "",
        labels: [String],
        upperBound: Double? = nil,
        value: UInt64
    ) {
        series(description, suffix, labels, upperBound)
        bytes += "\(value)\n".utf8
    }

    private mutating func series(
        _ description: MetricDescription,
        _ suffix: String,
        _ values: [String],
        _ upperBound: Double?
    ) {
        bytes += description.name.utf8
        bytes += suffix.utf8
        var separator = UInt8(ascii: "{")
        for (label, value) in zip(description.labels, values) {
            pair(label, value, after: separator)
            separator = UInt8(ascii: ",")
        }
        if let upperBound {
            pair("le", Self.text(upperBound), after: separator)
            separator = UInt8(ascii: ",")
        }
        if separator == UInt8(ascii: ",") { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: " "))
    }

    private mutating func pair(_ label: String, _ value: String, after separator: UInt8) {
        bytes.append(separator)
        bytes += label.utf8
        bytes += [UInt8(ascii: "="), UInt8(ascii: "\"")]
        escape(value, quotes: true)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += [byte, byte]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\"") where quotes: bytes += [UInt8(ascii: "\\"), byte]
            default: bytes.append(byte)
            }
        }
    }

    /// A number as Go's `strconv.ParseFloat` reads it; whole ones without a fraction.
    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value.magnitude < 1e15, value == value.rounded() { return "\(Int64(value))" }
        return "\(value)"
    }
}
