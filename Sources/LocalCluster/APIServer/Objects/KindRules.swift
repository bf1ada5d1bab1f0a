import JSON
import Kubernetes

/// What one built-in kind demands beyond what all objects share.
protocol KindRules: Sendable {
    /// Fills in what was left out, in the form the object is served in.
    func defaulted(_ object: JSONValue) -> JSONValue
    /// 400 for what the kind's decoder would not take.
    func checkShape(_ object: JSONValue, kind: ServedKind) throws(Status)
    /// - Parameter old: the object before the update, `nil` when it is being created.
    func problems(_ object: JSONValue, old: JSONValue?) -> [StatusCause]
}

extension KindRules {
    func defaulted(_ object: JSONValue) -> JSONValue { object }
    func checkShape(_ object: JSONValue, kind: ServedKind) throws(Status) {}
    func problems(_ object: JSONValue, old: JSONValue?) -> [StatusCause] { [] }
}

/// Namespaces carry their own name as a label, so that selectors can pick them by name.
struct NamespaceRules: KindRules {
    func defaulted(_ object: JSONValue) -> JSONValue {
        var object = object
        if let name = object["metadata"]?["name"]?.stringValue, !name.isEmpty {
            var metadata = object["metadata"] ?? .object([:])
            var labels = metadata["labels"] ?? .object([:])
            labels["kubernetes.io/metadata.name"] = .string(name)
            metadata["labels"] = labels
            object["metadata"] = metadata
        }
        return object
    }
}

/// Secrets: a type that never changes, and the keys that a TLS secret must have.
struct SecretRules: KindRules {
    func defaulted(_ object: JSONValue) -> JSONValue {
        var object = object
        // stringData is for writing only: it lands in data, encoded.
        if let texts = object["stringData"]?.objectValue {
            var data = object["data"]?.objectValue ?? JSONObject()
            for (key, value) in texts {
                guard let text = value.stringValue else { continue }
                data[key] = .string(Base64.encode(Array(text.utf8)))
            }
            object["data"] = .object(data)
            object["stringData"] = nil
        }
        if (object["type"]?.stringValue ?? "").isEmpty { object["type"] = "Opaque" }
        return object
    }

    func checkShape(_ object: JSONValue, kind: ServedKind) throws(Status) {
        if let data = object["data"], !data.isNull {
            guard let entries = data.objectValue else {
                throw .undecodable(
                    kind,
                    "json: cannot unmarshal into Go struct field Secret.data of type map[string][]uint8"
                )
            }
            for (_, value) in entries {
                guard let text = value.stringValue, Base64.decode(text) != nil else {
                    throw .undecodable(kind, "illegal base64 data in Secret.data")
                }
            }
        }
        for (_, value) in object["stringData"]?.objectValue ?? [:] where value.stringValue == nil {
            throw .undecodable(kind, "json: cannot unmarshal into Go struct field Secret.stringData of type string")
        }
        if let type = object["type"], !type.isNull, type.stringValue == nil {
            throw .undecodable(kind, "json: cannot unmarshal into Go struct field Secret.type of type v1.SecretType")
        }
    }

    func problems(_ object: JSONValue, old: JSONValue?) -> [StatusCause] {
        let type = object["type"]?.stringValue ?? ""
        var problems: [StatusCause] = []
        if let before = old?["type"]?.stringValue, before != type {
            return [.invalid("type", .string(type), "field is immutable")]
        }
        for (key, _) in object["data"]?.objectValue ?? [:] where !isDataKey(key) {
            problems.append(.invalid("data[\(key)]", .string(key), dataKeyRule))
        }
        if type == "kubernetes.io/tls" {
            for key in ["tls.crt", "tls.key"] where object["data"]?[key] == nil {
                problems.append(.required("data[\(key)]"))
            }
        }
        if let before = old, before["immutable"]?.boolValue == true {
            if object["immutable"]?.boolValue != true {
                problems.append(.forbidden("immutable", "field is immutable when `immutable` is set"))
            }
            if object["data"] != before["data"] {
                problems.append(.forbidden("data", "field is immutable when `immutable` is set"))
            }
        }
        return problems
    }
}

/// ConfigMaps: text only.
struct ConfigMapRules: KindRules {
    func checkShape(_ object: JSONValue, kind: ServedKind) throws(Status) {
        guard let data = object["data"], !data.isNull else { return }
        guard let entries = data.objectValue else {
            throw .undecodable(
                kind,
                "json: cannot unmarshal into Go struct field ConfigMap.data of type map[string]string"
            )
        }
        for (_, value) in entries where value.stringValue == nil {
            throw .undecodable(kind, "json: cannot unmarshal into Go struct field ConfigMap.data of type string")
        }
    }

    func problems(_ object: JSONValue, old: JSONValue?) -> [StatusCause] {
        (object["data"]?.objectValue ?? [:]).filter { !isDataKey($0.key) }.map {
            .invalid("data[\($0.key)]", .string($0.key), dataKeyRule)
        }
    }
}

/// `[-._a-zA-Z0-9]+`, 253 characters at most.
private func isDataKey(_ key: String) -> Bool {
    guard !key.isEmpty, key.utf8.count <= 253, key != ".", key != ".." else { return false }
    return key.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

private let dataKeyRule =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    + "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
