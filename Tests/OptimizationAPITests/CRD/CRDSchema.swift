import JSON

/// The schema of the CustomResourceDefinition as a list of fields.
struct CRDSchema {
    /// A field, at a path such as `spec.parameters[].name`.
    struct Field {
        let path: String
        let schema: JSONValue
        let isRequired: Bool

        /// A member of its schema.
        subscript(key: String) -> JSONValue? { schema[key] }
    }

    /// All fields of `spec` and `status`, in the order of the file's names, each before those below it.
    let fields: [Field]

    init(_ crd: JSONValue) {
        let root = crd["spec"]?["versions"]?[0]?["schema"]?["openAPIV3Schema"] ?? .null
        var fields: [Field] = []
        CRDSchema.collect(root, "", &fields)
        self.fields = fields.filter { $0.path.hasPrefix("spec") || $0.path.hasPrefix("status") }
    }

    /// The fields below a path that have a member, by path.
    func values(of key: String, under prefix: String) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for field in fields where field.path.hasPrefix(prefix) {
            values[field.path] = field[key]
        }
        return values
    }

    private static func collect(_ schema: JSONValue, _ path: String, _ fields: inout [Field]) {
        let required = (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue)
        for (name, member) in schema["properties"]?.objectValue ?? [:] {
            let path = path.isEmpty ? name : "\(path).\(name)"
            fields.append(Field(path: path, schema: member, isRequired: required.contains(name)))
            collect(member, path, &fields)
        }
        if let items = schema["items"] {
            if items["type"] != "object" {
                fields.append(Field(path: path + "[]", schema: items, isRequired: false))
            }
            collect(items, path + "[]", &fields)
        }
    }

    /// The paths of all members of a value, written like those of fields.
    static func paths(of value: JSONValue, _ path: String) -> Set<String> {
        switch value {
        case .object(let object):
            object.reduce(into: []) { paths, member in
                let path = "\(path).\(member.0)"
                paths.insert(path)
                paths.formUnion(CRDSchema.paths(of: member.1, path))
            }
        case .array(let list):
            list.reduce(into: []) { paths, element in
                if element.objectValue == nil { paths.insert(path + "[]") }
                paths.formUnion(CRDSchema.paths(of: element, path + "[]"))
            }
        default: []
        }
    }
}
