import Kubernetes
import Testing

@Suite("The rules on names")
struct NameRulesTests {
    /// Bytes that matter to the rules, one that is never allowed, and characters of more than one byte or scalar.
    private static let pieces = ["a", "Z", "7", "-", "_", ".", "/", " ", "é", "\u{301}"]

    /// Every text of up to four of them.
    private static var texts: [String] {
        var texts = [""]
        var longest = [""]
        for _ in 0..<4 {
            longest = longest.flatMap { text in pieces.map { text + $0 } }
            texts += longest
        }
        return texts
    }

    @Test("agree with Kubernetes' regular expressions about every short text")
    func agreement() {
        for text in Self.texts {
            #expect(NameRules.subdomainProblems(text).isEmpty == Expected.isSubdomain(text), "\(text.debugDescription)")
            #expect(NameRules.labelProblems(text).isEmpty == Expected.isLabel(text), "\(text.debugDescription)")
            #expect(NameRules.labelKeyProblems(text).isEmpty == Expected.isLabelKey(text), "\(text.debugDescription)")
            #expect(
                NameRules.annotationKeyProblems(text).isEmpty == Expected.isLabelKey(text.lowercased()),
                "\(text.debugDescription)"
            )
            #expect(
                NameRules.labelValueProblems(text).isEmpty == (text.isEmpty || Expected.isWord(text)),
                "\(text.debugDescription)"
            )
        }
    }

    @Test(
        "count each part of a label's key by itself",
        arguments: [(253, 63, true), (254, 63, false), (253, 64, false), (1, 1, true)]
    )
    func lengths(prefix: Int, name: Int, isValid: Bool) {
        let key = String(repeating: "a", count: prefix) + "/" + String(repeating: "b", count: name)
        #expect(NameRules.labelKeyProblems(key).isEmpty == isValid)
    }

    @Test("complain about both parts of a label's key")
    func complaints() {
        let problems = NameRules.labelKeyProblems("A/")
        #expect(problems.count == 3)
        #expect(problems.first?.hasPrefix("prefix part a lowercase RFC 1123 subdomain must consist of") == true)
        #expect(problems.dropFirst().first == "name part must be non-empty")
        #expect(problems.last?.hasPrefix("name part must consist of alphanumeric characters") == true)
    }
}

/// The regular expressions of the complaints, taken apart at their separators.
private enum Expected {
    static func isSubdomain(_ text: String) -> Bool {
        split(text, at: ".").allSatisfy { isWord($0, middle: "-", upper: false) }
    }

    static func isLabel(_ text: String) -> Bool {
        isWord(text, middle: "-", upper: false)
    }

    static func isLabelKey(_ text: String) -> Bool {
        let parts = split(text, at: "/")
        return parts.count == 1 && isWord(text) || parts.count == 2 && isSubdomain(parts[0]) && isWord(parts[1])
    }

    /// Whether a text begins and ends with a letter or a digit, and has only such and those of `middle` between.
    static func isWord(_ text: String, middle: String = "-_.", upper: Bool = true) -> Bool {
        let ends = "abcdefghijklmnopqrstuvwxyz0123456789" + (upper ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ" : "")
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first, let last = scalars.last else { return false }
        return ends.unicodeScalars.contains(first) && ends.unicodeScalars.contains(last)
            && scalars.allSatisfy { (ends + middle).unicodeScalars.contains($0) }
    }

    private static func split(_ text: String, at separator: Unicode.Scalar) -> [String] {
        text.unicodeScalars.split(separator: separator, omittingEmptySubsequences: false).map { String($0) }
    }
}
