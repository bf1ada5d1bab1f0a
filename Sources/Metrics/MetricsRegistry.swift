import Synchronization

/// Everything a process measures, and its text for Prometheus.
///
/// Instruments are cheap to use from any thread; the cost of writing falls on whoever asks for `text`.
///
/// ```swift
/// let registry = MetricsRegistry()
/// let requests = registry.counter("requests_total", help: "Requests answered.", labels: ["code"])
/// let answered = requests["200"]  // look it up once, then only count
/// answered.increment()
/// ```
///
/// Names and labels are the program's own; one that Prometheus would not take is a mistake in the program and stops it.
public final class MetricsRegistry: Sendable {
    private let families = Mutex<[String: any ExposedFamily]>([:])

    /// What `text` is, as HTTP's `Content-Type` says it.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Makes a registry without metrics.
    public init() {}

    /// A number that only grows; its name ends in `_total` by convention.
    public func counter(_ name: String, help: String, labels: [String] = []) -> MetricFamily<Counter> {
        add(MetricFamily(MetricDescription(name, .counter, help, labels: labels)) { Counter() })
    }

    /// A number that goes up and down.
    public func gauge(_ name: String, help: String, labels: [String] = []) -> MetricFamily<Gauge> {
        add(MetricFamily(MetricDescription(name, .gauge, help, labels: labels)) { Gauge() })
    }

    /// How often a measured quantity fell into each of some ranges.
    ///
    /// - Parameter buckets: The upper ends of the ranges, rising; one without an end comes after them.
    public func histogram(
        _ name: String,
        help: String,
        labels: [String] = [],
        buckets: [Double] = Histogram.defaultBuckets
    ) -> MetricFamily<Histogram> {
        add(MetricFamily(MetricDescription(name, .histogram, help, labels: labels)) { Histogram(buckets: buckets) })
    }

    /// Numbers that are kept elsewhere and looked up when somebody asks.
    ///
    /// - Parameter read: Gives the values of the labels and the number of each series; may be called on any thread.
    public func observe(
        _ name: String,
        _ kind: MetricKind,
        help: String,
        labels: [String] = [],
        read: @escaping @Sendable () -> [(labels: [String], value: Double)]
    ) {
        precondition(kind != .histogram, "\(name): a histogram is more than one number")
        _ = add(ObservedFamily(description: MetricDescription(name, kind, help, labels: labels), read: read))
    }

    /// The names of all metrics with what they mean, in the order of the names.
    public var descriptions: [MetricDescription] {
        families.withLock { Array($0.values) }.map(\.description).sorted { $0.name < $1.name }
    }

    /// Everything in Prometheus' text format, version 0.0.4, in the order of the names.
    public var text: [UInt8] {
        let families = families.withLock { Array($0.values) }.sorted { $0.description.name < $1.description.name }
        var writer = ExpositionWriter()
        for family in families {
            writer.begin(family.description)
            family.write(to: &writer)
        }
        return writer.bytes
    }

    private func add<Family: ExposedFamily>(_ family: Family) -> Family {
        families.withLock { families in
            let previous = families.updateValue(family, forKey: family.description.name)
            precondition(previous == nil, "\(family.description.name) is registered twice")
        }
        return family
    }
}

/// A metric with all its series, as the registry sees it.
protocol ExposedFamily: Sendable {
    var description: MetricDescription { get }
    func write(to writer: inout ExpositionWriter)
}

private struct ObservedFamily: ExposedFamily {
    let description: MetricDescription
    let read: @Sendable () -> [(labels: [String], value: Double)]

    func write(to writer: inout ExpositionWriter) {
        for series in read() { writer.sample(description, labels: series.labels, value: series.value) }
    }
}
