import JSON
import Kubernetes

extension ServedKind {
    /// `events.events.k8s.io`: what controllers write.
    public static let events = ServedKind(
        type: ResourceType(group: "events.k8s.io", version: "v1", plural: "events", kind: "Event", isNamespaced: true),
        shortNames: ["ev"],
        columns: columns(subject: "regarding", message: "note"),
        traits: traits(
            storage: KindTraits.Storage(
                collection: CollectionID(group: "", plural: "events"),
                apiVersion: "v1",
                fields: [
                    ("regarding", "involvedObject"), ("note", "message"),
                    ("reportingController", "reportingComponent"), ("deprecatedSource", "source"),
                    ("deprecatedFirstTimestamp", "firstTimestamp"), ("deprecatedLastTimestamp", "lastTimestamp"),
                    ("deprecatedCount", "count"),
                ]
            ),
            subject: "regarding",
            reporter: "reportingController"
        )
    )

    /// `events` of the core group, the same objects in an older form: what `kubectl describe` reads.
    public static let coreEvents = ServedKind(
        type: ResourceType(group: "", version: "v1", plural: "events", kind: "Event", isNamespaced: true),
        shortNames: ["ev"],
        columns: columns(subject: "involvedObject", message: "message"),
        traits: traits(storage: nil, subject: "involvedObject", reporter: "reportingComponent")
    )

    private static func traits(storage: KindTraits.Storage?, subject: String, reporter: String) -> KindTraits {
        var traits = KindTraits.builtIn
        traits.createsOnUpdate = true
        traits.storage = storage
        traits.selectableFields =
            ["apiVersion", "fieldPath", "kind", "name", "namespace", "resourceVersion", "uid"].map {
                "\(subject).\($0)"
            }
            + ["reason", "type", reporter]
        traits.rules = storage == nil ? nil : EventRules()
        return traits
    }

    private static func columns(subject: String, message: String) -> [PrinterColumn] {
        [
            .path("Type", "type"),
            .path("Reason", "reason"),
            PrinterColumn(name: "Object") { object, _ in
                guard let about = object[subject], let name = about["name"]?.stringValue else { return .null }
                let kind = about["kind"]?.stringValue?.lowercased() ?? ""
                return .string(kind.isEmpty ? name : "\(kind)/\(name)")
            },
            .path("Message", message),
        ]
    }

    /// The object as it is kept, from the form it is served in.
    func stored(_ object: JSONValue) -> JSONValue {
        guard let storage = traits.storage else { return object }
        return rename(
            object,
            Dictionary(uniqueKeysWithValues: storage.fields.map { ($0.served, $0.stored) }),
            apiVersion: storage.apiVersion
        )
    }

    /// The object as it is served, from the form it is kept in.
    func served(_ object: JSONValue) -> JSONValue {
        guard let storage = traits.storage else { return object }
        return rename(
            object,
            Dictionary(uniqueKeysWithValues: storage.fields.map { ($0.stored, $0.served) }),
            apiVersion: type.apiVersion
        )
    }

    private func rename(_ object: JSONValue, _ names: [String: String], apiVersion: String) -> JSONValue {
        guard case .object(let members) = object else { return object }
        var renamed = JSONObject()
        for (key, value) in members {
            renamed[names[key] ?? key] = key == "apiVersion" ? .string(apiVersion) : value
        }
        return .object(renamed)
    }
}
