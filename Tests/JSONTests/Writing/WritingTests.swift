import JSON
import Testing

@Suite("Writing")
struct WritingTests {
    @Test("escapes quotes, backslashes and control characters, and nothing else")
    func escapes() {
        let text = "\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1}\u{B}\u{1F}\u{7F}é\u{2028}<&>😀"
        let expected = #""\"\\/\b\f\n\r\t\u0000\u0001\u000b\u001f"# + "\u{7F}é\u{2028}<&>😀\""
        #expect(JSONValue.string(text).description == expected)
    }

    @Test("escapes at every place in strings of every length up to 40")
    func places() throws {
        for count in 0...40 {
            for place in 0...count {
                let text = String(repeating: "x", count: place) + "\n" + String(repeating: "é", count: count - place)
                let expected =
                    "\"" + String(repeating: "x", count: place) + "\\n" + String(repeating: "é", count: count - place)
                    + "\""
                #expect(JSONValue.string(text).description == expected)
            }
        }
    }

    @Test("lays out a value over lines")
    func pretty() {
        let value: JSONValue = ["a": [1, [:], ["b": nil]], "c": [], "d": ["e": "f", "g": [true, false]]]
        let expected = """
            {
              "a": [
                1,
                {},
                {
                  "b": null
                }
              ],
              "c": [],
              "d": {
                "e": "f",
                "g": [
                  true,
                  false
                ]
              }
            }
            """
        #expect(value.text(.pretty) == expected)
    }

    @Test("appends to what is there")
    func append() {
        var bytes = Array("x".utf8)
        JSONValue.array([1, "a"]).write(into: &bytes)
        #expect(bytes == Array(#"x[1,"a"]"#.utf8))
    }

    @Test("gives back what was parsed, byte for byte", arguments: 100..<140 as Range<UInt64>)
    func roundTrip(_ seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<20 {
            let bytes = random.value(depth: 5).serialized()
            #expect(try JSONValue(parsing: bytes).serialized() == bytes)
        }
    }
}
