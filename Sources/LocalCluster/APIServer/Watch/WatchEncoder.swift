import JSON
import Kubernetes

/// Writes watch events, one line of JSON each.
struct WatchEncoder {
    enum EventType: String {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    let kind: ServedKind
    let presenter: Presenter
    /// A table's columns are told once.
    private var toldColumns = false

    init(kind: ServedKind, presenter: Presenter) {
        self.kind = kind
        self.presenter = presenter
    }

    mutating func event(_ type: EventType, _ object: StoredObject) -> [UInt8] {
        defer { toldColumns = true }
        return line(type.rawValue, presenter.bytes(of: object, kind, withColumns: !toldColumns))
    }

    func bookmark(_ revision: UInt64, endsInitialEvents: Bool = false) -> [UInt8] {
        var metadata: JSONObject = [:]
        if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        metadata["resourceVersion"] = .string(String(revision))
        let object: JSONValue
        switch presenter.form {
        case .table:
            object = [
                "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
                "columnDefinitions": [], "rows": [],
            ]
        case .metadata:
            object = [
                "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
            ]
        case .objects, .aggregatedDiscovery:
            object = [
                "apiVersion": .string(kind.type.apiVersion), "kind": .string(kind.type.kind),
                "metadata": .object(metadata),
            ]
        }
        return line("BOOKMARK", object.serialized())
    }

    func error(_ status: Status) -> [UInt8] {
        line("ERROR", status.json.serialized())
    }

    private func line(_ type: String, _ object: [UInt8]) -> [UInt8] {
        var line = Array("{\"type\":\"\(type)\",\"object\":".utf8)
        line.reserveCapacity(line.count + object.count + 2)
        line += object
        line += Array("}\n".utf8)
        return line
    }
}
