import Synchronization

/// A thing that counts or measures; a series of a metric.
public protocol Instrument: AnyObject, Sendable {
    /// Writes the current value or values of the series.
    func write(to writer: inout ExpositionWriter, _ description: MetricDescription, labels: [String])
}

/// A metric: one instrument for every combination of its labels' values that was ever asked for.
///
/// A series never goes away, so values of labels must not come from outside unless they are few.
public final class MetricFamily<Member: Instrument>: Sendable {
    let description: MetricDescription
    private let make: @Sendable () -> Member
    private let members = Mutex<[[String]: Member]>([:])

    init(_ description: MetricDescription, make: @escaping @Sendable () -> Member) {
        self.description = description
        self.make = make
        // A metric without labels is there from the beginning: nothing counted yet is 0, not unknown.
        if description.labels.isEmpty { _ = self[[]] }
    }

    /// The instrument for some values of the labels, in the labels' order; it begins at zero.
    public subscript(values: String...) -> Member { self[values] }

    /// The instrument for some values of the labels, in the labels' order; it begins at zero.
    public subscript(values: [String]) -> Member {
        precondition(
            values.count == description.labels.count,
            "\(description.name) has \(description.labels.count) labels"
        )
        return members.withLock { members in
            if let member = members[values] { return member }
            let member = make()
            members[values] = member
            return member
        }
    }
}

extension MetricFamily: ExposedFamily {
    func write(to writer: inout ExpositionWriter) {
        let members = members.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (labels, member) in members { member.write(to: &writer, description, labels: labels) }
    }
}
