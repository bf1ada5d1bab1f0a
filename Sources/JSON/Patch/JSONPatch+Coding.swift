extension JSONPatch {
    /// As many operations as Kubernetes takes in one patch.
    public static let maximumOperations = 10_000

    /// Reads a patch document: an array of operation objects. Members that an operation does not use are ignored,
    /// as RFC 6902 §4 asks.
    /// - Throws: Which operation is malformed and how, or that there are more than ``maximumOperations``.
    public init(decoding json: JSONValue) throws(JSONPatchError) {
        guard case .array(let elements) = json else {
            throw JSONPatchError(reason: .malformed("expected an array of operations, found \(json.kindDescription)"))
        }
        guard elements.count <= Self.maximumOperations else {
            throw JSONPatchError(reason: .tooManyOperations(maximum: Self.maximumOperations))
        }
        operations = []
        operations.reserveCapacity(elements.count)
        for (number, element) in elements.enumerated() {
            do throws(Malformed) {
                operations.append(try Operation(decoding: element))
            } catch {
                throw JSONPatchError(operation: number, reason: .malformed(error.sentence))
            }
        }
    }

    /// The patch document.
    public var json: JSONValue {
        .array(operations.map(\.json))
    }

    /// What is wrong with one operation object.
    fileprivate struct Malformed: Error {
        var sentence: String
    }
}

extension JSONPatch.Operation {
    /// The operation object, its members in the order of RFC 6902's examples.
    public var json: JSONValue {
        switch self {
        case .add(let path, let value), .replace(let path, let value), .test(let path, let value):
            ["op": .string(name), "path": .string(path.description), "value": value]
        case .remove(let path):
            ["op": .string(name), "path": .string(path.description)]
        case .move(let from, let path), .copy(let from, let path):
            ["op": .string(name), "from": .string(from.description), "path": .string(path.description)]
        }
    }

    fileprivate init(decoding json: JSONValue) throws(JSONPatch.Malformed) {
        guard case .object(let members) = json else {
            throw JSONPatch.Malformed(sentence: "expected an operation object, found \(json.kindDescription)")
        }
        let name = try Self.string("op", of: members)
        switch name {
        case "add":
            self = .add(path: try Self.pointer("path", of: members), value: try Self.value(of: members, for: name))
        case "remove": self = .remove(path: try Self.pointer("path", of: members))
        case "replace":
            self = .replace(path: try Self.pointer("path", of: members), value: try Self.value(of: members, for: name))
        case "move":
            self = .move(from: try Self.pointer("from", of: members), path: try Self.pointer("path", of: members))
        case "copy":
            self = .copy(from: try Self.pointer("from", of: members), path: try Self.pointer("path", of: members))
        case "test":
            self = .test(path: try Self.pointer("path", of: members), value: try Self.value(of: members, for: name))
        default:
            throw JSONPatch.Malformed(
                sentence: "unknown op \(JSONValue.string(name).abbreviated); "
                    + "expected add, remove, replace, move, copy or test"
            )
        }
    }

    private static func string(_ key: String, of members: JSONObject) throws(JSONPatch.Malformed) -> String {
        guard let value = members[key] else { throw JSONPatch.Malformed(sentence: "member \"\(key)\" is missing") }
        guard case .string(let text) = value else {
            throw JSONPatch.Malformed(sentence: "member \"\(key)\" must be a string, not \(value.kindDescription)")
        }
        return text
    }

    private static func pointer(_ key: String, of members: JSONObject) throws(JSONPatch.Malformed) -> JSONPointer {
        let text = try string(key, of: members)
        do {
            return try JSONPointer(parsing: text)
        } catch {
            throw JSONPatch.Malformed(sentence: "member \"\(key)\": \(error)")
        }
    }

    private static func value(of members: JSONObject, for op: String) throws(JSONPatch.Malformed) -> JSONValue {
        guard let value = members["value"] else {
            throw JSONPatch.Malformed(sentence: "member \"value\" is missing, which \(op) needs")
        }
        return value
    }
}

extension JSONValue {
    /// The compact text for an error message, cut after 80 characters or so.
    var abbreviated: String {
        switch self {
        case .array(let elements) where !elements.isEmpty: return "an array of \(elements.count)"
        case .object(let object) where !object.isEmpty: return "an object of \(object.count)"
        case .string(let text) where text.unicodeScalars.count > 80:
            var start = String.UnicodeScalarView()
            start.append(contentsOf: text.unicodeScalars.prefix(80))
            return JSONValue.string(String(start)).description + "…"
        default: return description
        }
    }
}
