import JSON
import Testing

@Suite("Limits of the parser")
struct LimitTests {
    @Test("nesting is allowed up to the limit and no deeper", arguments: ["[", "{\"a\":"])
    func depth(_ opening: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth) + (opening == "[" ? "" : "1")
                + String(repeating: opening == "[" ? "]" : "}", count: depth)
        }
        let limits = JSONLimits(maximumDepth: 5)
        #expect(try JSONValue(parsing: nested(5), limits: limits).serialized() == Array(nested(5).utf8))
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(6), limits: limits) }
        #expect(error?.kind == .tooDeep(maximum: 5))
        #expect(error?.offset == 5 * opening.utf8.count)
        #expect(try JSONValue(parsing: nested(512)).serialized().count == nested(512).utf8.count)
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(513)) }
    }

    @Test("a depth of 0 leaves scalars")
    func scalarsOnly() throws {
        let limits = JSONLimits(maximumDepth: 0)
        #expect(try JSONValue(parsing: "1", limits: limits) == 1)
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[]", limits: limits) }
    }

    @Test("what is omitted may nest deeper than what is kept")
    func omittedDepth() throws {
        let limits = JSONLimits(maximumDepth: 5, maximumOmittedDepth: 9)
        func parse(_ depth: Int, at name: String) throws -> JSONValue {
            let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let text = #"{"\#(name)":\#(nested),"b":1}"#
            return try JSONValue(parsing: Array(text.utf8), limits: limits, omitting: JSONOmissions([["a"]]))
        }
        #expect(try parse(8, at: "a") == ["b": 1])
        let error = #expect(throws: JSONError.self) { try parse(9, at: "a") }
        #expect(error?.kind == .tooDeep(maximum: 9))
        #expect(throws: JSONError.self) { try parse(5, at: "c") }
    }

    @Test(
        "a name may be refused the second time, which the error names from the root",
        arguments: [
            (#"{"a":1,"a":2}"#, "/a"), (#"[0,{"b":[[],{"x":1,"x":1}]}]"#, "/1/b/1/x"),
            (#"{"a":{"b":1,"c":[2],"b":3}}"#, "/a/b"),
        ]
    )
    func repeatedName(_ text: String, _ path: String) throws {
        let limits = JSONLimits(allowsRepeatedNames: false)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text, limits: limits) }
        #expect(error?.kind == .repeatedName(try JSONPointer(parsing: path)))
        _ = try JSONValue(parsing: text)
        #expect(try JSONValue(parsing: #"{"a":{"a":[{"a":1},{"a":2}]}}"#, limits: limits)["a"]?["a"]?[1]?["a"] == 2)
    }

    @Test("a text may have as many values as the limit says", arguments: ["[1,{},[[]]]", #"{"a":1,"b":{"c":[2]}}"#])
    func values(text: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(try JSONValue(parsing: text, limits: JSONLimits(maximumValues: 5)) == value)
        let error = #expect(throws: JSONError.self) {
            try JSONValue(parsing: text, limits: JSONLimits(maximumValues: 3))
        }
        #expect(error?.kind == .tooManyValues(maximum: 3))
    }

    @Test("a text may have as many bytes as the limit says")
    func bytes() throws {
        #expect(try JSONValue(parsing: "[12]", limits: JSONLimits(maximumBytes: 4)) == [12])
        let error = #expect(throws: JSONError.self) {
            try JSONValue(parsing: "[12]\n", limits: JSONLimits(maximumBytes: 4))
        }
        #expect(error?.kind == .tooLong(maximum: 4))
        #expect(throws: JSONError.self) { try JSONValue(parsing: "1", limits: JSONLimits(maximumBytes: -1)) }
    }

    @Test("everything works at the default depth on a 512 KiB stack")
    func smallStack() throws {
        try onSmallStack {
            let text = String(repeating: #"[{"a":"#, count: 256) + "0" + String(repeating: "}]", count: 256)
            let other = text.replacing("0", with: "1")
            guard let value = try? JSONValue(parsing: text), let changed = try? JSONValue(parsing: other) else {
                Issue.record("not parsed")
                return
            }
            #expect(value != changed)
            #expect(value.hashValue == value.hashValue)
            #expect(value.serialized() == Array(text.utf8))
            #expect(value.serialized(.pretty).count > text.utf8.count)
            let patch = JSONPatch.difference(from: value, to: changed)
            #expect((try? patch.applied(to: value)) == changed)
            let place = JSONPointer(tokens: Array(repeating: ["0", "a"], count: 256).flatMap { $0 })
            #expect(value.value(at: place) == 0)
            #expect((try? JSONPatch([.replace(path: place, value: 1)]).applied(to: value)) == changed)
            var copy = value
            let isSet = copy.set(1, at: place)
            #expect(isSet)
            #expect(copy == changed)
            let objects =
                (try? JSONValue(parsing: text.replacing("[", with: #"{"b":"#).replacing("]", with: "}"))) ?? .null
            let target =
                (try? JSONValue(parsing: other.replacing("[", with: #"{"b":"#).replacing("]", with: "}"))) ?? .null
            let merge = JSONMergePatch.difference(from: objects, to: target)
            #expect(merge != .object([:]))
            #expect(JSONMergePatch.apply(merge, to: objects) == target)
        }
    }
}
