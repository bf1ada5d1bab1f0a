import JSON
import Testing

@Suite("A parsing error")
struct ParsingErrorTests {
    static let cases: [(text: String, message: String)] = [
        ("", "line 1, column 1: expected a value"),
        ("  \n ", "line 2, column 2: expected a value"),
        ("nul", "line 1, column 1: expected a value"),
        ("True", "line 1, column 1: expected a value"),
        ("{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 3: expected ',' or '}' after an object member"),
        ("{\"a\": 1", "line 1, column 8: expected ',' or '}' after an object member"),
        ("[1, 2\n3]", "line 2, column 1: expected ',' or ']' after an array element"),
        ("[1,]", "line 1, column 4: expected a value"),
        ("{,}", "line 1, column 2: expected a member name in double quotes, or '}'"),
        ("{\"a\":1,}", "line 1, column 8: expected a member name in double quotes after ','"),
        ("{a:1}", "line 1, column 2: expected a member name in double quotes, or '}'"),
        ("{\"a\" 1}", "line 1, column 6: expected ':' after a member name"),
        ("[-]", "line 1, column 3: expected a digit in a number"),
        ("[1.]", "line 1, column 4: expected a digit in a number"),
        ("[1e+]", "line 1, column 5: expected a digit in a number"),
        ("[01]", "line 1, column 3: expected no leading zero in a number"),
        ("\"abc", "line 1, column 5: expected '\"' to end a string"),
        ("\"abc\\", "line 1, column 6: expected '\"' to end a string"),
        ("[\"a\tb\"]", "line 1, column 4: expected control character U+0009 in a string to be escaped"),
        ("[\"a\nb\"]", "line 1, column 4: expected control character U+000A in a string to be escaped"),
        (#"["a\x"]"#, #"line 1, column 5: expected one of "\/bfnrtu after '\'"#),
        (#"["\u12G4"]"#, #"line 1, column 7: expected four hexadecimal digits after '\u'"#),
        (#"["\u12"#, #"line 1, column 7: expected four hexadecimal digits after '\u'"#),
        (#"["é\uD800x"]"#, "line 1, column 4: expected a surrogate escape to be one of a pair"),
        (#"["\uDC00"]"#, "line 1, column 3: expected a surrogate escape to be one of a pair"),
        (#"["\uD800\u0041"]"#, "line 1, column 3: expected a surrogate escape to be one of a pair"),
        ("\u{FEFF}{}", "line 1, column 1: expected no byte order mark before the value"),
        ("{} x", "line 1, column 4: expected nothing but white space after the value"),
        ("{\"größe\": x}", "line 1, column 11: expected a value"),
        ("{\r\n\"a\":\r\n!}", "line 3, column 1: expected a value"),
    ]

    @Test("says where and what was expected", arguments: cases)
    func message(_ text: String, _ message: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.description == message)
    }

    @Test(
        "finds the first byte that is not UTF-8",
        arguments: [
            ([0x22, 0x61, 0xFF, 0x22], 2), ([0x22, 0xC3, 0x28, 0x22], 1), ([0x22, 0xE2, 0x82], 1),
            ([0x22, 0x5C, 0x6E, 0xED, 0xA0, 0x80, 0x22], 3), ([0x7B, 0x22, 0xC0, 0xAF, 0x22, 0x3A, 0x31, 0x7D], 2),
            ([0x22, 0xC3, 0x5C, 0x6E, 0x22], 1),
        ] as [([UInt8], Int)]
    )
    func invalidUTF8(_ bytes: [UInt8], _ offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        #expect(error?.kind == .invalidUTF8)
        #expect(error?.offset == offset)
    }

    @Test("counts from the start of a slice")
    func slice() {
        let bytes = Array("{}\n[1,x]".utf8)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes[3...]) }
        #expect(error == JSONError(kind: .expectedValue, line: 1, column: 4, offset: 3))
    }
}
