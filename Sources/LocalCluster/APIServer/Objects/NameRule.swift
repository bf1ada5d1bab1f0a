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
            return Self.subdomainProblems(name, field: field)
        case .label:
            guard name.utf8.count <= 63 else { return [Self.tooLong(field, 63)] }
            guard Names.isLabel(name.utf8) else {
                return [
                    .invalid(
                        field,
                        .string(name),
                        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
                            + "and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
                            + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
                    )
                ]
            }
            return []
        case .trainJob:
            var problems = Self.subdomainProblems(name, field: field)
            // Rules on the whole object have no field to name; the API server prints its nil path.
            if problems.isEmpty, !Names.isRFC1035Label(name.utf8) {
                problems.append(.invalid("<nil>", nil, "metadata.name must match RFC 1035 DNS label format"))
            }
            if name.utf8.count > 63, name.utf8.count <= 253 {
                problems.append(.invalid("<nil>", nil, "metadata.name must be no more than 63 characters"))
            }
            return problems
        }
    }

    private static func subdomainProblems(_ name: String, field: String) -> [StatusCause] {
        NameRules.subdomainProblems(name).map { .invalid(field, .string(name), $0) }
    }

    private static func tooLong(_ field: String, _ length: Int) -> StatusCause {
        .invalid(field, nil, "must be no more than \(length) characters")
    }
}

/// The shapes of names that are one DNS label.
enum Names {
    /// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
    static func isLabel(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last, isLowerAlphanumeric(first), isLowerAlphanumeric(last) else {
            return false
        }
        return text.allSatisfy { isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    /// `[a-z]([-a-z0-9]*[a-z0-9])?`
    static func isRFC1035Label(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        guard let first = text.first, UInt8(ascii: "a") <= first, first <= UInt8(ascii: "z") else { return false }
        return isLabel(text)
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a") <= byte && byte <= UInt8(ascii: "z") || UInt8(ascii: "0") <= byte && byte <= UInt8(ascii: "9")
    }
}
