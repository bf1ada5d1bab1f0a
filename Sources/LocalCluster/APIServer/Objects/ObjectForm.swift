import JSON
import Kubernetes

/// Turns what a client sent into an object of its kind: decoded, of the right kind, with orderly metadata.
///
/// There is no schema here: everything outside `metadata` is kept as it came. The webhooks say what a spec may hold.
struct ObjectForm: Sendable {
    let kind: ServedKind

    /// Reads a request's body.
    ///
    /// - Throws: 400 for what is no JSON object, 413 for what is too large, and what `normalized` throws.
    func decode(_ body: [UInt8]) throws(Status) -> JSONValue {
        try normalized(Self.parse(body, kind: kind))
    }

    /// The object with apiVersion, kind and metadata in front, and only the known members of metadata.
    ///
    /// A missing apiVersion or kind is that of the path.
    func normalized(_ value: JSONValue) throws(Status) -> JSONValue {
        guard let given = value.objectValue else {
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(kind.type.kind)): couldn't get version/kind; "
                    + "json parse error: json: cannot unmarshal \(Self.typeName(value)) into Go value of type "
                    + "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string "
                    + "\"json:\\\"kind,omitempty\\\"\" }"
            )
        }
        try checkKind(given)
        var object: JSONObject = [
            "apiVersion": .string(kind.type.apiVersion), "kind": .string(kind.type.kind),
            "metadata": .object(try ObjectMetadata.normalized(given["metadata"], kind: kind)),
        ]
        for (key, member) in given where !["apiVersion", "kind", "metadata", "status"].contains(key) {
            object[key] = member
        }
        if let status = given["status"], !status.isNull { object["status"] = status }
        let result = JSONValue.object(object)
        try ObjectSize.check(result)
        try kind.traits.rules?.checkShape(result, kind: kind)
        return result
    }

    /// A body as JSON, before anything is known about it.
    static func parse(_ body: [UInt8], kind: ServedKind) throws(Status) -> JSONValue {
        guard body.count <= ObjectSize.maximumBytes else { throw .tooLarge }
        do {
            return try JSONValue(parsing: body)
        } catch {
            let begin = String(decoding: body.prefix(30), as: UTF8.self)
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(kind.type.kind)): couldn't get version/kind; "
                    + "json parse error: \(error) (\(begin)\(body.count > 30 ? " ..." : ""))"
            )
        }
    }

    private func checkKind(_ given: JSONObject) throws(Status) {
        let name = given["kind"]?.stringValue ?? ""
        let version = given["apiVersion"]?.stringValue ?? ""
        for key in ["kind", "apiVersion"] {
            guard let value = given[key], !value.isNull, value.stringValue == nil else { continue }
            throw .undecodable(
                kind,
                "json: cannot unmarshal \(Self.typeName(value)) into Go struct field .\(key) of type string"
            )
        }
        if !version.isEmpty, version != kind.type.apiVersion {
            throw .badRequest(
                "the API version in the data (\(version)) does not match the expected API version (\(kind.type.apiVersion))"
            )
        }
        guard !name.isEmpty, name != kind.type.kind else { return }
        guard kind.traits.isCustom else {
            throw .badRequest(
                "\(name) in version \(Quoted(kind.type.version)) cannot be handled as a \(kind.type.kind): "
                    + "no kind \(Quoted(name)) is served at this path"
            )
        }
        throw .invalid(
            kind: name,
            group: kind.type.group,
            name: given["metadata"]?["name"]?.stringValue ?? "",
            causes: [.invalid("kind", .string(name), "must be \(kind.type.kind)")]
        )
    }

    private static func typeName(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
