import Testing

@testable import Kubernetes

@Suite("A label selector")
struct LabelSelectorTests {
    static let labels = ["stage": "prod", "n": "5", "empty": "", "example.com/team": "ml"]

    @Test(
        "chooses by all of its requirements",
        arguments: [
            ("", true), ("stage=prod", true), ("stage==prod", true), ("stage = prod", true), ("stage=dev", false),
            ("stage!=dev", true), ("stage!=prod", false), ("none!=x", true), ("stage in (dev,prod)", true),
            ("stage in (dev)", false), ("none in (x)", false), ("stage notin (dev)", true),
            ("stage notin (prod,dev)", false),
            ("none notin (x)", true), ("stage", true), ("none", false), ("!none", true), ("!stage", false),
            ("n>4", true), ("n>5", false), ("n<6", true), ("n<5", false), ("stage>1", false), ("none>1", false),
            ("empty=", true), ("empty", true), ("empty in ()", true), ("stage in (,prod)", true),
            ("empty in (,x)", true),
            ("stage=prod,n=5,!none", true), ("stage=prod,n=6", false), ("example.com/team=ml", true),
            (" stage in ( dev , prod ) , n ", true), ("empty=,stage=prod", true),
        ]
    )
    func matching(text: String, isMatch: Bool) throws {
        #expect(try LabelSelector(parsing: text).matches(Self.labels) == isMatch)
    }

    @Test("takes in and notin for words where they are")
    func keywords() throws {
        let selector = try LabelSelector(parsing: "in in (in,notin),notin=in")
        #expect(selector.matches(["in": "notin", "notin": "in"]))
        #expect(!selector.matches(["in": "x", "notin": "in"]))
        #expect(try LabelSelector(parsing: "in").matches(["in": ""]))
    }

    @Test(
        "is written in a normal form",
        arguments: [
            ("b = 2 , a in (y,x)", "a in (x,y),b=2"), ("!c,b!=1,a", "a,b!=1,!c"), ("n > 1,n<3", "n>1,n<3"),
            ("a==1", "a=1"), ("a in (x,x)", "a in (x)"),
        ]
    )
    func normalForm(text: String, normal: String) throws {
        let selector = try LabelSelector(parsing: text)
        #expect(selector.description == normal)
        #expect(try LabelSelector(parsing: selector.description) == selector)
    }

    @Test(
        "complains in an API server's words",
        arguments: [
            (",", "found ',', expected: !, identifier, or 'end of string'"),
            ("a,", "found '', expected: identifier after ','"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("!", "unable to parse requirement: found '', expected: identifier"),
            ("a in x", "unable to parse requirement: found 'x' expected: '('"),
            ("a in (x", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("a in (x y)", "unable to parse requirement: found 'y', expected: ',' or ')'"),
            ("a in (=)", "unable to parse requirement: found '=', expected: ',', ')' or identifier"),
            ("a=(", "unable to parse requirement: found '(', expected: identifier"),
            (
                "a>x",
                "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an "
                    + "integer"
            ),
            (
                "a=b!", "found '!', expected: ',' or 'end of string'"
            ),
            (
                "_a=b",
                "unable to parse requirement: <nil>: Invalid value: \"_a\": name part must consist of alphanumeric "
                    + "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  "
                    + "or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
            ),
        ]
    )
    func complaints(text: String, complaint: String) {
        #expect(throws: SelectorError(complaint)) { try LabelSelector(parsing: text) }
    }

    @Test("never fails otherwise, whatever the text")
    func anything() {
        let alphabet = Array("a=!(),>< in\t\n\0é\"")
        var number: UInt64 = 1
        for _ in 0..<5000 {
            var text = ""
            for _ in 0..<12 {
                number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text.append(alphabet[Int(number >> 33) % alphabet.count])
            }
            if let selector = try? LabelSelector(parsing: text) {
                #expect((try? LabelSelector(parsing: selector.description)) == selector, "\(text)")
            }
        }
    }

    @Test("can be made from labels")
    func fromLabels() {
        #expect(LabelSelector(matching: ["b": "2", "a": "1"]).description == "a=1,b=2")
        #expect(LabelSelector().matches([:]))
    }
}
