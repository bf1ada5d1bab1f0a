import JSON
import Testing

@Suite("A JSON Pointer")
struct PointerTests {
    /// The document of RFC 6901 §5.
    static let document: JSONValue = [
        "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8,
    ]

    @Test(
        "finds what RFC 6901 §5 says it finds",
        arguments: [
            ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4),
            ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7), ("/m~0n", 8),
        ] as [(String, JSONValue)]
    )
    func lookup(_ text: String, _ expected: JSONValue) throws {
        let pointer = try JSONPointer(parsing: text)
        #expect(Self.document.value(at: pointer) == expected)
        #expect(pointer.description == text)
    }

    @Test(
        "finds nothing beyond what is there",
        arguments: [
            "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/-1", "/foo/+1", "/foo/1e0", "/foo/", "/x", "/foo/0/a",
            "/foo/99999999999999999999",
        ]
    )
    func nothing(_ text: String) throws {
        #expect(Self.document.value(at: try JSONPointer(parsing: text)) == nil)
    }

    @Test("is the whole document when empty")
    func root() throws {
        #expect(Self.document.value(at: try JSONPointer(parsing: "")) == Self.document)
        #expect(JSONPointer.root.isRoot)
        #expect(JSONPointer.root.description.isEmpty)
    }

    @Test("is refused when malformed", arguments: ["a", "a/b", "#/a", "/a~", "/~2", "/a~b/c"])
    func malformed(_ text: String) {
        let error = #expect(throws: JSONPointerError.self) { try JSONPointer(parsing: text) }
        #expect(error?.description.contains(text) == true)
    }

    @Test("reads back what it writes")
    func roundTrip() throws {
        for tokens in [["~1"], ["~0~1/"], ["", ""], ["é", "e\u{301}"], ["a/b", "m~n", "0"]] {
            let pointer = JSONPointer(tokens: tokens)
            #expect(try JSONPointer(parsing: pointer.description) == pointer)
        }
        #expect(JSONPointer("é") != JSONPointer("e\u{301}"))
        #expect(JSONPointer("a").appending("b").appending(0) == JSONPointer("a", "b", "0"))
    }

    @Test(
        "sets a value, creating the objects on the way",
        arguments: [
            (#"{}"#, "/a/b/c", #"{"a":{"b":{"c":9}}}"#), (#"{"a":{"x":1}}"#, "/a/b", #"{"a":{"x":1,"b":9}}"#),
            (#"{"a":[1,2]}"#, "/a/1", #"{"a":[1,9]}"#), (#"{"a":[1,2]}"#, "/a/2", #"{"a":[1,2,9]}"#),
            (#"{"a":[]}"#, "/a/-/b", #"{"a":[{"b":9}]}"#), (#"{"a":"x"}"#, "/a/b", #"{"a":{"b":9}}"#),
            (#"{"a":1}"#, "", "9"),
        ]
    )
    func set(_ before: String, _ place: String, _ after: String) throws {
        var value = try JSONValue(parsing: before)
        let isSet = value.set(9, at: try JSONPointer(parsing: place))
        #expect(isSet)
        #expect(value.description == after)
    }

    @Test("changes nothing when a token does not fit an array", arguments: ["/a/3", "/a/x", "/a/-1", "/a/0/b/7"])
    func setOutOfRange(_ place: String) throws {
        let before: JSONValue = ["a": [["b": [1]], 2]]
        var value = before
        let isSet = value.set(9, at: try JSONPointer(parsing: place))
        #expect(!isSet)
        #expect(value == before)
    }
}
