import JSON
import Testing
import YAML

@testable import LocalRun

@Suite("An object written as YAML")
struct YAMLWriterTests {
    @Test("looks as kubectl prints it")
    func form() {
        let value: JSONValue = [
            "kind": "OptimizationJob",
            "spec": ["count": 2, "empty": [], "none": [:], "list": [["name": "a", "deep": [["x"]]], "b"]],
            "text": "two\nlines", "quoted": "1", "time": "2026-08-21T10:30:45Z", "flag": true, "nothing": .null,
        ]
        #expect(
            YAMLWriter.write(value) == """
                kind: OptimizationJob
                spec:
                  count: 2
                  empty: []
                  none: {}
                  list:
                  - name: a
                    deep:
                    -
                      - x
                  - b
                text: "two\\nlines"
                quoted: "1"
                time: "2026-08-21T10:30:45Z"
                flag: true
                nothing: null

                """
        )
    }

    @Test(
        "is read back as the same value",
        arguments: [
            "", " ", "a ", "yes", "null", "~", "0x1", "1e3", ".5", "- a", "a: b", "a:", "a #b", "#", "*x", "&x", "!x",
            "%", "@", "`",
            "|", ">", "'", "\"", "{", "[", "]", ",", "?", "? x", ":", "<<", "=", "---", "...", "a\tb", "\u{7F}",
            "\u{85}", "\u{2028}",
            "x\u{FEFF}", "😀", "é", "\0", "\\", "line\n", "\r\n", "2026-08-21", "nan", "C:\\x", "a'b",
        ]
    )
    func roundTrip(_ text: String) throws {
        let value: JSONValue = ["k": .string(text), "l": [.string(text)], "m": .object(JSONObject(one: text))]
        let documents = try YAMLDocuments.read(YAMLWriter.write(value))
        #expect(documents.map(\.value) == [value])
    }
}

extension JSONObject {
    fileprivate init(one key: String) {
        self = [:]
        self[key] = 1
    }
}
