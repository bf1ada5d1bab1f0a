import JSON

/// What names, label keys and label values may look like, with complaints in an API server's words.
///
/// Source: `validation` in Kubernetes' `apimachinery/pkg/util`.
public enum NameRules {
    /// The name of most objects: a lower case RFC 1123 subdomain of at most 253 characters.
    ///
    /// - Returns: What is wrong with it; empty when nothing is.
    public static func subdomainProblems(_ name: String) -> [String] {
        var problems: [String] = []
        if name.utf8.count > subdomainLimit { problems.append("must be no more than \(subdomainLimit) characters") }
        if !name.withUTF8Bytes(isSubdomain) {
            problems.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                    + #"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#
            )
        }
        return problems
    }

    /// The name of a namespace, and of what becomes a host's name: a lower case RFC 1123 label of at most 63 characters.
    ///
    /// - Returns: What is wrong with it; empty when nothing is.
    public static func labelProblems(_ name: String) -> [String] {
        var problems: [String] = []
        if name.utf8.count > wordLimit { problems.append("must be no more than \(wordLimit) characters") }
        if !name.withUTF8Bytes({ isSubdomain($0) && !$0.contains(UInt8(ascii: ".")) }) {
            problems.append(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
                    + "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
                    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            )
        }
        return problems
    }

    /// The key of a label: a name of at most 63 characters, with or without `subdomain/` before it.
    ///
    /// - Returns: What is wrong with it; empty when nothing is.
    public static func labelKeyProblems(_ key: String) -> [String] {
        // Nearly every key is right, and saying what is wrong with one takes far longer than seeing that nothing is.
        key.withUTF8Bytes(isLabelKey) ? [] : complaints(aboutLabelKey: key)
    }

    /// The key of an annotation: as a label's, but there may be capitals before the slash too.
    ///
    /// - Returns: What is wrong with it; empty when nothing is.
    public static func annotationKeyProblems(_ key: String) -> [String] {
        labelKeyProblems(key.lowercased())
    }

    private static func complaints(aboutLabelKey key: String) -> [String] {
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
        } else if name.utf8.count > wordLimit {
            problems.append("name part must be no more than \(wordLimit) characters")
        }
        if !String(name).withUTF8Bytes(isLabelWord) { problems.append("name part \(format)") }
        return problems
    }

    /// A label's value: empty, or a name of at most 63 characters.
    ///
    /// - Returns: What is wrong with it; empty when nothing is.
    public static func labelValueProblems(_ value: String) -> [String] {
        var problems: [String] = []
        if value.utf8.count > wordLimit { problems.append("must be no more than \(wordLimit) characters") }
        if !value.isEmpty, !value.withUTF8Bytes(isLabelWord) {
            problems.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex "
                    + "used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
            )
        }
        return problems
    }

    private static let subdomainLimit = 253
    private static let wordLimit = 63

    private static func isLabelKey(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
        var name = key
        if let slash = key.firstIndex(of: UInt8(ascii: "/")) {
            let prefix = UnsafeBufferPointer(rebasing: key[..<slash])
            guard prefix.count <= subdomainLimit, isSubdomain(prefix) else { return false }
            name = UnsafeBufferPointer(rebasing: key[(slash + 1)...])
        }
        return name.count <= wordLimit && isLabelWord(name)
    }

    /// Whether there are labels between dots, each of which begins and ends with a letter or a digit.
    private static func isSubdomain(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        var previous = UInt8(ascii: ".")
        for byte in name {
            switch byte {
            case UInt8(ascii: "."): guard previous.isLowerOrDigit else { return false }
            case UInt8(ascii: "-"): guard previous != UInt8(ascii: ".") else { return false }
            default: guard byte.isLowerOrDigit else { return false }
            }
            previous = byte
        }
        return previous.isLowerOrDigit
    }

    private static func isLabelWord(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
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
