import JSON
import Testing

@Suite("Parsing")
struct ParsingTests {
    @Test("keeps the order of members and the text of numbers")
    func lossless() throws {
        let text = #"{"z":1.50,"a":[1E+2,-0,12345678901234567890123],"m":{"y":0.10,"b":2e5}}"#
        #expect(try JSONValue(parsing: text).description == text)
    }

    @Test("takes white space around every token, and a new line at the end")
    func whiteSpace() throws {
        let text = " \t\r\n{ \"a\" : [ 1 , true , null , \"x\" , { } , [ ] ] , \"b\" : { \"c\" : false } } \r\n"
        #expect(try JSONValue(parsing: text).description == #"{"a":[1,true,null,"x",{},[]],"b":{"c":false}}"#)
    }

    @Test(
        "decodes every escape",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0000\u001f\u007f\u00e9\u20AC""#, "\0\u{1F}\u{7F}é€"),
            (#""\uD83D\uDE00\ud834\udd1e""#, "😀𝄞"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
            (#""plain text first, then \u0041""#, "plain text first, then A"),
            (#""\u0041é\n€ and on""#, "Aé\n€ and on"),
        ]
    )
    func escapes(_ text: String, _ expected: String) throws {
        #expect(try JSONValue(parsing: text) == .string(expected))
    }

    @Test("reads strings of every length up to 40, plain, escaped and not ASCII, whatever follows")
    func lengths() throws {
        for count in 0...40 {
            let plain = String(repeating: "x", count: count)
            for special in ["", "\\n", "é", "\\u00e9", "😀"] {
                let text = "[\"\(plain)\(special)\",\"\(special)\(plain)\",{\"\(plain)\(special)\":1}]"
                let decoded = special.replacing("\\n", with: "\n").replacing("\\u00e9", with: "é")
                let expected: JSONValue = [
                    .string(plain + decoded), .string(decoded + plain), .object([plain + decoded: 1]),
                ]
                #expect(try JSONValue(parsing: text) == expected)
            }
        }
    }

    @Test("gives the last of several members with one name the place of the first")
    func duplicates() throws {
        #expect(
            try JSONValue(parsing: #"{"a":1,"b":2,"a":{"c":[3]},"d":4}"#).description == #"{"a":{"c":[3]},"b":2,"d":4}"#
        )
        #expect(try JSONValue(parsing: #"{"a":{"b":1},"a":{"c":2}}"#).description == #"{"a":{"c":2}}"#)
        #expect(try JSONValue(parsing: #"{"a":1,"\u0061":2}"#).description == #"{"a":2}"#)
        #expect(
            try JSONValue(parsing: #"{"x":{"a":1,"a":{"x":0,"x":1}},"x":{"y":1,"y":2}}"#).description
                == #"{"x":{"y":2}}"#
        )
    }

    @Test("does the same in objects with many members", arguments: [31, 32, 33, 34, 64, 100, 1000])
    func duplicatesAmongMany(_ count: Int) throws {
        let members = (0..<count).map { "\"k\($0)\":{\"k0\":\($0),\"k0\":[]}" }
        let text = "{" + (members + ["\"k\(count / 2)\":7", "\"k0\":8", "\"new\":9"]).joined(separator: ",") + "}"
        let object = try #require(try JSONValue(parsing: text).objectValue)
        #expect(object.keys == (0..<count).map { "k\($0)" } + ["new"])
        #expect(object["k\(count / 2)"] == (count / 2 == 0 ? 8 : 7))
        #expect(object["k0"] == 8)
        #expect(object["k1"] == ["k0": []])
        #expect(object["new"] == 9)
        #expect(object["other"] == nil)
    }

    @Test("tells apart names that Swift's == takes for equal")
    func canonicalEquivalence() throws {
        // The Ångström sign and A with a ring are canonically equivalent, and have as many bytes.
        let object = try #require(try JSONValue(parsing: "{\"\u{212B}\":1,\"A\u{30A}\":2}").objectValue)
        #expect(object.count == 2)
        #expect(object["\u{212B}"] == 1)
        #expect(object["A\u{30A}"] == 2)
        #expect(JSONValue.string("\u{212B}") != JSONValue.string("A\u{30A}"))
    }
}
