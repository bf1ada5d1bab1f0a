import Testing

@testable import LocalCluster

@Suite("Variable expansion")
struct VariableExpansionTests {
    struct Case: CustomTestStringConvertible {
        var text: String
        var expected: String
        var testDescription: String { text }

        init(_ text: String, _ expected: String) {
            self.text = text
            self.expected = expected
        }
    }

    /// The cases of Kubernetes' `expand_test.go`, and a few of our own.
    static let cases = [
        Case("", ""),
        Case("$", "$"),
        Case("$(VAR_A)", "A"),
        Case("___$(VAR_B)___", "___B___"),
        Case("___$(VAR_C)", "___C"),
        Case("$(VAR_A)-$(VAR_A)", "A-A"),
        Case("$(VAR_A)-1", "A-1"),
        Case("$(VAR_A)_$(VAR_B)_$(VAR_C)", "A_B_C"),
        Case("$$(VAR_B)_$(VAR_A)", "$(VAR_B)_A"),
        Case("$$(VAR_A)_$$(VAR_B)", "$(VAR_A)_$(VAR_B)"),
        Case("f000-$$VAR_A", "f000-$VAR_A"),
        Case("foo\\$(VAR_C)bar", "foo\\Cbar"),
        Case("foo\\\\$(VAR_C)bar", "foo\\\\Cbar"),
        Case("foo$(VAR_EMPTY)bar", "foobar"),
        Case("foo$(VAR_Awhoops!", "foo$(VAR_Awhoops!"),
        Case("f00__(VAR_A)__", "f00__(VAR_A)__"),
        Case("$?_boo_$!", "$?_boo_$!"),
        Case("$VAR_A", "$VAR_A"),
        Case("${VAR_A}", "${VAR_A}"),
        Case("foo$(VAR_DNE)bar", "foo$(VAR_DNE)bar"),
        Case("$$$$$$$(VAR_A)", "$$$A"),
        Case("$$$$$$(VAR_A)", "$$$(VAR_A)"),
        Case("$(VAR_A", "$(VAR_A"),
        Case("$(VAR_A$(VAR_B)", "$(VAR_A$(VAR_B)"),
        Case("$()", "$()"),
        Case("$(VAR_REF)", "$(VAR_A)"),
        Case("ends in $", "ends in $"),
        Case("$é$(VAR_A)é", "$éAé"),
        Case("$(", "$("),
        Case("$($(VAR_A)", "$($(VAR_A)"),
        Case("$a$(VAR_A)", "$aA"),
    ]

    @Test("follows the kubelet", arguments: cases)
    func expansion(_ subject: Case) {
        let variables = ["VAR_A": "A", "VAR_B": "B", "VAR_C": "C", "VAR_REF": "$(VAR_A)", "VAR_EMPTY": ""]
        #expect(VariableExpansion.expand(subject.text, with: variables) == subject.expected)
    }

    /// Searched anew at each `$(`, one such argument takes seconds, and a command may have many.
    @Test("reads the longest text of references that never end once")
    func unended() {
        let text = String(repeating: "$(", count: VariableExpansion.limit / 2)
        #expect(VariableExpansion.expand("$(A)" + text, with: ["A": "b"]) == "b" + text)
    }
}
