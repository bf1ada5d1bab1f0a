/// What names, label keys and label values may look like, with complaints in an API server's words.
///
/// Source: `validation` in Kubernetes' `apimachinery/pkg/util`.
public enum NameRules {
    /// The name of most objects: a lower case RFC 1123 subdomain of at most 253 characters.
    ///
    /// - Returns: What is wrong with it; empty when nothing is.
    public static func subdomainProblems(_ name: String) -> [String] {
        var problems: [String] = []
        if name.utf8.count > 253 { problems.append("must be no more than 253 characters") }
        if !isSubdomain(name) {
            problems.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                    + #"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#
            )
        }
        return problems
    }

    /// The key of a label or an annotation: a name of at most 63 characters, with or without `subdomain/` before it.
    ///
    /// - Returns: What is wrong with it; empty when nothing is.
    public static func labelKeyProblems(_ key: String) -> [String] {
        let format =
            "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
            + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
            + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.last else {
            return [
                "a qualified name \(format) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ]
        }
        var problems: [String] = []
        if parts.count == 2, let prefix = parts.first {
            problems +=
                prefix.isEmpty
                ? ["prefix part must be non-empty"] : subdomainProblems(String(prefix)).map { "prefix part \($0)" }
        }
        if name.isEmpty {
            problems.append("name part must be non-empty")
        } else if name.utf8.count > 63 {
            problems.append("name part must be no more than 63 characters")
        }
        if !isLabelWord(name.utf8) { problems.append("name part \(format)") }
        return problems
    }

    /// A label's value: empty, or a name of at most 63 characters.
    ///
    /// - Returns: What is wrong with it; empty when nothing is.
    public static func labelValueProblems(_ value: String) -> [String] {
        var problems: [String] = []
        if value.utf8.count > 63 { problems.append("must be no more than 63 characters") }
        if !value.isEmpty, !isLabelWord(value.utf8) {
            problems.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex "
                    + "used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
            )
        }
        return problems
    }

    private static func isSubdomain(_ name: String) -> Bool {
        name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.first, let last = label.last else { return false }
            return first.isLowerOrDigit && last.isLowerOrDigit
                && label.allSatisfy { $0.isLowerOrDigit || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isLabelWord(_ word: some BidirectionalCollection<UInt8>) -> Bool {
        guard let first = word.first, let last = word.last else { return false }
        return first.isAlphanumeric && last.isAlphanumeric
            && word.allSatisfy {
                $0.isAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
            }
    }
}

extension UInt8 {
    fileprivate var isLowerOrDigit: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }

    fileprivate var isAlphanumeric: Bool {
        isLowerOrDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
    }
}
