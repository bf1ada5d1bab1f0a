import JSON
import Kubernetes

/// Which objects of a collection a request means, by labels and fields.
struct ObjectSelector: Sendable {
    private let labels: LabelSelector?
    private let fields: FieldSelector?
    /// Whether fields are looked at that are not kept beside the bytes.
    private let looksInside: Bool
    private let kind: ServedKind

    init(labels: String?, fields: String?, kind: ServedKind) throws(Status) {
        self.kind = kind
        do throws(SelectorError) {
            self.labels = try labels.map { text throws(SelectorError) in try LabelSelector(parsing: text) }
            let supported = FieldSelector.metadataFields.union(kind.traits.selectableFields)
            self.fields = try fields.map { text throws(SelectorError) in
                try FieldSelector(parsing: text, supported: supported)
            }
        } catch {
            throw .badRequest("\(error)")
        }
        looksInside = self.fields?.terms.contains { !FieldSelector.metadataFields.contains($0.field) } ?? false
    }

    /// Whether every object is meant.
    var isEmpty: Bool { labels == nil && fields == nil }

    func matches(_ object: StoredObject) -> Bool {
        if let labels, !labels.matches(object.metadata.labels) { return false }
        guard let fields else { return true }
        guard looksInside else {
            return fields.matches(
                ["metadata": ["name": .string(object.metadata.name), "namespace": .string(object.metadata.namespace)]]
            )
        }
        return fields.matches(kind.served(object.value))
    }
}
