import JSON
import Testing

@testable import YAML

@Suite("A YAML document")
struct YAMLDocumentsTests {
    private func value(_ yaml: String) throws -> JSONValue {
        try #require(try YAMLDocuments.read(yaml).first).value
    }

    private func problem(_ yaml: String) -> YAMLProblem? {
        do {
            _ = try YAMLDocuments.read(yaml)
            return nil
        } catch {
            return error
        }
    }

    @Test("keeps quoted text as text, and blocks as they are")
    func quoted() throws {
        let yaml = """
            a: "1"
            b: 'yes'
            c: |
              two
              lines
            d: >-
              one
              line
            e: !!str 12
            f: !!float 1
            g: 2026-08-21T10:30:45Z
            h: !!binary aGk=
            i: !custom x
            """
        let expected: JSONValue = [
            "a": "1", "b": "yes", "c": "two\nlines\n", "d": "one line", "e": "12", "f": 1, "g": "2026-08-21T10:30:45Z",
            "h": "aGk=", "i": "x",
        ]
        #expect(try value(yaml) == expected)
    }

    @Test("turns keys that are numbers or booleans into text, as Kubernetes does")
    func keys() throws {
        #expect(try value("1: a\ntrue: b\n0x10: c\n\"~\": d") == ["1": "a", "true": "b", "16": "c", "~": "d"])
    }

    @Test("follows aliases and merge keys; what is written out wins")
    func aliases() throws {
        let yaml = """
            base: &base
              a: 1
              b: [x, z]
            more: &more {b: 3, c: 4}
            one:
              <<: *base
              a: 2
            two:
              a: 5
              <<: [*base, *more]
            list: *base
            """
        let document = try value(yaml)
        #expect(document["one"] == ["a": 2, "b": ["x", "z"]])
        #expect(document["two"] == ["a": 5, "b": ["x", "z"], "c": 4])
        #expect(document["list"] == ["a": 1, "b": ["x", "z"]])
    }

    @Test("knows the line of every field, and the nearest parent's for one that is missing")
    func lines() throws {
        let yaml = """
            # comment
            kind: A
            spec:
              list:
                - name: one
                  inner: {x: 1,
                          w: 2}
                - name: two
            """
        let source = try #require(try YAMLDocuments.read(yaml).first).source
        let expected: [([String], Int)] = [
            ([], 2), (["kind"], 2), (["spec"], 3), (["spec", "list"], 4), (["spec", "list", "0"], 5),
            (["spec", "list", "0", "inner", "w"], 7), (["spec", "list", "1", "name"], 8),
            (["spec", "list", "1", "inner", "z"], 8), (["spec", "missing", "deep"], 3), (["status"], 2),
        ]
        for (path, line) in expected {
            #expect(source.line(of: path) == line, "\(path)")
        }
    }

    @Test(
        "is refused with the line of what JSON cannot hold",
        arguments: [
            ("a: 1\nb: .nan", 2, ".nan has no place in JSON; quote it if it is text"),
            ("a:\n  - 1\n  - -.inf", 3, "-.inf has no place in JSON; quote it if it is text"),
            ("x: 1\n~: 2", 2, "a key must be text; quote \"~\" if it is meant so"),
            ("x: 1\n[a]: 2", 2, "a key must be text, not a list or a mapping"),
            ("x: !!int abc", 1, "\"abc\" cannot be read as !!int"),
            ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3", 3, "duplicate key in the same mapping: \"c\""),
            ("1: a\n0x1: b", 2, "duplicate key in the same mapping: \"1\""),
            ("a: 1\n<<: 3", 2, "a merge key (<<) takes a mapping or a list of mappings"),
            ("a: *nowhere", 1, "not valid YAML: found undefined alias"),
        ]
    )
    func refused(_ yaml: String, _ line: Int, _ message: String) {
        #expect(problem(yaml) == YAMLProblem(line: line, message: message))
    }

    @Test(
        "is told of a tab, which nobody sees",
        arguments: [("a:\n\tb: 2", true), ("a:\n  \tb: 2", true), ("a: @\tb", false)]
    )
    func tab(_ yaml: String, _ isToBlame: Bool) throws {
        #expect(try #require(problem(yaml)).message.contains("(a tab; YAML is indented by spaces alone)") == isToBlame)
    }

    @Test(
        "is refused with a line when it is not YAML at all",
        arguments: [("a: [1,\nb: 2", 2), ("a: 1\n\tb: 2", 2), ("a: \"x", 1), ("%", 1), ("a: \u{7}", 1)]
    )
    func malformed(_ yaml: String, _ line: Int) throws {
        let problem = try #require(self.problem(yaml))
        #expect(problem.message.hasPrefix("not valid YAML: "))
        #expect(problem.line == line, "\(problem)")
    }

    @Test("that stands for billions of values is refused at once")
    func billionLaughs() throws {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            yaml +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        #expect(problem(yaml)?.message == YAMLDocuments.Limits.excess)

        let long =
            "a: &a \"\(String(repeating: "x", count: 100_000))\"\nb: [\(Array(repeating: "*a", count: 200).joined(separator: ","))]"
        #expect(problem(long)?.message == YAMLDocuments.Limits.excess)
    }

    @Test("that merges the same mapping billions of times is refused at once")
    func billionMerges() {
        var yaml = "a0: &a0 {k: v}\n"
        for level in 1...9 {
            let merged = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            yaml += "a\(level): &a\(level) {<<: [\(merged)]}\n"
        }
        #expect(problem(yaml)?.message == YAMLDocuments.Limits.excess)
    }

    @Test("that is nested too deep is refused, and exhausts no stack", arguments: [102, 900, 5000])
    func deep(_ levels: Int) throws {
        let flow = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        #expect(problem(flow) != nil)
        let block = (0..<levels).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        #expect(problem(block) != nil)
    }

    @Test("cut off anywhere is read or refused, never worse")
    func truncated() {
        let yaml =
            "a: &x {b: [1, 'q', \"w\\u0041\"], ? c : d}\ne:\n  - *x\n  - |\n    t\n  - !!int 3\n<<: *x\n--- # next\n...\n"
        let bytes = Array(yaml.utf8)
        for count in bytes.indices {
            _ = problem(String(decoding: bytes[..<count], as: UTF8.self))
            var changed = bytes
            changed[count] = UInt8(ascii: "*")
            _ = problem(String(decoding: changed, as: UTF8.self))
            changed[count] = UInt8(ascii: "{")
            _ = problem(String(decoding: changed, as: UTF8.self))
        }
    }
}
