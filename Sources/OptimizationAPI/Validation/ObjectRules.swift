import JSON
import Kubernetes

/// Rules on the object as a whole: what it is, its name, and that it has a spec.
enum ObjectRules {
    private static let members = Members("apiVersion", "kind", "metadata", "spec", "status")
    private static let typeMembers = [
        ("apiVersion", ResourceType.optimizationJobs.apiVersion), ("kind", ResourceType.optimizationJobs.kind),
    ]

    static func check(_ object: JSONValue, _ options: ValidationOptions, _ findings: inout Findings) {
        guard case .object(let root) = object else {
            findings.wrongType(object, expected: "object")
            return
        }
        for (field, expected) in typeMembers {
            guard let value = findings.string(field, in: root, required: true) else { continue }
            if value != expected {
                findings.add(at: field, .invalid, .string(value), "must be \(expected)")
            }
        }
        var name = ""
        if let metadata = findings.object("metadata", in: root, required: true) {
            name = metadata["name"]?.stringValue ?? ""
            findings.at("metadata") { findings in
                checkName(in: metadata, &findings)
                checkNamespace(in: metadata, &findings)
                checkOwners(in: metadata, &findings)
                LabelRules.check(metadata, &findings)
            }
        }
        if let spec = findings.object("spec", in: root, required: true) {
            findings.at("spec") { SpecRules.check(spec, name: name, options, &$0) }
        }
        findings.checkMembers(of: root, members)
    }

    private static func checkName(in metadata: JSONObject, _ findings: inout Findings) {
        let before = findings.errors.count
        let name = findings.string("name", in: metadata) ?? ""
        let generateName = findings.string("generateName", in: metadata) ?? ""
        guard findings.errors.count == before else { return }
        if name.isEmpty, generateName.isEmpty {
            findings.add(at: "name", .required, nil, "name or generateName is required")
        }
        if !name.isEmpty {
            for problem in NameRules.subdomainProblems(name) {
                findings.add(at: "name", .invalid, .string(name), problem)
            }
        }
        if !generateName.isEmpty {
            // What is added to it follows a dash well, so the beginning of a name may end in one.
            let endsInDash = generateName != "-" && generateName.hasSuffix("-")
            let start = endsInDash ? generateName.dropLast() + "a" : generateName
            for problem in NameRules.subdomainProblems(start) {
                findings.add(at: "generateName", .invalid, .string(generateName), problem)
            }
        }
    }

    private static func checkOwners(in metadata: JSONObject, _ findings: inout Findings) {
        guard let owners = findings.list("ownerReferences", in: metadata, count: 0...(.max)) else { return }
        findings.forEachObject(of: owners, at: "ownerReferences") { _, owner, findings in
            for field in ["apiVersion", "kind", "name", "uid"] {
                guard findings.string(field, in: owner, required: true) == "" else { continue }
                findings.add(at: field, .invalid, "", "must not be empty")
            }
        }
    }

    private static func checkNamespace(in metadata: JSONObject, _ findings: inout Findings) {
        guard let namespace = findings.string("namespace", in: metadata), !namespace.isEmpty else { return }
        for problem in NameRules.labelProblems(namespace) {
            findings.add(at: "namespace", .invalid, .string(namespace), problem)
        }
    }
}
