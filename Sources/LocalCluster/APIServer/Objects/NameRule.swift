import JSON
import Kubernetes

/// What a kind's names may look like.
enum NameRule: Sendable {
    /// RFC 1123 subdomain: most kinds.
    case subdomain
    /// RFC 1123 label: namespaces.
    case label
    /// A subdomain for every custom resource, and then RFC 1035 and 63 characters by the TrainJob's own rules.
    case trainJob

    /// What is wrong with a name.
    func problems(_ name: String) -> [StatusCause] {
        let field = "metadata.name"
        switch self {
        case .subdomain:
            return NameRules.subdomainProblems(name).map { .invalid(field, .string(name), $0) }
        case .label:
            return NameRules.labelProblems(name).map { .invalid(field, .string(name), $0) }
        case .trainJob:
            var problems = NameRule.subdomain.problems(name)
            // Rules on the whole object have no field to name; the API server prints its nil path.
            if problems.isEmpty, !NameRule.isRFC1035Label(name.utf8) {
                problems.append(.invalid("<nil>", nil, "metadata.name must match RFC 1035 DNS label format"))
            }
            if name.utf8.count > 63, name.utf8.count <= 253 {
                problems.append(.invalid("<nil>", nil, "metadata.name must be no more than 63 characters"))
            }
            return problems
        }
    }

    /// Whether a subdomain is one label that begins with a letter.
    private static func isRFC1035Label(_ subdomain: String.UTF8View) -> Bool {
        guard let first = subdomain.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return !subdomain.contains(UInt8(ascii: "."))
    }
}
