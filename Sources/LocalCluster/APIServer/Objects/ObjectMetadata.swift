import JSON
import Kubernetes

/// The members of `metadata` that are kept, and what shape each must have.
///
/// Whatever else a client sends there is dropped, as the API server drops it, `managedFields` and `selfLink` included:
/// field ownership is not tracked here.
enum ObjectMetadata {
    enum Shape: Sendable {
        case text
        case integer
        case texts
        case textMap
        case references
    }

    /// In the order in which they are sent.
    static let members: [(name: String, shape: Shape)] = [
        ("name", .text), ("generateName", .text), ("namespace", .text), ("uid", .text), ("resourceVersion", .text),
        ("generation", .integer), ("creationTimestamp", .text), ("deletionTimestamp", .text),
        ("deletionGracePeriodSeconds", .integer), ("labels", .textMap), ("annotations", .textMap),
        ("ownerReferences", .references), ("finalizers", .texts),
    ]

    /// `metadata` with the known members only, empty ones left out.
    ///
    /// - Throws: 400 if a member has the wrong type.
    static func normalized(_ metadata: JSONValue?, kind: ServedKind) throws(Status) -> JSONObject {
        var normalized = JSONObject()
        guard let metadata, !metadata.isNull else { return normalized }
        guard let given = metadata.objectValue else {
            throw wrongType(metadata, at: "metadata", expected: "v1.ObjectMeta", kind: kind)
        }
        for (name, shape) in members {
            guard let value = given[name], !value.isNull else { continue }
            if let kept = try member(value, shape: shape, path: "metadata.\(name)", kind: kind) {
                normalized[name] = kept
            }
        }
        return normalized
    }

    /// - Returns: `nil` if the value is empty.
    private static func member(
        _ value: JSONValue,
        shape: Shape,
        path: String,
        kind: ServedKind
    ) throws(Status) -> JSONValue? {
        switch shape {
        case .text:
            guard let text = value.stringValue else { throw wrongType(value, at: path, expected: "string", kind: kind) }
            return text.isEmpty ? nil : value
        case .integer:
            guard value.int64Value != nil else { throw wrongType(value, at: path, expected: "int64", kind: kind) }
            return value
        case .texts:
            guard let elements = value.arrayValue else {
                throw wrongType(value, at: path, expected: "[]string", kind: kind)
            }
            for element in elements where element.stringValue == nil {
                throw wrongType(element, at: path, expected: "string", kind: kind)
            }
            return elements.isEmpty ? nil : value
        case .textMap:
            guard let entries = value.objectValue else {
                throw wrongType(value, at: path, expected: "map[string]string", kind: kind)
            }
            for (_, entry) in entries where entry.stringValue == nil {
                throw wrongType(entry, at: path, expected: "string", kind: kind)
            }
            return entries.isEmpty ? nil : value
        case .references:
            guard let elements = value.arrayValue else {
                throw wrongType(value, at: path, expected: "[]v1.OwnerReference", kind: kind)
            }
            for element in elements {
                guard element.objectValue != nil else {
                    throw wrongType(element, at: path, expected: "v1.OwnerReference", kind: kind)
                }
                for name in ["apiVersion", "kind", "name", "uid"] {
                    guard let text = element[name], !text.isNull else { continue }
                    guard text.stringValue != nil else {
                        throw wrongType(text, at: "\(path).\(name)", expected: "string", kind: kind)
                    }
                }
                for name in ["controller", "blockOwnerDeletion"] {
                    guard let flag = element[name], !flag.isNull else { continue }
                    guard flag.boolValue != nil else {
                        throw wrongType(flag, at: "\(path).\(name)", expected: "bool", kind: kind)
                    }
                }
            }
            return elements.isEmpty ? nil : value
        }
    }

    /// Worded as Go's decoder does.
    private static func wrongType(
        _ value: JSONValue,
        at path: String,
        expected: String,
        kind: ServedKind
    ) -> Status {
        let found =
            switch value {
            case .null: "null"
            case .bool: "bool"
            case .number: "number"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            }
        return .badRequest(
            "\(kind.type.kind) in version \(Quoted(kind.type.version)) cannot be handled as a \(kind.type.kind): "
                + "json: cannot unmarshal \(found) into Go struct field ObjectMeta.\(path) of type \(expected)"
        )
    }
}
