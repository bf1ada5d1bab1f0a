import JSON
import Kubernetes

/// Shows objects in the form a client asked for.
struct Presenter: Sendable {
    /// How much of each object a table's rows carry besides the cells.
    enum RowObject: String, Sendable {
        case metadata = "Metadata"
        case none = "None"
        case object = "Object"
    }

    let form: ResponseForm
    var rowObject: RowObject = .metadata
    /// For ages.
    let now: @Sendable () -> Timestamp

    /// One object.
    ///
    /// - Parameter withColumns: whether a table says what its columns are.
    func bytes(of object: StoredObject, _ kind: ServedKind, withColumns: Bool = true) -> [UInt8] {
        switch form {
        case .objects, .aggregatedDiscovery: return served(object, kind)
        case .metadata: return Self.metadata(of: object.value).serialized()
        case .table:
            return table(
                [object],
                kind,
                metadata: ["resourceVersion": .string(String(object.revision))],
                withColumns: withColumns
            ).serialized()
        }
    }

    /// One object in its served form, such as a write leaves behind.
    func bytes(of object: JSONValue, _ kind: ServedKind) -> [UInt8] {
        switch form {
        case .objects, .aggregatedDiscovery: return object.serialized()
        case .metadata, .table:
            let revision = UInt64(object["metadata"]?["resourceVersion"]?.stringValue ?? "") ?? 0
            return bytes(of: StoredObject(kind.stored(object), revision: revision), kind)
        }
    }

    /// A list.
    func bytes(of page: ReadVerbs.Page, _ kind: ServedKind) -> [UInt8] {
        var metadata: JSONObject = [
            "resourceVersion": .string(String(page.revision)), "continue": .string(page.continueToken ?? ""),
        ]
        if let remaining = page.remaining { metadata["remainingItemCount"] = .number(JSONNumber(remaining)) }
        switch form {
        case .table: return table(page.objects, kind, metadata: metadata, withColumns: true).serialized()
        case .metadata:
            return
                ([
                    "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
                    "items": .array(page.objects.map { Self.metadata(of: $0.value) }),
                ] as JSONValue).serialized()
        case .objects, .aggregatedDiscovery:
            return list(page.objects.map { served($0, kind) }, kind, metadata: metadata)
        }
    }

    /// A list of objects that are in no store any more.
    func list(_ objects: [[UInt8]], _ kind: ServedKind, metadata: JSONObject) -> [UInt8] {
        let head: JSONValue = [
            "apiVersion": .string(kind.type.apiVersion), "kind": .string("\(kind.type.kind)List"),
            "metadata": .object(metadata),
        ]
        var bytes = head.serialized()
        bytes.removeLast()
        bytes.reserveCapacity(bytes.count + objects.reduce(16) { $0 + $1.count + 1 })
        bytes += Array(",\"items\":[".utf8)
        for (index, object) in objects.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += object
        }
        bytes += Array("]}".utf8)
        return bytes
    }

    private func served(_ object: StoredObject, _ kind: ServedKind) -> [UInt8] {
        kind.traits.storage == nil ? object.bytes : kind.served(object.value).serialized()
    }

    private func table(
        _ objects: [StoredObject],
        _ kind: ServedKind,
        metadata: JSONObject,
        withColumns: Bool
    ) -> JSONValue {
        let columns = [PrinterColumn.name] + kind.columns + [PrinterColumn.age]
        let now = now()
        let rows = objects.map { stored -> JSONValue in
            let object = kind.served(stored.value)
            var row: JSONObject = ["cells": .array(columns.map { $0.cell(object, now) })]
            switch rowObject {
            case .metadata: row["object"] = Self.metadata(of: object)
            case .object: row["object"] = object
            case .none: break
            }
            return .object(row)
        }
        let definitions = columns.map { column -> JSONValue in
            [
                "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
                "description": .string(column.description), "priority": .number(JSONNumber(column.priority)),
            ]
        }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
            "columnDefinitions": withColumns ? .array(definitions) : [], "rows": .array(rows),
        ]
    }

    private static func metadata(of object: JSONValue) -> JSONValue {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": object["metadata"] ?? .object([:]),
        ]
    }
}
