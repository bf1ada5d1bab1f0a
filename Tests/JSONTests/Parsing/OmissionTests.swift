import JSON
import Testing

@Suite("Members to be omitted")
struct OmissionTests {
    @Test("are left out, wherever they stand, and nothing else is")
    func leftOut() throws {
        let omissions = JSONOmissions([["a"], ["b", "c"], ["items", "metadata", "managedFields"], ["x", "y", "z"]])
        let cases: [(text: String, rest: String)] = [
            (#"{}"#, #"{}"#),
            (#"{"a":1}"#, #"{}"#),
            (#"{"a":{"b":[{"c":"d"}, [], {}]},"a2":1}"#, #"{"a2":1}"#),
            (#"{"a2":1, "a" : "\n\u00e9" }"#, #"{"a2":1}"#),
            (#"{"b":{"c":1},"d":{"c":1}}"#, #"{"b":{},"d":{"c":1}}"#),
            (#"{"b":{"d":0,"c":[1,2,-3e4],"e":1},"c":2}"#, #"{"b":{"d":0,"e":1},"c":2}"#),
            (#"{"b":[[{"c":1}],{"c":2,"e":[{"c":3}]},4]}"#, #"{"b":[[{}],{"e":[{"c":3}]},4]}"#),
            (
                #"{"items":[{"metadata":{"managedFields":[]}},{"metadata":{"name":"n"}}]}"#,
                #"{"items":[{"metadata":{}},{"metadata":{"name":"n"}}]}"#
            ),
            (#"{"b":null,"b":{"c":1,"d":2}}"#, #"{"b":{"d":2}}"#),
            (#"[{"a":1,"b":{"c":true}},{"a":2}]"#, #"[{"b":{}},{}]"#),
            (#"{"x":{"y":{"z":1,"w":2}},"y":{"z":3}}"#, #"{"x":{"y":{"w":2}},"y":{"z":3}}"#),
            (#"{"\u0061":1,"A":2}"#, #"{"A":2}"#),
            (#""a""#, #""a""#),
        ]
        for (text, rest) in cases {
            #expect(try JSONValue(parsing: Array(text.utf8), omitting: omissions).text() == rest, "\(text)")
        }
    }

    @Test("of a longer path mean nothing where a shorter one ends")
    func nested() throws {
        for paths in [[["a"], ["a", "b"]], [["a", "b"], ["a"]]] {
            let value = try JSONValue(parsing: Array(#"{"a":{"b":1},"c":2}"#.utf8), omitting: JSONOmissions(paths))
            #expect(value.text() == #"{"c":2}"#)
        }
    }

    @Test("give what taking them out afterwards gives", arguments: UInt64(1)...300)
    func property(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let value = random.object(depth: 5)
        let names = ["a", "b", "name", "a/b", "é", "", "0"]
        let paths = (0..<3).map { _ in
            (0..<Int.random(in: 1...3, using: &random.generator)).compactMap { _ in
                names.randomElement(using: &random.generator)
            }
        }
        let rest = try JSONValue(parsing: value.serialized(), omitting: JSONOmissions(paths))
        #expect(rest == paths.reduce(value) { removing($1[...], from: $0) }, "\(paths)")
    }

    /// Errors name the same place for what is omitted as for what is kept.
    @Test("are checked as strictly as all others", arguments: Fixtures.names(in: "parsing"))
    func strict(_ name: String) throws {
        let text = Array(#"{"kept":1,"omitted":"#.utf8) + (try Fixtures.bytes("parsing/" + name)) + Array("}".utf8)
        let omissions = JSONOmissions([["omitted"]])
        do throws(JSONError) {
            _ = try JSONValue(parsing: text)
            #expect(try JSONValue(parsing: text, omitting: omissions).text() == #"{"kept":1}"#)
        } catch {
            #expect(throws: error) { try JSONValue(parsing: text, omitting: omissions) }
        }
    }

    @Test("nest as deep as any, arrays and objects mixed", arguments: [63, 64, 65, 128, 129, 300])
    func deep(levels: Int) throws {
        let isObject = (0..<levels).map { $0 % 3 == 0 || $0 % 7 == 2 }
        let head = isObject.map { $0 ? #"{"a":"# : "[" }.joined()
        let tails = isObject.reversed().map { $0 ? #","b":0}"# : ",0]" }
        let omissions = JSONOmissions([["omitted"]])
        let whole = Array((#"{"omitted":"# + head + "1" + tails.joined() + #","kept":1}"#).utf8)
        #expect(try JSONValue(parsing: whole, omitting: omissions).text() == #"{"kept":1}"#)
        for level in tails.indices {
            var tails = tails
            tails[level] = tails[level].hasSuffix("}") ? ",0]" : #","b":0}"#
            let broken = Array((#"{"omitted":"# + head + "1" + tails.joined() + #","kept":1}"#).utf8)
            let kept = #expect(throws: JSONError.self) { try JSONValue(parsing: broken) }
            let omitted = #expect(throws: JSONError.self) { try JSONValue(parsing: broken, omitting: omissions) }
            #expect(kept == omitted)
        }
    }

    private func removing(_ path: ArraySlice<String>, from value: JSONValue) -> JSONValue {
        guard let name = path.first else { return value }
        switch value {
        case .array(let elements):
            return .array(elements.map { removing(path, from: $0) })
        case .object(var object):
            object[name] = path.count == 1 ? nil : object[name].map { removing(path.dropFirst(), from: $0) }
            return .object(object)
        default:
            return value
        }
    }
}
