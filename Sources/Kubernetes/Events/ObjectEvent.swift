import JSON

/// Something that happened to an object, for its users to read.
public struct ObjectEvent: Sendable, Hashable {
    /// How users should take it.
    public enum Severity: String, Sendable, Hashable {
        /// All is well.
        case normal = "Normal"
        /// Something needs attention.
        case warning = "Warning"
    }

    /// How users should take it.
    public var severity: Severity
    /// What happened it to.
    public var regarding: ObjectReference
    /// What else has to do with it.
    public var related: ObjectReference?
    /// Why, as one CamelCase word.
    public var reason: String
    /// What the controller did, as one CamelCase word, such as `CreateTrial`.
    public var action: String
    /// What happened, in a sentence.
    public var note: String

    /// Describes an event.
    public init(
        _ severity: Severity,
        regarding: ObjectReference,
        related: ObjectReference? = nil,
        reason: String,
        action: String,
        note: String
    ) {
        self.severity = severity
        self.regarding = regarding
        self.related = related
        self.reason = reason
        self.action = action
        self.note = note
    }

    /// The event as an API server takes it: words are cut to the lengths it allows, and none is empty.
    ///
    /// Source: `ValidateEventCreate` in Kubernetes' `core/validation`.
    func json(at moment: MicroTimestamp, number: UInt32, controller: String, instance: String) -> JSONValue {
        func word(_ text: String, _ otherwise: String, _ bytes: Int) -> JSONValue {
            .string(text.isEmpty ? otherwise : text.cut(toBytes: bytes))
        }
        // The time makes names unique across restarts, the number within a microsecond.
        let suffix =
            String(UInt64(max(0, moment.microsecondsSinceEpoch)), radix: 16) + String(number & 0xFFFF, radix: 16)
        let name = "\(regarding.name.cut(toBytes: 200, ellipsis: "")).\(suffix)"
        let namespace = regarding.namespace.isEmpty ? "default" : regarding.namespace
        var object: JSONObject = [
            "apiVersion": .string(ResourceType.events.apiVersion),
            "kind": .string(ResourceType.events.kind),
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "eventTime": .string(moment.description),
            "reportingController": word(controller, "unknown", 253),
            "reportingInstance": word(instance, "unknown", 128),
            "action": word(action, "Unknown", 128),
            "reason": word(reason, "Unknown", 128),
            "regarding": regarding.json,
        ]
        if let related { object["related"] = related.json }
        object["note"] = .string(note.cut(toBytes: 1024))
        object["type"] = .string(severity.rawValue)
        return .object(object)
    }
}

/// A reference to an object from an event.
public struct ObjectReference: Sendable, Hashable {
    /// The object's group and version.
    public var apiVersion: String
    /// Its kind.
    public var kind: String
    /// Its namespace; empty outside namespaces.
    public var namespace: String
    /// Its name.
    public var name: String
    /// Its UID; empty when unknown.
    public var uid: String

    /// Makes a reference.
    public init(apiVersion: String, kind: String, namespace: String, name: String, uid: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }

    /// A reference to an object of a type.
    public init(_ type: ResourceType, _ metadata: ObjectMeta) {
        self.init(
            apiVersion: type.apiVersion,
            kind: type.kind,
            namespace: metadata.namespace,
            name: metadata.name,
            uid: metadata.uid
        )
    }

    /// The reference as an event carries it; what is empty is left out.
    public var json: JSONValue {
        var object = JSONObject()
        let fields = [
            ("kind", kind), ("namespace", namespace), ("name", name), ("uid", uid), ("apiVersion", apiVersion),
        ]
        for (key, text) in fields where !text.isEmpty { object[key] = .string(text) }
        return .object(object)
    }
}

extension String {
    /// The beginning of this text that fits into some bytes, with an ellipsis where it was cut.
    func cut(toBytes limit: Int, ellipsis: String = "…") -> String {
        guard utf8.count > limit else { return self }
        var bytes = 0
        let kept = prefix { character in
            bytes += character.utf8.count
            return bytes <= limit - ellipsis.utf8.count
        }
        return kept + ellipsis
    }
}
