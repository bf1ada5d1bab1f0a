import JSON

/// What every object says about itself in `metadata`.
public struct ObjectMeta: Equatable, Sendable {
    /// The name; empty when absent.
    public var name: String
    /// The prefix the API server makes a name from; empty when absent.
    public var generateName: String
    /// The namespace; empty when absent or outside namespaces.
    public var namespace: String
    /// Identifies this object among all that ever had its name; empty until it is created.
    public var uid: String
    /// Changes with every write; opaque, but decimal in practice. Empty when absent.
    public var resourceVersion: String
    /// Counts changes of `spec`; 0 when absent.
    public var generation: Int64
    /// When it was created.
    public var creationTimestamp: Timestamp?
    /// When its deletion was asked for; it exists until its finalizers are gone.
    public var deletionTimestamp: Timestamp?
    /// Labels, by key.
    public var labels: [String: String]
    /// Annotations, by key.
    public var annotations: [String: String]
    /// Its owners.
    public var ownerReferences: [OwnerReference]
    /// What holds up its deletion.
    public var finalizers: [String]

    /// Makes metadata; what is not given is absent.
    public init(
        name: String = "",
        generateName: String = "",
        namespace: String = "",
        uid: String = "",
        resourceVersion: String = "",
        generation: Int64 = 0,
        creationTimestamp: Timestamp? = nil,
        deletionTimestamp: Timestamp? = nil,
        labels: [String: String] = [:],
        annotations: [String: String] = [:],
        ownerReferences: [OwnerReference] = [],
        finalizers: [String] = []
    ) {
        self.name = name
        self.generateName = generateName
        self.namespace = namespace
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.generation = generation
        self.creationTimestamp = creationTimestamp
        self.deletionTimestamp = deletionTimestamp
        self.labels = labels
        self.annotations = annotations
        self.ownerReferences = ownerReferences
        self.finalizers = finalizers
    }

    /// Reads the `metadata` of an object leniently: what is missing, or of another type, counts as absent.
    public init(_ object: JSONValue) {
        let metadata = object["metadata"] ?? .null
        func string(_ key: String) -> String { metadata[key]?.stringValue ?? "" }
        func time(_ key: String) -> Timestamp? {
            metadata[key]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        }
        name = string("name")
        generateName = string("generateName")
        namespace = string("namespace")
        uid = string("uid")
        resourceVersion = string("resourceVersion")
        generation = metadata["generation"]?.int64Value ?? 0
        creationTimestamp = time("creationTimestamp")
        deletionTimestamp = time("deletionTimestamp")
        labels = Self.strings(metadata["labels"])
        annotations = Self.strings(metadata["annotations"])
        ownerReferences = (metadata["ownerReferences"]?.arrayValue ?? []).map { OwnerReference(decoding: $0) }
        finalizers = (metadata["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// Which object this is.
    public var namespacedName: NamespacedName { NamespacedName(namespace: namespace, name: name) }

    /// Whether its deletion was asked for.
    public var isBeingDeleted: Bool { deletionTimestamp != nil }

    /// The owner that is its controller.
    public var controller: OwnerReference? { ownerReferences.first(where: \.controller) }

    /// The metadata as an object carries it; whatever is absent is left out. Labels and annotations are sorted by key, so
    /// that equal metadata has equal text.
    public var json: JSONValue {
        var object = JSONObject()
        func set(_ key: String, _ text: String) {
            if !text.isEmpty { object[key] = .string(text) }
        }
        func set(_ key: String, _ map: [String: String]) {
            guard !map.isEmpty else { return }
            var entries = JSONObject()
            for (name, value) in map.sorted(by: { $0.key < $1.key }) { entries[name] = .string(value) }
            object[key] = .object(entries)
        }
        set("name", name)
        set("generateName", generateName)
        set("namespace", namespace)
        set("uid", uid)
        set("resourceVersion", resourceVersion)
        if generation != 0 { object["generation"] = .number(JSONNumber(generation)) }
        set("creationTimestamp", creationTimestamp?.description ?? "")
        set("deletionTimestamp", deletionTimestamp?.description ?? "")
        set("labels", labels)
        set("annotations", annotations)
        if !ownerReferences.isEmpty { object["ownerReferences"] = .array(ownerReferences.map(\.json)) }
        if !finalizers.isEmpty { object["finalizers"] = .array(finalizers.map { .string($0) }) }
        return .object(object)
    }

    private static func strings(_ value: JSONValue?) -> [String: String] {
        guard let object = value?.objectValue else { return [:] }
        var strings: [String: String] = [:]
        for (key, value) in object { strings[key] = value.stringValue }
        return strings
    }
}
